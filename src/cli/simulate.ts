import { SIMULATORS, type SimulatorName } from '../../sim-verilator/simulator.ts';
import { holdsNetwork } from '../design/load_network.ts';
import { LAYOUTS, type Layout } from '../verbs/run/array_reading.ts';
import { type RtlLoad, type SimulateResult, simulate } from '../verbs/simulate.ts';
import { type NetworkSimulateResult, simulateNetwork } from '../verbs/simulate_network.ts';
import { checkOptions, checkTargets } from '../verbs/simulation/check_options.ts';
import type { CommandBody } from './command.ts';
import { parseOptionalList } from './lists.ts';
import { reporting } from './progress.ts';
import { saturationRows, showWarnings } from './saturation.ts';
import { formatDb } from './table.ts';

interface Arguments {
  dir: string;
  input: string | undefined;
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
  return [
    ['utilization', `${(100 * r.utilization).toFixed(1)} %`],
    [
      'per PE and frame',
      `${r.paddingCycles.toFixed(1)} cycles on padding, ${r.starvedCycles.toFixed(1)} without a word, ${r.memoryCycles.toFixed(1)} waiting for memory; all held back by a full queue in ${r.blockedCycles.toFixed(1)}`,
    ],
    ['queue high-water', String(r.queueHighWater)],
  ];
}

function summary(r: SimulateResult): string {
  const verdict =
    r.mismatches === 0
      ? `${r.netlist ? 'netlist' : 'RTL'} and golden model agree on all ${r.comparedWords} words`
      : `${r.mismatches} of ${r.comparedWords} words differ`;
  const rows: [string, string][] = [
    ['simulator', r.simulator],
    [
      'frames',
      `${r.frames} in ${r.cycles} cycles, ${r.utterances === 1 ? '1 utterance' : `${r.utterances} utterances`}`,
    ],
    ['cycles per frame', `${r.cyclesPerFrame.toFixed(1)} in steady state (ideal ${r.idealCyclesPerFrame.toFixed(1)})`],
    ...(r.load === null ? [] : counted(r.load)),
    ['SQNR of y', `${formatDb(r.sqnrDb)} against double precision`],
    ...saturationRows(r.saturation).map(([name, value]): [string, string] => [name, value]),
  ];
  return [...r.differences, verdict, ...rows.map(([name, value]) => `  ${name.padEnd(18)}${value}`)].join('\n');
}

function networkSummary(r: NetworkSimulateResult): string {
  const verdict =
    r.mismatches === 0
      ? `RTL and golden model agree on all ${r.comparedWords} words`
      : `${r.mismatches} of ${r.comparedWords} words differ`;
  const voices = r.utterances === 1 ? '1 utterance' : `${r.utterances} utterances`;
  const share = r.cycles === 0 ? 0 : r.idealCycles / r.cycles;
  const rows: [string, string][] = [
    ['simulator', r.simulator],
    ['steps', `${r.steps} of ${voices}, ${r.frames} output frames`],
    ['cycles', `${r.cycles}, of which ${r.firstFrameCycles} until the first frame has left`],
    ['ideal', `${r.idealCycles.toFixed(1)} cycles, ${(100 * share).toFixed(1)} %: weights that are not zero over PEs`],
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
        requiresArg: true,
        describe: 'frames as run reads them: .npy, .npz or a folder (default: random)',
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
  handler: async ({ dir, json, lengths: listed, ...options }) => {
    const lengths = parseOptionalList('--lengths', listed);
    const memory = {
      latency: options['memory-latency'],
      bandwidth: options['memory-bandwidth'],
      stalls: options['memory-stalls'],
    };
    checkOptions({ ...options, lengths, memory });
    checkTargets(options);
    if (holdsNetwork(dir)) {
      const result = await reporting((lines) => simulateNetwork(dir, { ...options, lengths, memory, ...lines }));
      process.stdout.write(`${json ? JSON.stringify(result) : networkSummary(result)}\n`);
      if (result.mismatches !== 0) process.exitCode = 1;
      return;
    }
    const result = await reporting((lines) => simulate(dir, { ...options, lengths, memory, ...lines }));
    process.stdout.write(`${json ? JSON.stringify(result) : summary(result)}\n`);
    showWarnings(result.warnings);
    if (result.mismatches !== 0) process.exitCode = 1;
  },
};
