import { countNonZeros } from '../../util/non_zeros.ts';
import type { Matrix } from '../graph.ts';

/** Share of non-zeros from which a matrix is kept whole: an index costs about as much as half a weight. */
const DENSE_FROM = 0.6;

/** Non-zeros of a matrix by rows (CSR). */
interface SparseRows {
  /** Index into `columns` and `values` where each row starts, and the end of the last; [rows + 1]. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/**
 * Products of one matrix with many vectors, in double precision. The weights are sorted out once: zeros of a sparse matrix cost
 * nothing.
 */
export class MatrixProduct {
  readonly rows: number;
  readonly columns: number;
  readonly #sparse: SparseRows | null;
  readonly #dense: Float64Array | null;

  /** @param matrices stacked on each other, of the same number of columns; their values are copied */
  constructor(...matrices: readonly Matrix[]) {
    this.rows = matrices.reduce((sum, { rows }) => sum + rows, 0);
    this.columns = matrices[0]!.columns;
    const count = matrices.reduce((sum, { values }) => sum + countNonZeros(values), 0);
    const dense = count >= DENSE_FROM * this.rows * this.columns;
    this.#dense = dense ? stack(matrices, this.rows * this.columns) : null;
    this.#sparse = dense ? null : sparseRows(matrices, this.rows, count);
  }

  /**
   * result[n] = matrix · source[n] for `count` vectors.
   *
   * @param source [count, columns], from element `from` on
   * @param result receives [count, rows], from element 0 on
   */
  apply(source: Float64Array, from: number, count: number, result: Float64Array): void {
    const { rows, columns } = this;
    let n = 0;
    for (; n + 4 <= count; n += 4) {
      const at = from + n * columns;
      if (this.#sparse === null) denseFour(this.#dense!, columns, source, at, result, n * rows, rows);
      else sparseFour(this.#sparse, columns, source, at, result, n * rows, rows);
    }
    for (; n < count; n++) {
      const at = from + n * columns;
      if (this.#sparse === null) denseOne(this.#dense!, columns, source, at, result, n * rows, rows);
      else sparseOne(this.#sparse, source, at, result, n * rows, rows);
    }
  }
}

function stack(matrices: readonly Matrix[], elements: number): Float64Array {
  const values = new Float64Array(elements);
  let at = 0;
  for (const matrix of matrices) {
    values.set(matrix.values, at);
    at += matrix.rows * matrix.columns;
  }
  return values;
}

function sparseRows(matrices: readonly Matrix[], height: number, count: number): SparseRows {
  const starts = new Int32Array(height + 1);
  const columns = new Int32Array(count);
  const values = new Float64Array(count);
  let at = 0;
  let row = 0;
  for (const matrix of matrices) {
    for (let r = 0; r < matrix.rows; r++) {
      starts[row++] = at;
      for (let column = 0; column < matrix.columns; column++) {
        const weight = matrix.values[r * matrix.columns + column]!;
        if (weight === 0) continue;
        columns[at] = column;
        values[at++] = weight;
      }
    }
  }
  starts[height] = at;
  return { starts, columns, values };
}

/** Four vectors at once: a weight is read once for them. */
function denseFour(
  weights: Float64Array,
  columns: number,
  source: Float64Array,
  from: number,
  result: Float64Array,
  to: number,
  rows: number,
): void {
  const [from1, from2, from3] = [from + columns, from + 2 * columns, from + 3 * columns];
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let k = 0; k < columns; k++) {
      const weight = weights[at + k]!;
      sum0 += weight * source[from + k]!;
      sum1 += weight * source[from1 + k]!;
      sum2 += weight * source[from2 + k]!;
      sum3 += weight * source[from3 + k]!;
    }
    result[to + row] = sum0;
    result[to + rows + row] = sum1;
    result[to + 2 * rows + row] = sum2;
    result[to + 3 * rows + row] = sum3;
  }
}

function sparseFour(
  { starts, columns, values }: SparseRows,
  width: number,
  source: Float64Array,
  from: number,
  result: Float64Array,
  to: number,
  rows: number,
): void {
  const [from1, from2, from3] = [from + width, from + 2 * width, from + 3 * width];
  for (let row = 0; row < rows; row++) {
    const end = starts[row + 1]!;
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let n = starts[row]!; n < end; n++) {
      const weight = values[n]!;
      const column = columns[n]!;
      sum0 += weight * source[from + column]!;
      sum1 += weight * source[from1 + column]!;
      sum2 += weight * source[from2 + column]!;
      sum3 += weight * source[from3 + column]!;
    }
    result[to + row] = sum0;
    result[to + rows + row] = sum1;
    result[to + 2 * rows + row] = sum2;
    result[to + 3 * rows + row] = sum3;
  }
}

/** One vector, four rows at once: their sums do not wait for each other. */
function denseOne(
  weights: Float64Array,
  columns: number,
  source: Float64Array,
  from: number,
  result: Float64Array,
  to: number,
  rows: number,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const at0 = row * columns;
    const [at1, at2, at3] = [at0 + columns, at0 + 2 * columns, at0 + 3 * columns];
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let k = 0; k < columns; k++) {
      const value = source[from + k]!;
      sum0 += weights[at0 + k]! * value;
      sum1 += weights[at1 + k]! * value;
      sum2 += weights[at2 + k]! * value;
      sum3 += weights[at3 + k]! * value;
    }
    result[to + row] = sum0;
    result[to + row + 1] = sum1;
    result[to + row + 2] = sum2;
    result[to + row + 3] = sum3;
  }
  for (; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += weights[row * columns + k]! * source[from + k]!;
    result[to + row] = sum;
  }
}

function sparseOne(
  { starts, columns, values }: SparseRows,
  source: Float64Array,
  from: number,
  result: Float64Array,
  to: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    const end = starts[row + 1]!;
    let sum = 0;
    for (let n = starts[row]!; n < end; n++) sum += values[n]! * source[from + columns[n]!]!;
    result[to + row] = sum;
  }
}
