import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programOfDesign } from '../src/compiler/lower/program_of_design.ts';
import type { CellTrace } from '../src/golden/lstm_slot.ts';
import { Saturation } from '../src/golden/saturation.ts';
import { GoldenVoice } from '../src/golden/voice.ts';
import type { Design } from '../src/program/design.ts';
import { STREAM_FILE } from '../src/program/stream.ts';
import type { Report } from '../src/util/report.ts';
import { checkSpace, withScratch } from '../src/util/scratch.ts';
import { type FrameStats, readCheckpoints, readOutput, readStats, writeInput, writeMemory } from './bench_files.ts';
import { emptyCheckpoints, firstDifference, type GoldenCheckpoints } from './checkpoints.ts';
import { type Comparison, compareOutputs } from './compare.ts';
import { icarusOnNetlist } from './icarus.ts';
import { type MemoryArguments, type MemoryBehaviour, plusArguments, type SimulatorName, WAVES } from './simulator.ts';
import { SIMULATOR_OF } from './simulators.ts';
import { type SteadyState, steadyState } from './steady_state.ts';
import { batches, type InputFrame, type Stimuli } from './stimuli.ts';
import { checkVerdict, WATCHDOG } from './verdict.ts';
import { deliver, linkDesign } from './workplace.ts';

/** How a co-simulation is run. */
export interface CosimOptions extends Report {
  /** Icarus, for a netlist. */
  readonly simulator: SimulatorName;
  /** Seed of the stalls, and their probability, 0 to below 1. */
  readonly seed: number;
  readonly stalls: number;
  /** File that gets the waves (FST). */
  readonly waves?: string;
  /** Compares gate sums, states and cell outputs too. */
  readonly checkpoints?: boolean;
  /** How external memory behaves, where the design has one. */
  readonly memory?: MemoryBehaviour;
  /** Netlist (`synthesizeNetlist`) that is run in place of the RTL; it has no checkpoints. */
  readonly netlist?: string;
}

/** What a co-simulation found. */
export interface CosimResult extends Comparison {
  readonly simulator: SimulatorName;
  /** Time steps: batches of frames. */
  readonly frames: number;
  /** Cycles from reset to the last output word. */
  readonly cycles: number;
  /** Of these, those until the first batch has left. */
  readonly firstFrameCycles: number;
  readonly steady: SteadyState;
  readonly stats: readonly FrameStats[];
  /** First difference at a checkpoint, where they were compared. */
  readonly inside: string | null;
  /** Status (MEMORY_FAULTS) and cycle in which a failure of external memory was noticed and the run begun again. */
  readonly recovered: { readonly status: number; readonly cycle: number } | null;
  /** What the counters of the register file have at the last beat of the last frame, which they do not count yet; null of a netlist. */
  readonly registers: RegisterCounters | null;
  /** [T, P]. */
  readonly golden: Int16Array;
  /** What saturated in the golden model; without checkpoints, and x left out. */
  readonly saturation: Saturation;
  readonly rtl: Int16Array;
}

/** Counters of the register file (docs/registers.md). */
export interface RegisterCounters {
  readonly frames: number;
  readonly cycles: number;
  readonly macs: number;
  readonly fifoHigh: number;
  /** 0 without external memory. */
  readonly waits: number;
}

/**
 * Runs the golden model over the frames of all voices.
 *
 * @param observers per channel, called for every cell; none where null
 * @param saturation counts what saturates in cells and outputs, in place of observers
 * @returns [T, P], in the order in which the design answers
 */
export function runGolden(
  design: Design,
  stimuli: Stimuli,
  observers: readonly ((cell: number, trace: CellTrace) => void)[] | null = null,
  saturation: Saturation | null = null,
): Int16Array {
  const { outputs, channels } = design.dimensions;
  const program = programOfDesign(design);
  const models = Array.from(
    { length: channels },
    (_, c) => new GoldenVoice(program, observers?.[c] ?? saturation?.observe ?? null),
  );
  const { width, data } = stimuli.frames;
  const y = new Int16Array(stimuli.order.length * outputs);
  for (const [at, { row, channel, first }] of batches(stimuli).flat().entries()) {
    const model = models[channel]!;
    if (first) model.reset();
    y.set(model.step(data.subarray(row * width, (row + 1) * width)), at * outputs);
  }
  saturation?.addOutputs(y);
  return y;
}

/** Logs what the golden model of a channel has at the checkpoints. */
function recorder(log: GoldenCheckpoints): (cell: number, trace: CellTrace) => void {
  return (_cell, { z, c, m }) => {
    log.i.push(z[0]!);
    log.f.push(z[1]!);
    log.g.push(z[2]!);
    log.o.push(z[3]!);
    log.c.push(c);
    log.m.push(m);
  };
}

/** Whether the bench began again after a failure of the memory: "@recovered <status> <cycle>". */
function recoveryOf(log: string): CosimResult['recovered'] {
  const match = /^@recovered (\d+) (\d+)$/m.exec(log);
  return match === null ? null : { status: Number(match[1]), cycle: Number(match[2]) };
}

