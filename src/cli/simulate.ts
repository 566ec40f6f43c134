import { SIMULATORS, type SimulatorName } from '../../sim-verilator/simulator.ts';
import type { RtlLoad } from '../verbs/opened/opened_design.ts';
import { LAYOUTS, type Layout } from '../verbs/run/array_reading.ts';
import { type SimulateResult, simulate } from '../verbs/simulate.ts';
import type { CommandBody } from './command.ts';
import { showName } from './describe.ts';
import { LENGTHS, parseOptionalList } from './lists.ts';
import { parseNamedPaths } from './named_paths.ts';
import { reporting } from './progress.ts';
import { saturationRows, showWarnings } from './saturation.ts';
import { formatDb } from './table.ts';

interface Arguments {
  dir: string;
  input: string[] | undefined;
  layout: Layout | undefined;
  lengths: string | undefined;
  simulator: SimulatorName | undefined;
  netlist: boolean;
  frames: number | undefined;
  seed: number;
  stalls: number;
  'memory-latency': number | undefined;
  'memory-bandwidth': number | undefined;
  'memory-stalls': number | undefined;
  waves: string | undefined;
  dump: string | undefined;
  json: boolean;
}

/** What is counted inside the RTL. */
function counted(r: RtlLoad): [string, string][] {
  const parts = [
    `${r.paddingCycles.toFixed(1)} cycles on padding`,
    `${r.starvedCycles.toFixed(1)} without a word`,
    ...(r.memoryCycles === null ? [] : [`${r.memoryCycles.toFixed(1)} waiting for memory`]),
  ];
  return [
    ['utilization', `${(100 * r.utilization).toFixed(1)} %`],
    ['per PE and frame', `${parts.join(', ')}; all held back by a full queue in ${r.blockedCycles.toFixed(1)}`],
    ...(r.queueHighWater === null ? [] : [['queue high-water', String(r.queueHighWater)] as [string, string]]),
  ];
}

function summary(r: SimulateResult): string {
  const verdict =
    r.mismatches === 0
      ? `${r.netlist ? 'netlist' : 'RTL'} and golden model agree on all ${r.comparedWords} words`
      : `${r.mismatches} of ${r.comparedWords} words differ`;
  const { cyclesPerFrame: cycles, idealCyclesPerFrame: ideal } = r;
  const share = cycles === 0 ? 0 : ideal / cycles;
  const several = r.outputs.length > 1;
  const rows: [string, string][] = [
    ['simulator', r.simulator],
    [
      'frames',
      `${r.frames} in ${r.cycles} cycles, ${r.utterances === 1 ? '1 utterance' : `${r.utterances} utterances`}`,
    ],
    [
      'cycles per frame',
      `${cycles.toFixed(1)} in steady state, ${(100 * share).toFixed(1)} % of them work (ideal ${ideal.toFixed(1)})`,
    ],
    ...(r.load === null ? [] : counted(r.load)),
    ...r.outputs.map(({ name, sqnrDb }): [string, string] => [
      `SQNR of ${several ? showName(name) : 'y'}`,
      `${formatDb(sqnrDb)} against double precision`,
    ]),
    ...saturationRows(r).map(([name, value]): [string, string] => [name, value]),
  ];
  return [...r.differences, verdict, ...rows.map(([name, value]) => `  ${name.padEnd(18)}${value}`)].join('\n');
}

/** `esegen simulate`: RTL against golden model. Exit code 0 only when it ran and every word agrees. */
export const simulateCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'design directory' })
      .option('input', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'frames as run reads them, [name=]file: .npy, .npz or a folder (default: random)',
      })
      .option('layout', { choices: LAYOUTS, describe: 'axes in front of a frame: T time, B batch' })
      .option('lengths', { type: 'string', requiresArg: true, describe: 'steps of each utterance, e.g. 44,37' })
      .option('simulator', { choices: SIMULATORS, describe: 'simulator (default: verilator)' })
      .option('netlist', {
        type: 'boolean',
        default: false,
        describe: 'synthesize small designs with Yosys and run the gates in Icarus',
      })
      .option('frames', {
        type: 'number',
        requiresArg: true,
        describe: 'frames of an utterance (default: all, 8 random)',
      })
      .option('seed', { type: 'number', requiresArg: true, default: 1, describe: 'seed of frames and stalls' })
      .option('stalls', { type: 'number', requiresArg: true, default: 0, describe: 'probability of stalls, 0 to 0.95' })
      .option('memory-latency', {
        type: 'number',
        requiresArg: true,
        describe: 'external memory: cycles from address to data (default: 64)',
      })
      .option('memory-bandwidth', {
        type: 'number',
        requiresArg: true,
        describe: 'external memory: beats in a cycle, up to 1 (default: 1)',
      })
      .option('memory-stalls', {
        type: 'number',
        requiresArg: true,
        describe: 'external memory: probability that a beat is withheld, 0 to 0.95 (default: 0)',
      })
      .option('waves', { type: 'string', requiresArg: true, describe: 'write waves to this FST file' })
      .option('dump', { type: 'string', requiresArg: true, describe: 'write outputs to this directory' })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object' }),
  handler: async ({ dir, json, input: given, lengths: listed, ...options }) => {
    const lengths = parseOptionalList('--lengths', listed, LENGTHS);
    const memory = {
      latency: options['memory-latency'],
      bandwidth: options['memory-bandwidth'],
      stalls: options['memory-stalls'],
    };
    const input = given === undefined ? undefined : parseNamedPaths(given);
    const result = await reporting((lines) => simulate(dir, { ...options, input, lengths, memory, ...lines }));
    process.stdout.write(`${json ? JSON.stringify(result) : summary(result)}\n`);
    showWarnings(result.warnings);
    if (result.mismatches !== 0) process.exitCode = 1;
  },
};
