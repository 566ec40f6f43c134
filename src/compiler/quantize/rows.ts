import type { Floats, Matrix } from '../../model/graph.ts';

/** A matrix in doubles whatever its source. */
export interface StackedRows {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * Columns `from` to `to` of matrices of one height, their rows taking turns: row n · k + j is row k of matrix j, zeros where it is
 * null. That is how the accumulators of a cell stand together.
 */
export function interleaveRows(matrices: readonly (Matrix | null)[], from: number, to: number): StackedRows {
  const given = matrices.find((matrix) => matrix !== null)!;
  const turns = matrices.length;
  const columns = to - from;
  const values = new Float64Array(turns * given.rows * columns);
  for (const [turn, matrix] of matrices.entries()) {
    if (matrix === null) continue;
    for (let row = 0; row < given.rows; row++) {
      const start = row * matrix.columns;
      values.set(matrix.values.subarray(start + from, start + to), (row * turns + turn) * columns);
    }
  }
  return { rows: turns * given.rows, columns, values };
}

/** Elements of vectors of one length, taking turns. */
export function interleave(vectors: readonly Floats[]): Float64Array {
  const turns = vectors.length;
  const values = new Float64Array(turns * vectors[0]!.length);
  for (const [turn, vector] of vectors.entries()) {
    for (let n = 0; n < vector.length; n++) values[n * turns + turn] = vector[n]!;
  }
  return values;
}
