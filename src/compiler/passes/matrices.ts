import type { Floats, Matrix } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';

/** Elements of the largest matrix that a change of layout may need: half a gigabyte of doubles. */
const MOST_ELEMENTS = 2 ** 26;

/** diag(factors) · matrix; factors are [rows]. */
export function scaleRows({ rows, columns, values }: Matrix, factors: ArrayLike<number>): Matrix {
  const scaled = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    const factor = factors[row]!;
    for (let at = row * columns; at < (row + 1) * columns; at++) scaled[at] = values[at]! * factor;
  }
  return { rows, columns, values: scaled };
}

/** matrix · diag(factors); factors are [columns]. */
export function scaleColumns({ rows, columns, values }: Matrix, factors: ArrayLike<number>): Matrix {
  const scaled = new Float64Array(values.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) scaled[at] = values[at]! * factors[column]!;
  }
  return { rows, columns, values: scaled };
}

/** matrix · vector. */
export function timesVector({ rows, columns, values }: Matrix, vector: ArrayLike<number>): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++, at++) sum += values[at]! * vector[column]!;
    result[row] = sum;
  }
  return result;
}

/** left · right. */
export function timesMatrix(left: Matrix, right: Matrix): Matrix {
  const { rows } = left;
  const { columns } = right;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const into = values.subarray(row * columns, (row + 1) * columns);
    for (let k = 0; k < left.columns; k++) {
      const factor = left.values[row * left.columns + k]!;
      if (factor === 0) continue;
      const from = k * columns;
      for (let column = 0; column < columns; column++) into[column]! += factor * right.values[from + column]!;
    }
  }
  return { rows, columns, values };
}

/** Rows of a matrix in the order of `index`. */
export function selectRows({ columns, values }: Matrix, index: ArrayLike<number>): Matrix {
  const selected = new Float64Array(index.length * columns);
  for (let row = 0; row < index.length; row++) {
    const from = index[row]! * columns;
    selected.set(values.subarray(from, from + columns), row * columns);
  }
  return { rows: index.length, columns, values: selected };
}

/** A matrix of zeros but for one element a row: `factors` in column `index`; none where the index is negative. */
export function selectionMatrix(columns: number, index: ArrayLike<number>, factors?: ArrayLike<number>): Matrix {
  const rows = index.length;
  if (rows * columns > MOST_ELEMENTS) {
    const fix = 'Cut the network with --from and --to, or have the layout changed when the model is exported';
    throw new EsegenError('model', `a change of layout from ${columns} to ${rows} elements is too large`, fix);
  }
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    if (index[row]! >= 0) values[row * columns + index[row]!] = factors === undefined ? 1 : factors[row]!;
  }
  return { rows, columns, values };
}

/** Matrices of equal height side by side. */
export function besides(matrices: readonly Matrix[]): Matrix {
  if (matrices.length === 1) return matrices[0]!;
  const { rows } = matrices[0]!;
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  const values = new Float64Array(rows * columns);
  let first = 0;
  for (const matrix of matrices) {
    for (let row = 0; row < rows; row++) {
      const part = matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
      values.set(part, row * columns + first);
    }
    first += matrix.columns;
  }
  return { rows, columns, values };
}

/** Elements other than zero. */
export function countNonZeros(values: Floats | Int16Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  return count;
}
