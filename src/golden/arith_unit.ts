import { COLUMN_BITS, COLUMN_MASK, type DecodedMatrix } from './spmat_read.ts';

/** Accumulators: 32-bit integers where the width allows, doubles (exact to 53 bits) where not. */
export type Accumulators = Int32Array | Float64Array;

/** Multiply-accumulate of a design, with accumulators that fit it. */
export interface ArithUnit {
  /** Makes `count` accumulators, all zero. */
  readonly accumulators: (count: number) => Accumulators;
  /** Adds `matrix * (vector << align)` to accumulators. */
  readonly spmv: (matrix: DecodedMatrix, vector: ArrayLike<number>, align: number, sums: Accumulators) => void;
}

/** Widest accumulator that the 32-bit loop holds. */
const INT32_BITS = 32;

/** Exact accumulation in 32-bit integers. */
function spmv32({ start, entries }: DecodedMatrix, acts: Int32Array, sums: Int32Array): void {
  for (let row = 0; row < start.length - 1; row++) {
    const end = start[row + 1]!;
    let sum = sums[row]!;
    for (let at = start[row]!; at < end; at++) {
      const entry = entries[at]!;
      sum = (sum + Math.imul(entry >> COLUMN_BITS, acts[entry & COLUMN_MASK]!)) | 0;
    }
    sums[row] = sum;
  }
}

/** Exact accumulation in doubles, for accumulators of more than 32 bits. */
function spmv53({ start, entries }: DecodedMatrix, acts: Float64Array, sums: Float64Array): void {
  for (let row = 0; row < start.length - 1; row++) {
    const end = start[row + 1]!;
    let sum = sums[row]!;
    for (let at = start[row]!; at < end; at++) {
      const entry = entries[at]!;
      sum += (entry >> COLUMN_BITS) * acts[entry & COLUMN_MASK]!;
    }
    sums[row] = sum;
  }
}

/** Accumulation that saturates after every addition, in the order of the columns. */
function saturatingSpmv(bits: number): typeof spmv53 {
  const max = 2 ** (bits - 1) - 1;
  const min = -max - 1;
  return ({ start, entries }, acts, sums) => {
    for (let row = 0; row < start.length - 1; row++) {
      const end = start[row + 1]!;
      let sum = sums[row]!;
      for (let at = start[row]!; at < end; at++) {
        const entry = entries[at]!;
        sum = Math.max(min, Math.min(max, sum + (entry >> COLUMN_BITS) * acts[entry & COLUMN_MASK]!));
      }
      sums[row] = sum;
    }
  };
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
      spmv: (matrix, vector, align, sums) => {
        const acts = new Int32Array(vector.length);
        for (let i = 0; i < acts.length; i++) acts[i] = vector[i]! << align;
        spmv32(matrix, acts, sums as Int32Array);
      },
    };
  }
  const loop = saturate ? saturatingSpmv(bits) : spmv53;
  return {
    accumulators: (count) => new Float64Array(count),
    spmv: (matrix, vector, align, sums) => {
      const acts = new Float64Array(vector.length);
      const scale = 2 ** align;
      for (let i = 0; i < acts.length; i++) acts[i] = vector[i]! * scale;
      loop(matrix, acts, sums as Float64Array);
    },
  };
}
