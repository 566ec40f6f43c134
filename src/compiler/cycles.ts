import { type FrameCycles, runCycleModel } from './cycle_model/run.ts';
import type { Design } from './design.ts';
import type { EncodedWords } from './encode.ts';

/** Cycles of a design, predicted without a simulation: frames arrive back to back, the output is always taken. */
export interface CycleEstimate {
  /** Steady state: cycles from one output frame to the next. */
  readonly cyclesPerFrame: number;
  /** From reset to the last output word of the first frame. */
  readonly firstFrameCycles: number;
  /** Useful words over PEs: a frame on PEs that never wait. */
  readonly idealCyclesPerFrame: number;
  /** PE-cycles of a frame spent on padding words, and without a word to work on, per PE. */
  readonly paddingCycles: number;
  readonly starvedCycles: number;
  /** Cycles of a frame in which a full queue held the broadcast back. */
  readonly blockedCycles: number;
  /** Useful multiply-accumulates over PE-cycles. */
  readonly utilization: number;
  /** A frame in steady state, and when the controller was at each of its steps. */
  readonly frame: FrameCycles;
}

/**
 * Frames until the model counts as settled, and frames that are averaged then. In every frame all queues run empty at a marker,
 * so only the missing recurrent step and the frames waiting in frame_in set the first frames apart.
 */
const SETTLE = 4;
const AVERAGED = 4;

/**
 * Predicts the cycles of a compiled design, see {@link runCycleModel}.
 *
 * The prediction equals simulation to the cycle: the model is a recurrence over columns with the latencies of the
 * pipelines, and the cycles of a design do not depend on its data.
 */
export function estimateCycles(design: Design): CycleEstimate {
  // One more frame, whose W_x x runs in the gaps of the last one that counts.
  const frames = runCycleModel(design, SETTLE + AVERAGED + 1);
  const from = frames[SETTLE - 1]!;
  const to = frames[SETTLE + AVERAGED - 1]!;
  const { lanes } = design.dimensions;
  const cyclesPerFrame = (to.end - from.end) / AVERAGED;
  const { useful, padding } = countWords(design);
  const idealCyclesPerFrame = useful / lanes;
  return {
    cyclesPerFrame,
    firstFrameCycles: frames[0]!.end,
    idealCyclesPerFrame,
    paddingCycles: padding / lanes,
    starvedCycles: (to.starved - from.starved) / AVERAGED / lanes,
    blockedCycles: (to.blocked - from.blocked) / AVERAGED,
    utilization: idealCyclesPerFrame / cyclesPerFrame,
    frame: to,
  };
}

function countWords({ matrices: { x, r, p } }: Design): { readonly useful: number; readonly padding: number } {
  let useful = 0;
  let total = 0;
  for (const matrix of p === null ? [x, r] : [x, r, p]) {
    for (const words of matrix.words) {
      useful += usefulWords(words, matrix);
      total += words.length;
    }
  }
  return { useful, padding: total - useful };
}

/** Words with a weight other than 0. */
function usefulWords(words: Uint32Array, { format }: EncodedWords): number {
  let useful = 0;
  for (const word of words) if (word >>> format.indexBits !== 0) useful++;
  return useful;
}
