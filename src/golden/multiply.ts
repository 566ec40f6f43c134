import type { Segment } from '../program/program.ts';
import { clog2 } from '../util/fixed.ts';

/**
 * Adds a segment times gathered elements to the accumulators of a tile.
 *
 * @param acts elements in the order of the columns, aligned
 * @param sums [rows], or [groups, rows] where accumulators saturate
 */
export type Multiply = (acts: Int32Array, sums: Float64Array) => void;

/** A segment as the golden model multiplies it. */
export interface CompiledSegment {
  readonly multiply: Multiply;
  /** Weights that are not zero. */
  readonly nonZeros: number;
}

/** Widest accumulator of the loops in 32-bit integers. */
const INT32_BITS = 32;
/** Share of weights that are there from which on it is faster to multiply the zeros as well. */
const DENSE = 0.3;
/** Bits of the column in an entry of a sparse segment. */
const COLUMN_BITS = 16;
const COLUMN_MASK = 0xffff;

/** Weights by rows, those of 0 left out: weight * 2^16 + column, by rising column. */
interface SparseRows {
  /** First entry of each row; [rows + 1]. */
  readonly start: Int32Array;
  readonly entries: Int32Array;
}

function sparseRows({ rows, columns, values }: Segment, group: number, groups: number): SparseRows {
  const start = new Int32Array(rows + 1);
  for (let row = 0, at = 0; row < rows; row++) {
    let count = 0;
    for (let column = 0; column < columns; column++, at++) {
      if (values[at] !== 0 && column % groups === group) count++;
    }
    start[row + 1] = start[row]! + count;
  }
  const entries = new Int32Array(start[rows]!);
  for (let row = 0, at = 0, entry = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const weight = values[at]!;
      if (weight !== 0 && column % groups === group) entries[entry++] = (weight << COLUMN_BITS) | column;
    }
  }
  return { start, entries };
}

function sparse32({ start, entries }: SparseRows): Multiply {
  const rows = start.length - 1;
  return (acts, sums) => {
    for (let row = 0; row < rows; row++) {
      const end = start[row + 1]!;
      const last = end - 1;
      let even = sums[row]! | 0;
      let odd = 0;
      let at = start[row]!;
      for (; at < last; at += 2) {
        const entry = entries[at]!;
        const next = entries[at + 1]!;
        even = (even + Math.imul(entry >> COLUMN_BITS, acts[entry & COLUMN_MASK]!)) | 0;
        odd = (odd + Math.imul(next >> COLUMN_BITS, acts[next & COLUMN_MASK]!)) | 0;
      }
      if (at < end) even = (even + Math.imul(entries[at]! >> COLUMN_BITS, acts[entries[at]! & COLUMN_MASK]!)) | 0;
      sums[row] = (even + odd) | 0;
    }
  };
}

/** In doubles, which are exact to 53 bits. */
function sparse53({ start, entries }: SparseRows): Multiply {
  const rows = start.length - 1;
  return (acts, sums) => {
    for (let row = 0; row < rows; row++) {
      const end = start[row + 1]!;
      const last = end - 1;
      let even = sums[row]!;
      let odd = 0;
      let at = start[row]!;
      for (; at < last; at += 2) {
        const entry = entries[at]!;
        const next = entries[at + 1]!;
        even += (entry >> COLUMN_BITS) * acts[entry & COLUMN_MASK]!;
        odd += (next >> COLUMN_BITS) * acts[next & COLUMN_MASK]!;
      }
      if (at < end) even += (entries[at]! >> COLUMN_BITS) * acts[entries[at]! & COLUMN_MASK]!;
      sums[row] = even + odd;
    }
  };
}

function dense32({ rows, columns, values }: Segment): Multiply {
  return (acts, sums) => {
    for (let row = 0, at = 0; row < rows; row++) {
      let even = sums[row]! | 0;
      let odd = 0;
      const last = columns - 1;
      let column = 0;
      for (; column < last; column += 2, at += 2) {
        even = (even + Math.imul(values[at]!, acts[column]!)) | 0;
        odd = (odd + Math.imul(values[at + 1]!, acts[column + 1]!)) | 0;
      }
      if (column < columns) even = (even + Math.imul(values[at++]!, acts[column]!)) | 0;
      sums[row] = (even + odd) | 0;
    }
  };
}

function dense53({ rows, columns, values }: Segment): Multiply {
  return (acts, sums) => {
    for (let row = 0, at = 0; row < rows; row++) {
      let even = sums[row]!;
      let odd = 0;
      const last = columns - 1;
      let column = 0;
      for (; column < last; column += 2, at += 2) {
        even += values[at]! * acts[column]!;
        odd += values[at + 1]! * acts[column + 1]!;
      }
      if (column < columns) even += values[at++]! * acts[column]!;
      sums[row] = even + odd;
    }
  };
}

/** Accumulation that saturates after every addition, in the order of the columns of a group. */
function saturating(parts: readonly SparseRows[], rows: number, bits: number): Multiply {
  const max = 2 ** (bits - 1) - 1;
  const min = -max - 1;
  return (acts, sums) => {
    for (const [group, { start, entries }] of parts.entries()) {
      for (let row = 0; row < rows; row++) {
        const end = start[row + 1]!;
        let sum = sums[group * rows + row]!;
        for (let at = start[row]!; at < end; at++) {
          const entry = entries[at]!;
          sum = Math.max(min, Math.min(max, sum + (entry >> COLUMN_BITS) * acts[entry & COLUMN_MASK]!));
        }
        sums[group * rows + row] = sum;
      }
    }
  };
}

/**
 * Chooses the loop for a segment. The columns of a lane become rows here, because a sum kept in a register is what makes the
 * golden model fast; every accumulator still sees its products in column order.
 *
 * @param groups column groups; column j is added in group j mod groups
 */
export function compileSegment(segment: Segment, groups: number): CompiledSegment {
  const made = COMPILED.get(segment) ?? chooseLoop(segment, groups);
  COMPILED.set(segment, made);
  return made;
}

/** Voices of a program have its segments in common. */
const COMPILED = new WeakMap<Segment, CompiledSegment>();

function chooseLoop(segment: Segment, groups: number): CompiledSegment {
  const { rows, values, accumulator } = segment;
  let nonZeros = 0;
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) nonZeros++;
  if (accumulator.saturate) {
    const parts = Array.from({ length: groups }, (_, group) => sparseRows(segment, group, groups));
    return { multiply: saturating(parts, rows, accumulator.bits), nonZeros };
  }
  // Accumulators that never leave their width need none for each group: their sum is one of log2 G bits more.
  const narrow = accumulator.bits + clog2(groups) <= INT32_BITS;
  if (nonZeros > DENSE * values.length) return { multiply: narrow ? dense32(segment) : dense53(segment), nonZeros };
  const entries = sparseRows(segment, 0, 1);
  return { multiply: narrow ? sparse32(entries) : sparse53(entries), nonZeros };
}
