import type { Program } from './program.ts';

/** Weights of the model in a program, and those of them that are not zero. */
export interface WeightCounts {
  readonly weights: number;
  readonly nonZeros: number;
  /** nonZeros / weights; 0 without weights. */
  readonly density: number;
}

/** Counts the weights of a program. Zeros of its structure, such as the rows that a GRU's sums do not have, are none. */
export function countWeights({ segments, weights }: Pick<Program, 'segments' | 'weights'>): WeightCounts {
  let nonZeros = 0;
  for (const { values } of segments) for (let at = 0; at < values.length; at++) if (values[at] !== 0) nonZeros++;
  return { weights, nonZeros, density: weights === 0 ? 0 : nonZeros / weights };
}
