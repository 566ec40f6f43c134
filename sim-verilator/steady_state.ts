import type { Counters, FrameStats } from './bench_files.ts';

/** What the array does per frame in steady state, from the counters of the RTL. */
export interface ArrayLoad {
  /** Useful (non-padding) multiply-accumulates over PE-cycles. */
  readonly utilization: number;
  /** PE-cycles of a frame spent on padding words, and without a word to work on, per PE. */
  readonly paddingCycles: number;
  readonly starvedCycles: number;
  /** PE-cycles of a frame that waited for words from external memory, per PE. */
  readonly memoryCycles: number;
  /** Cycles in which a full queue held the broadcast back. */
  readonly blockedCycles: number;
  /** Padding words of a frame, over all PEs. */
  readonly paddingWords: number;
}

/** A run in steady state. */
export interface SteadyState {
  /** Cycles from one output frame to the next. */
  readonly cyclesPerFrame: number;
  /** Null for a netlist, which has no counters. */
  readonly load: ArrayLoad | null;
}

/**
 * Cycles of a frame of an array that never waits. They are of the same frames as the cycles: the first frame has no recurrent product, and frames of
 * a short utterance may be few. Null for a netlist.
 */
export function idealOf({ cyclesPerFrame, load }: SteadyState): number | null {
  return load === null ? null : load.utilization * cyclesPerFrame;
}

const NO_COUNTS: Counters = { macs: 0, padding: 0, starved: 0, blocked: 0, highWater: 0, waited: 0, waitCycles: 0 };

/** Frames that are left out at the beginning, where there are enough: until the pipeline between two batches is full. */
const SETTLE = 3;

/**
 * Steady state of a run: from the end of the third frame to the end of the last but one. The last frame is left out because no
 * frame follows whose W_x x could fill its gaps. Runs of fewer than five frames give what there is.
 *
 * @param stats one entry an output frame, at least one
 */
export function steadyState(stats: readonly FrameStats[], lanes: number): SteadyState {
  const last = stats.length >= 3 ? stats.length - 2 : stats.length - 1;
  const first = Math.min(SETTLE, last) - 1;
  const from = stats[first];
  const to = stats[last]!;
  const frames = last - first;
  const cycles = to.cycle - (from?.cycle ?? 0);
  const load =
    to.counters === null ? null : loadOf(from?.counters ?? NO_COUNTS, to.counters, { frames, cycles, lanes });
  return { cyclesPerFrame: cycles / frames, load };
}

/**
 * Mean over a whole run, for a design that answers utterances as a whole.
 *
 * @param end of its last output frame
 * @param frames steps of all utterances
 */
export function wholeRun({ cycle, counters }: FrameStats, frames: number, lanes: number): SteadyState {
  const load = counters === null ? null : loadOf(NO_COUNTS, counters, { frames, cycles: cycle, lanes });
  return { cyclesPerFrame: cycle / frames, load };
}

function loadOf(
  from: Counters,
  to: Counters,
  { frames, cycles, lanes }: { readonly frames: number; readonly cycles: number; readonly lanes: number },
): ArrayLoad {
  return {
    utilization: (to.macs - from.macs) / (lanes * cycles),
    paddingCycles: (to.padding - from.padding) / lanes / frames,
    starvedCycles: (to.starved - from.starved) / lanes / frames,
    memoryCycles: (to.waited - from.waited) / lanes / frames,
    blockedCycles: (to.blocked - from.blocked) / frames,
    paddingWords: (to.padding - from.padding) / frames,
  };
}
