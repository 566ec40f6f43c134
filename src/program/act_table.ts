import { TABLE_BITS, TABLE_ENTRIES, TABLE_FRAC, Z_FRAC } from '../machine/formats.ts';
import { quantize } from '../util/fixed.ts';

/** A function with a table, and what it tends to at both ends. */
export interface ActFunction {
  readonly of: (v: number) => number;
  /** Limits for v → −∞ and v → ∞. */
  readonly limits: readonly [number, number];
}

export const SIGMOID: ActFunction = { of: (v) => 1 / (1 + Math.exp(-v)), limits: [0, 1] };
export const TANH: ActFunction = { of: Math.tanh, limits: [-1, 1] };

/**
 * Words of an activation table: 2048 cells over [-range, range), each holding the function at the centre of the cell,
 * rounded to 15 fraction bits. The first and the last word are what every value beyond the range reads, so they are the
 * function's limits: a gate that is wide open lets everything through. This is the only place where they are computed; memory
 * image and golden model hold these words.
 *
 * @param range half the input range, a power of two
 * @returns signed words, [2048]
 */
export function actTable({ of, limits }: ActFunction, range: number): Int16Array {
  const step = (2 * range) / TABLE_ENTRIES;
  const last = TABLE_ENTRIES - 1;
  return Int16Array.from({ length: TABLE_ENTRIES }, (_, i) => {
    const value = i === 0 ? limits[0] : i === last ? limits[1] : of((i + 0.5) * step - range);
    return quantize(value, TABLE_FRAC, TABLE_BITS);
  });
}

/** Fraction bits of a table step: 2^-stepFrac = 2 range / 2048. */
export function tableStepFrac(range: number): number {
  return Math.log2(TABLE_ENTRIES / (2 * range));
}

/** Right shift of z to a table cell number; at least 1 for ranges up to 16. */
export function tableShift(range: number): number {
  return Z_FRAC - tableStepFrac(range);
}

/**
 * Twin of table_index.v: index of a cell number, clipped to the table.
 *
 * @param cell floor(value / step), any integer
 */
export function tableIndex(cell: number): number {
  const half = TABLE_ENTRIES / 2;
  return Math.min(Math.max(cell, -half), half - 1) + half;
}
