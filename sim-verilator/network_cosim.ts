import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GoldenNetwork, type SaturatedShare } from '../src/golden/network.ts';
import type { NetworkDesign } from '../src/program/network_design.ts';
import { fromStream } from '../src/program/port_order.ts';
import type { Report } from '../src/util/report.ts';
import { checkSpace, withScratch } from '../src/util/scratch.ts';
import { writeMemory } from './bench_files.ts';
import type { Comparison } from './compare.ts';
import { compareBeats } from './network_compare.ts';
import {
  type NetworkStats,
  type OutputBeat,
  readBeats,
  readLog,
  readNetworkStats,
  writeBeats,
} from './network_files.ts';
import type { NetworkScript } from './network_script.ts';
import {
  type AnswerFrame,
  inputBeats,
  type NetworkStimuli,
  networkStimuli,
  type PortValues,
} from './network_stimuli.ts';
import { type MemoryBehaviour, memoryArguments, type SimulatorName, stallArguments, WAVES } from './simulator.ts';
import { SIMULATOR_OF } from './simulators.ts';
import { checkVerdict, WATCHDOG } from './verdict.ts';
import { deliver, linkDesign } from './workplace.ts';

/** How a network design is co-simulated. */
export interface NetworkCosimOptions extends Report {
  readonly simulator: SimulatorName;
  /** Seed of the stalls, and their probability, 0 to below 1. */
  readonly seed: number;
  readonly stalls: number;
  /** How external memory behaves, where the design has one. */
  readonly memory?: MemoryBehaviour;
  /** What is done at the registers; without one the design is started. */
  readonly script?: NetworkScript | undefined;
  /** File that gets the waves (FST). */
  readonly waves?: string | undefined;
}

/** What a co-simulation of a network design found. */
export interface NetworkCosim extends Comparison {
  readonly simulator: SimulatorName;
  /** What the script read. */
  readonly log: readonly number[];
  /** Cycles from the begin of the programs, behind the clearing of the memories, to the last output word. */
  readonly cycles: number;
  /** One entry an output frame. */
  readonly stats: readonly NetworkStats[];
  /** Of these, those at the end of each batch of voices, or of each utterance; of those that came. */
  readonly batches: readonly NetworkStats[];
  /** By name of the vector, over all utterances of the golden model. */
  readonly saturated: ReadonlyMap<string, SaturatedShare>;
  /** By utterance; frames that did not come are zeros. */
  readonly golden: readonly PortValues[];
  readonly rtl: readonly PortValues[];
}

/** Files of a run, by plain names in its folder. */
const FILES = {
  input: 'input.txt',
  output: 'output.txt',
  stats: 'stats.txt',
  memory: 'memory.txt',
  script: 'script.txt',
  log: 'log.txt',
} as const;

/** What came out of a run of the bench. */
export interface BenchRun {
  readonly beats: readonly OutputBeat[];
  readonly stats: readonly NetworkStats[];
  readonly log: readonly number[];
}

/**
 * Runs RTL and golden model on the same utterances, the golden model one after the other, and compares every output word.
 *
 * @param dir design directory of `design`
 * @param utterances inputs in the program's integers; at least one with frames
 * @throws EsegenError where an utterance does not fit, the simulator is missing or fails, or the design stalls
 */
export async function cosimulateNetwork(
  dir: string,
  design: NetworkDesign,
  utterances: readonly PortValues[],
  options: NetworkCosimOptions,
): Promise<NetworkCosim> {
  const { program, sizes } = design;
  const stimuli = networkStimuli(program, utterances);
  const network = new GoldenNetwork(program);
  const runs = utterances.map((inputs) => network.run(inputs));
  const golden = runs.map(({ outputs }) => outputs);
  const { beats, stats, log } = await runNetworkBench(dir, design, stimuli, options);
  return {
    ...compareBeats(program, golden, stimuli.answers, beats, sizes.beat),
    simulator: options.simulator,
    log,
    cycles: stats.at(-1)?.cycle ?? 0,
    stats,
    batches: stats.filter((_, at) => stimuli.answers[at]?.batch !== stimuli.answers[at + 1]?.batch),
    saturated: runs.at(-1)?.saturated ?? new Map(),
    golden,
    rtl: outputsOf(design, golden, stimuli.answers, beats),
  };
}

/**
 * Runs the RTL in a folder of its own.
 *
 * @param dir design directory of the hardware of `design`, whose weights are in external memory where it has one
 * @throws EsegenError where the simulator is missing or fails, or the design stalls
 */
export function runNetworkBench(
  dir: string,
  { program, sizes, weights }: NetworkDesign,
  { elements, answers }: Pick<NetworkStimuli, 'elements' | 'answers'>,
  { simulator, seed, stalls, memory, script, waves, progress, notice }: NetworkCosimOptions,
): Promise<BenchRun> {
  return withScratch(async (work) => {
    linkDesign(dir, work);
    const beats = inputBeats(elements, sizes.inputBeat);
    await writeBeats(join(work, FILES.input), beats);
    const outputs = answers.reduce((sum, { output }) => {
      return sum + Math.ceil(program.outputs[output]!.elements / sizes.beat);
    }, 0);
    const plus = [
      ...(['input', 'output', 'stats'] as const).map((name) => `+${name}=${FILES[name]}`),
      ...(script === undefined ? [] : [`+script=${FILES.script}`, `+log=${FILES.log}`]),
      `+inputs=${beats.length}`,
      `+outputs=${outputs}`,
      ...stallArguments({ seed, stalls, watchdog: WATCHDOG }),
      ...memoryArguments({ image: weights === null ? undefined : FILES.memory, ...memory }),
    ];
    if (weights !== null) await writeMemory(join(work, FILES.memory), weights, sizes.external!.busBits / 8);
    if (script !== undefined) await writeFile(join(work, FILES.script), `${script.lines.join('\n')}\n`);
    try {
      // A script loads the image through the registers.
      const preload = sizes.ultra && script === undefined;
      const run = { dir, work, plus, waves: waves !== undefined, preload, progress, notice };
      checkVerdict(await SIMULATOR_OF[simulator].run(run));
      const given = await readBeats(join(work, FILES.output), sizes.beat);
      const stats = await readNetworkStats(join(work, FILES.stats));
      if (waves !== undefined || given.length < outputs) checkSpace(work, 'the simulator');
      const log = script === undefined ? [] : await readLog(join(work, FILES.log));
      return { beats: given, stats, log };
    } finally {
      // Of a run that failed too: they say why.
      if (waves !== undefined) deliver(join(work, WAVES), waves);
    }
  });
}

/** The output of the RTL by utterance, laid out as the golden model's. */
function outputsOf(
  { program, sizes }: NetworkDesign,
  golden: readonly PortValues[],
  answers: readonly AnswerFrame[],
  beats: readonly OutputBeat[],
): PortValues[] {
  const found = golden.map((values) => program.outputs.map(({ name }) => new Int16Array(values.get(name)!.length)));
  let beat = 0;
  for (const { utterance, output, step } of answers) {
    const { elements } = program.outputs[output]!;
    const values = found[utterance]![output]!;
    for (let first = 0; first < elements; first += sizes.beat, beat++) {
      const got = beats[beat]?.elements ?? [];
      for (let at = 0; at < Math.min(sizes.beat, elements - first); at++) {
        values[step * elements + first + at] = got[at] ?? 0;
      }
    }
  }
  return found.map(
    (outputs) => new Map(program.outputs.map((port, at) => [port.name, fromStream(port, outputs[at]!)] as const)),
  );
}
