import type { FrameStats } from './bench_files.ts';

/** Counters per frame in steady state. */
export interface SteadyState {
  /** Cycles from one output frame to the next. */
  readonly cyclesPerFrame: number;
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

const ZERO: FrameStats = {
  cycle: 0,
  macs: 0,
  padding: 0,
  starved: 0,
  blocked: 0,
  highWater: 0,
  waited: 0,
  waitCycles: 0,
};

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
  const from = stats[first] ?? ZERO;
  const to = stats[last]!;
  const frames = last - first;
  const cycles = to.cycle - from.cycle;
  return {
    cyclesPerFrame: cycles / frames,
    utilization: (to.macs - from.macs) / (lanes * cycles),
    paddingCycles: (to.padding - from.padding) / lanes / frames,
    starvedCycles: (to.starved - from.starved) / lanes / frames,
    memoryCycles: (to.waited - from.waited) / lanes / frames,
    blockedCycles: (to.blocked - from.blocked) / frames,
    paddingWords: (to.padding - from.padding) / frames,
  };
}
