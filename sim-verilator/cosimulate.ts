import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoldenModel } from '../src/golden/array.ts';
import type { CellTrace } from '../src/golden/elem_lane.ts';
import type { Design } from '../src/program/design.ts';
import { STREAM_FILE } from '../src/program/stream.ts';
import { EsegenError } from '../src/util/errors.ts';
import { type FrameStats, readCheckpoints, readOutput, readStats, writeInput, writeMemory } from './bench_files.ts';
import { emptyCheckpoints, firstDifference, type GoldenCheckpoints } from './checkpoints.ts';
import { type Comparison, compareOutputs } from './compare.ts';
import { icarus, icarusOnNetlist } from './icarus.ts';
import type { MemoryArguments, MemoryBehaviour, Simulator, SimulatorName } from './simulator.ts';
import { type SteadyState, steadyState } from './steady_state.ts';
import { batches, type InputFrame, type Stimuli } from './stimuli.ts';
import { verilator } from './verilator.ts';

const SIMULATOR: Readonly<Record<SimulatorName, Simulator>> = { verilator, icarus };

/** How a co-simulation is run. */
export interface CosimOptions {
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

/** Cycles without progress after which a run has stalled: far more than any frame's pipeline can be quiet. */
const WATCHDOG = 20_000;

/**
 * Runs the golden model over the frames of all voices.
 *
 * @param observers per channel, called for every cell; none where null
 * @returns [T, P], in the order in which the design answers
 */
export function runGolden(
  design: Design,
  stimuli: Stimuli,
  observers: readonly ((cell: number, trace: CellTrace) => void)[] | null = null,
): Int16Array {
  const { outputs, channels } = design.dimensions;
  const models = Array.from({ length: channels }, (_, c) => new GoldenModel(design, observers?.[c] ?? null));
  const { width, data } = stimuli.frames;
  const y = new Int16Array(stimuli.order.length * outputs);
  for (const [at, { row, channel, first }] of batches(stimuli).flat().entries()) {
    const model = models[channel]!;
    if (first) model.reset();
    y.set(model.step(data.subarray(row * width, (row + 1) * width)), at * outputs);
  }
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

/** The bench ends with "@done"; anything else is the reason why it gave up. */
function checkVerdict(log: string): void {
  if (/^@done /m.test(log)) return;
  const stalled = /^@stalled (.*)$/m.exec(log);
  if (stalled !== null) {
    throw new EsegenError('simulation', `the design made no progress for ${WATCHDOG} cycles, ${stalled[1]}`);
  }
  const error = /^@error (.*)$/m.exec(log);
  throw new EsegenError('simulation', error?.[1] ?? `ended without a verdict: ${log.trim().slice(-400)}`);
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

/** Puts the image of the design directory into the memory of the bench. */
async function memoryArguments(
  dir: string,
  work: string,
  busBits: number,
  behaviour: MemoryBehaviour,
): Promise<MemoryArguments> {
  const image = join(work, 'memory.txt');
  await writeMemory(image, await readFile(join(dir, STREAM_FILE)), busBits / 8);
  return { image, ...behaviour };
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
  const { simulator, seed, stalls } = options;
  const { dimensions } = design;
  const work = await mkdtemp(join(tmpdir(), 'esegen-run-'));
  try {
    const files = {
      input: join(work, 'input.txt'),
      output: join(work, 'output.txt'),
      stats: join(work, 'stats.txt'),
      ...(options.checkpoints ? { checkpoints: join(work, 'checkpoints.txt') } : {}),
    };
    await writeInput(files.input, stimuli);
    const bench = {
      ...files,
      frames: stimuli.order.length,
      seed,
      stalls,
      watchdog: WATCHDOG,
      ...(dimensions.dram
        ? { memory: await memoryArguments(dir, work, dimensions.busBits, options.memory ?? {}) }
        : {}),
    };
    const program = options.netlist === undefined ? SIMULATOR[simulator] : icarusOnNetlist(options.netlist);
    const log = await program.run(dir, bench, options.waves);
    checkVerdict(log);

    const logs = Array.from({ length: dimensions.channels }, emptyCheckpoints);
    const golden = runGolden(design, stimuli, options.checkpoints ? logs.map(recorder) : null);
    const output = await readOutput(files.output, dimensions.outputs, dimensions.beat);
    const answered = batches(stimuli);
    const stats = await readStats(files.stats);
    const rtlLog =
      files.checkpoints === undefined
        ? null
        : await readCheckpoints(files.checkpoints, dimensions.channels * dimensions.elemLanes);
    const inside =
      rtlLog === null
        ? null
        : (logs.map((log, channel) => firstDifference(log, channel, rtlLog, dimensions)).find((d) => d !== null) ??
          null);
    const lanes = dimensions.groups * dimensions.lanes;
    const ends = batchEnds(stats, answered);
    return {
      ...compareOutputs(golden, answered.flat(), output, dimensions, options.netlist === undefined ? 'RTL' : 'netlist'),
      simulator,
      frames: answered.length,
      cycles: stats.at(-1)?.cycle ?? 0,
      firstFrameCycles: ends[0]?.cycle ?? 0,
      steady: steadyState(ends, lanes),
      stats,
      inside,
      recovered: recoveryOf(log),
      registers: registersOf(log),
      golden,
      rtl: output.values,
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Of the counters at the end of every frame, those at the end of every batch. */
function batchEnds(stats: readonly FrameStats[], answered: readonly (readonly InputFrame[])[]): FrameStats[] {
  let frames = 0;
  return answered.flatMap((batch) => {
    frames += batch.length;
    return stats[frames - 1] ?? [];
  });
}
