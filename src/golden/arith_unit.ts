import type { DecodedMatrix } from './spmat_read.ts';

/** Accumulators: 32-bit integers where the width allows, doubles (exact to 53 bits) where not. */
export type Accumulators = Int32Array | Float64Array;

/** Adds `matrix * vector` to accumulators; activations are shifted left by `align`. */
export type SpMv = (matrix: DecodedMatrix, vector: ArrayLike<number>, align: number, sums: Accumulators) => void;

/** Widest accumulator that the 32-bit loop holds. */
export const INT32_BITS = 32;

/** Exact accumulation in 32-bit integers. */
function spmv32(
  { columns, start, rows, weights }: DecodedMatrix,
  vector: ArrayLike<number>,
  align: number,
  sums: Int32Array,
): void {
  for (let column = 0; column < columns; column++) {
    const act = vector[column]! << align;
    const end = start[column + 1]!;
    for (let entry = start[column]!; entry < end; entry++) {
      const row = rows[entry]!;
      sums[row] = (sums[row]! + Math.imul(weights[entry]!, act)) | 0;
    }
  }
}

/** Exact accumulation in doubles, for accumulators of more than 32 bits. */
function spmv53(
  { columns, start, rows, weights }: DecodedMatrix,
  vector: ArrayLike<number>,
  align: number,
  sums: Float64Array,
): void {
  const scale = 2 ** align;
  for (let column = 0; column < columns; column++) {
    const act = vector[column]! * scale;
    const end = start[column + 1]!;
    for (let entry = start[column]!; entry < end; entry++) sums[rows[entry]!]! += weights[entry]! * act;
  }
}

/** Accumulation that saturates after every addition, in the order of the columns. */
function saturatingSpmv(bits: number) {
  const max = 2 ** (bits - 1) - 1;
  const min = -max - 1;
  return (
    { columns, start, rows, weights }: DecodedMatrix,
    vector: ArrayLike<number>,
    align: number,
    sums: Float64Array,
  ): void => {
    const scale = 2 ** align;
    for (let column = 0; column < columns; column++) {
      const act = vector[column]! * scale;
      const end = start[column + 1]!;
      for (let entry = start[column]!; entry < end; entry++) {
        const row = rows[entry]!;
        const sum = sums[row]! + weights[entry]! * act;
        sums[row] = sum > max ? max : sum < min ? min : sum;
      }
    }
  };
}

/** Multiply-accumulate of a design, with accumulators that fit it. */
export interface ArithUnit {
  /** Makes `count` accumulators, all zero. */
  readonly accumulators: (count: number) => Accumulators;
  readonly spmv: SpMv;
}

/**
 * Twin of arith_unit.v.
 *
 * @param bits width of an accumulator; exact accumulation never leaves it
 * @param saturate whether it saturates at its ends instead
 */
export function arithUnit(bits: number, saturate: boolean): ArithUnit {
  if (!saturate && bits <= INT32_BITS) {
    return {
      accumulators: (count) => new Int32Array(count),
      spmv: (matrix, vector, align, sums) => spmv32(matrix, vector, align, sums as Int32Array),
    };
  }
  const loop = saturate ? saturatingSpmv(bits) : spmv53;
  return {
    accumulators: (count) => new Float64Array(count),
    spmv: (matrix, vector, align, sums) => loop(matrix, vector, align, sums as Float64Array),
  };
}
