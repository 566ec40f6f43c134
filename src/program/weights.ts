import type { Program, Segment } from './program.ts';
import { kindTurn, spectralRows } from './spectral_order.ts';

/** Weights of the model in a program, and those of them that are stored and not zero. */
export interface WeightCounts {
  readonly weights: number;
  readonly nonZeros: number;
  /** nonZeros / weights; 0 without weights. */
  readonly density: number;
}

/**
 * Counts the weights of a program. Zeros of its structure, such as the rows that a GRU's sums do not have, are none. Of a spectrum each real number counts
 * once, though it stands twice in the segment.
 */
export function countWeights({
  segments,
  weights,
  machine: { lanes },
}: Pick<Program, 'segments' | 'weights' | 'machine'>): WeightCounts {
  let nonZeros = 0;
  for (const segment of segments) {
    const { values, columns, rows, block } = segment;
    const twice = block === null ? null : repeated(segment, block, lanes);
    for (let row = 0; row < rows; row++) {
      if (twice?.[row] === true) continue;
      for (let at = row * columns; at < (row + 1) * columns; at++) if (values[at] !== 0) nonZeros++;
    }
  }
  return { weights, nonZeros, density: weights === 0 ? 0 : nonZeros / weights };
}

/** By row: whether it has imaginary parts, whose weights are those of the real parts' row. */
function repeated({ rows, period, kindsTurned }: Segment, block: number, lanes: number): boolean[] {
  const orders = Array.from({ length: period }, (_, kind) => {
    return spectralRows(block, lanes, rows / period, kindTurn(block, kindsTurned, kind));
  });
  return Array.from({ length: rows }, (_, row) => {
    const part = orders[row % period]![Math.floor(row / period)]!;
    return part % 2 === 1 && part % block !== 1;
  });
}