/** The counters of the register file: "@registers <frames> <cycles> <macs> <fifo_high> <waits>". */
function registersOf(log: string): CosimResult['registers'] {
  const match = /^@registers (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(log);
  if (match === null) return null;
  const [frames, cycles, macs, fifoHigh, waits] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { frames, cycles, macs, fifoHigh, waits };
}

/** Files of a run, by plain names in its folder. */
const FILES = { input: 'input.txt', output: 'output.txt', stats: 'stats.txt' } as const;
const CHECKPOINT_FILE = 'checkpoints.txt';
const MEMORY_FILE = 'memory.txt';

/** What a run left. */
interface RunLog {
  /** What the bench printed. */
  readonly log: string;
  readonly output: Awaited<ReturnType<typeof readOutput>>;
  readonly stats: readonly FrameStats[];
  readonly checkpoints: Awaited<ReturnType<typeof readCheckpoints>> | null;
}

/** Puts the image of the design directory into the memory of the bench. */
async function memoryArguments(
  dir: string,
  work: string,
  busBits: number,
  behaviour: MemoryBehaviour,
): Promise<MemoryArguments> {
  await writeMemory(join(work, MEMORY_FILE), await readFile(join(dir, STREAM_FILE)), busBits / 8);
  return { image: MEMORY_FILE, ...behaviour };
}

/** Runs the RTL in a folder of its own. */
function runBench(
  dir: string,
  { dimensions }: Design,
  stimuli: Stimuli,
  { simulator, seed, stalls, ...options }: CosimOptions,
): Promise<RunLog> {
  return withScratch(async (work) => {
    linkDesign(dir, work);
    await writeInput(join(work, FILES.input), stimuli);
    const bench = {
      ...FILES,
      ...(options.checkpoints ? { checkpoints: CHECKPOINT_FILE } : {}),
      frames: stimuli.order.length,
      seed,
      stalls,
      watchdog: WATCHDOG,
      ...(dimensions.dram
        ? { memory: await memoryArguments(dir, work, dimensions.busBits, options.memory ?? {}) }
        : {}),
    };
    const program = options.netlist === undefined ? SIMULATOR_OF[simulator] : icarusOnNetlist(options.netlist);
    const { progress, notice, waves } = options;
    const run = { dir, work, plus: plusArguments(bench), waves: waves !== undefined, progress, notice };
    try {
      const log = await program.run(run);
      checkVerdict(log);
      const output = await readOutput(join(work, FILES.output), dimensions.outputs, dimensions.beat);
      const stats = await readStats(join(work, FILES.stats));
      if (waves !== undefined || output.values.length < stimuli.order.length * dimensions.outputs)
        checkSpace(work, 'the simulator');
      const elemLanes = dimensions.channels * dimensions.elemLanes;
      const checkpoints = options.checkpoints ? await readCheckpoints(join(work, CHECKPOINT_FILE), elemLanes) : null;
      return { log, output, stats, checkpoints };
    } finally {
      // Of a run that failed too: they say why.
      if (waves !== undefined) deliver(join(work, WAVES), waves);
    }
  });
}

/**
 * Runs RTL and golden model on the same frames and compares every output word.
 *
 * @param dir design directory of `design`
 * @param stimuli frames in the design's integers, at least one
 * @throws EsegenError when the simulator is missing or fails, or the design stalls, or its external memory fails
 */
export async function cosimulate(
  dir: string,
  design: Design,
  stimuli: Stimuli,
  options: CosimOptions,
): Promise<CosimResult> {
  const { dimensions } = design;
  const { log, output, stats, checkpoints } = await runBench(dir, design, stimuli, options);
  const logs = Array.from({ length: dimensions.channels }, emptyCheckpoints);
  const saturation = new Saturation(design.formats);
  const golden = runGolden(design, stimuli, options.checkpoints ? logs.map(recorder) : null, saturation);
  const answered = batches(stimuli);
  const inside =
    checkpoints === null
      ? null
      : (logs.map((own, channel) => firstDifference(own, channel, checkpoints, dimensions)).find((d) => d !== null) ??
        null);
  const lanes = dimensions.groups * dimensions.lanes;
  const ends = batchEnds(stats, answered);
  return {
    ...compareOutputs(golden, answered.flat(), output, dimensions, options.netlist === undefined ? 'RTL' : 'netlist'),
    simulator: options.simulator,
    frames: answered.length,
    cycles: stats.at(-1)?.cycle ?? 0,
    firstFrameCycles: ends[0]?.cycle ?? 0,
    steady: steadyState(ends, lanes),
    stats,
    inside,
    recovered: recoveryOf(log),
    registers: registersOf(log),
    golden,
    saturation,
    rtl: output.values,
  };
}

/** Of the counters at the end of every frame, those at the end of every batch. */
function batchEnds(stats: readonly FrameStats[], answered: readonly (readonly InputFrame[])[]): FrameStats[] {
  let frames = 0;
  return answered.flatMap((batch) => {
    frames += batch.length;
    return stats[frames - 1] ?? [];
  });
}
