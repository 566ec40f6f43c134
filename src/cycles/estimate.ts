import type { Design } from '../program/design.ts';
import type { EncodedWords } from '../program/encode.ts';
import { Op } from '../program/schedule.ts';
import { type FrameCycles, runCycleModel } from './run.ts';
import { DEFAULT_MEMORY, type MemoryRate } from './word_supply.ts';

/**
 * Cycles of a design, predicted without a simulation: every voice has a frame in every batch, frames arrive back to back, the
 * output is always taken. A frame is a time step here: that of all voices together.
 */
export interface CycleEstimate {
  /** Steady state: cycles from the last output beat of one batch to that of the next. */
  readonly cyclesPerFrame: number;
  /** From reset to the last output beat of the first batch. */
  readonly firstFrameCycles: number;
  /** Useful words over the lanes of all groups: a frame on lanes that never wait. */
  readonly idealCyclesPerFrame: number;
  /** Lane-cycles of a frame spent on padding words, and without a word to work on, per lane. */
  readonly paddingCycles: number;
  readonly starvedCycles: number;
  /** Cycles of a frame in which a full queue held the broadcast of group 0 back. */
  readonly blockedCycles: number;
  /** Useful multiply-accumulates over lane-cycles. */
  readonly utilization: number;
  /** A frame in steady state, and when issuers and sequencer were at each of its steps. */
  readonly frame: FrameCycles;
}

/**
 * Frames until the model counts as settled, and frames that are averaged then. The groups wait for each other in every
 * frame, so only the missing recurrent step and the batches waiting in frame_in set the first frames apart.
 */
const SETTLE = 8;
const AVERAGED = 8;

/**
 * Predicts the cycles of a compiled design, see {@link runCycleModel}.
 *
 * The prediction equals simulation to the cycle: the model is a recurrence over the columns of each group with the
 * latencies of the pipelines, and the cycles of a design do not depend on its data. With weights in external memory it is
 * close, not equal: which beat comes in which cycle is the memory's affair.
 *
 * @param memory external memory, for a design with its weights there
 */
export function estimateCycles(design: Design, memory: MemoryRate = DEFAULT_MEMORY): CycleEstimate {
  // One more frame, whose W_x x runs in the gaps of the last one that counts.
  const frames = runCycleModel(design, SETTLE + AVERAGED + 1, memory);
  const from = frames[SETTLE - 1]!;
  const to = frames[SETTLE + AVERAGED - 1]!;
  const { multipliers, channels } = design.dimensions;
  const lanes = multipliers / channels;
  const cyclesPerFrame = (to.end - from.end) / AVERAGED;
  const { useful, padding } = countWords(design);
  const markers = design.schedule.filter((step) => step.op === Op.spmv && step.marker).length;
  const idealCyclesPerFrame = useful / lanes;
  return {
    cyclesPerFrame,
    firstFrameCycles: frames[0]!.end,
    idealCyclesPerFrame,
    paddingCycles: padding / lanes,
    // What is left: the counters are cut at ends of frames, between which work on the next frames varies.
    starvedCycles: cyclesPerFrame - (useful + padding) / lanes - markers,
    blockedCycles: (to.blocked - from.blocked) / AVERAGED,
    utilization: idealCyclesPerFrame / cyclesPerFrame,
    frame: to,
  };
}

function countWords({ matrices }: Design): { readonly useful: number; readonly padding: number } {
  let useful = 0;
  let total = 0;
  for (const matrix of matrices) {
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
