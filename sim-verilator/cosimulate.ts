import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Design } from '../src/compiler/design.ts';
import { EsegenError } from '../src/errors.ts';
import { GoldenModel } from '../src/golden/controller.ts';
import type { CellTrace } from '../src/golden/elem_lane.ts';
import {
  type FrameStats,
  type IntegerFrames,
  readCheckpoints,
  readOutput,
  readStats,
  writeInput,
} from './bench_files.ts';
import { firstDifference, type GoldenCheckpoints } from './checkpoints.ts';
import { type Comparison, compareOutputs } from './compare.ts';
import { icarus } from './icarus.ts';
import type { Simulator, SimulatorName } from './simulator.ts';
import { type SteadyState, steadyState } from './steady_state.ts';
import { verilator } from './verilator.ts';

const SIMULATOR: Readonly<Record<SimulatorName, Simulator>> = { verilator, icarus };

/** How a co-simulation is run. */
export interface CosimOptions {
  readonly simulator: SimulatorName;
  /** Seed of the stalls, and their probability, 0 to below 1. */
  readonly seed: number;
  readonly stalls: number;
  /** Frames that start an utterance; the first one always does. */
  readonly utteranceStarts?: readonly number[];
  /** File that gets the waves (FST). */
  readonly waves?: string;
  /** Compares gate sums, states and cell outputs too. */
  readonly checkpoints?: boolean;
}

/** What a co-simulation found. */
export interface CosimResult extends Comparison {
  readonly simulator: SimulatorName;
  readonly frames: number;
  /** Cycles from reset to the last output word. */
  readonly cycles: number;
  readonly steady: SteadyState;
  readonly stats: readonly FrameStats[];
  /** First difference at a checkpoint, where they were compared. */
  readonly inside: string | null;
  /** [T, P]. */
  readonly golden: Int16Array;
  readonly rtl: Int16Array;
}

/** Cycles without progress after which a run has stalled: far more than any frame's pipeline can be quiet. */
const WATCHDOG = 20_000;

/** Runs the golden model over frames. */
export function runGolden(
  design: Design,
  input: IntegerFrames,
  starts: ReadonlySet<number>,
  observer: ((cell: number, trace: CellTrace) => void) | null = null,
): Int16Array {
  const model = new GoldenModel(design, observer);
  const { outputs } = design.dimensions;
  const y = new Int16Array(input.frames * outputs);
  for (let t = 0; t < input.frames; t++) {
    if (starts.has(t)) model.reset();
    y.set(model.step(input.data.subarray(t * input.width, (t + 1) * input.width)), t * outputs);
  }
  return y;
}

function goldenCheckpoints(): { log: GoldenCheckpoints; observe: (cell: number, trace: CellTrace) => void } {
  const log = { i: [], f: [], g: [], o: [], c: [], m: [] } as Record<keyof GoldenCheckpoints, number[]>;
  const observe = (_cell: number, { z, c, m }: CellTrace) => {
    log.i.push(z[0]!);
    log.f.push(z[1]!);
    log.g.push(z[2]!);
    log.o.push(z[3]!);
    log.c.push(c);
    log.m.push(m);
  };
  return { log, observe };
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

/**
 * Runs RTL and golden model on the same frames and compares every output word.
 *
 * @param dir design directory of `design`
 * @param input [T, I] in the design's integers, T at least 1
 * @throws EsegenError when the simulator is missing or fails, or the design stalls
 */
export async function cosimulate(
  dir: string,
  design: Design,
  input: IntegerFrames,
  options: CosimOptions,
): Promise<CosimResult> {
  const { simulator, seed, stalls } = options;
  const starts = new Set([0, ...(options.utteranceStarts ?? [])]);
  const work = await mkdtemp(join(tmpdir(), 'esegen-run-'));
  try {
    const files = {
      input: join(work, 'input.txt'),
      output: join(work, 'output.txt'),
      stats: join(work, 'stats.txt'),
      ...(options.checkpoints ? { checkpoints: join(work, 'checkpoints.txt') } : {}),
    };
    await writeInput(files.input, input, starts);
    const bench = { ...files, frames: input.frames, seed, stalls, watchdog: WATCHDOG };
    checkVerdict(await SIMULATOR[simulator].run(dir, bench, options.waves));

    const { log, observe } = goldenCheckpoints();
    const golden = runGolden(design, input, starts, options.checkpoints ? observe : null);
    const output = await readOutput(files.output);
    const stats = await readStats(files.stats);
    const inside =
      files.checkpoints === undefined
        ? null
        : firstDifference(
            log,
            await readCheckpoints(files.checkpoints, design.dimensions.elemLanes),
            design.dimensions,
          );
    return {
      ...compareOutputs(golden, output, design.dimensions),
      simulator,
      frames: input.frames,
      cycles: stats.at(-1)?.cycle ?? 0,
      steady: steadyState(stats, design.dimensions.lanes),
      stats,
      inside,
      golden,
      rtl: output.values,
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
