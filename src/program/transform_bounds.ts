import { bitsFor, clog2 } from '../util/fixed.ts';
import { TWIDDLE_FRAC, twiddle } from './twiddles.ts';

/**
 * Widths and errors of the two integer transforms, from the worst case. A stage of m makes spectra of m elements of spectra of m / 2, or takes them apart;
 * its rotations have 1 <= f < m / 4 and round both parts to integers.
 */
export interface StageBound {
  /** Elements of a block of the stage. */
  readonly m: number;
  /** Largest magnitude of a (complex) value behind the stage, and of what is rotated in it. */
  readonly most: number;
  readonly rotated: number;
  /** Largest magnitude of its error. */
  readonly error: number;
}

/** Magnitude of the error of a rotation: both parts are rounded by at most a half. */
const ROUNDING = Math.SQRT1_2;

/** Largest factor of a rotation of a stage, and largest error of one of its twiddles. */
function twiddleBounds(m: number): { readonly factor: number; readonly error: number } {
  let [factor, error] = [1, 0];
  for (let f = 1; f < m / 4; f++) {
    const { cos, sin } = twiddle(m, f);
    const [re, im] = [cos / 2 ** TWIDDLE_FRAC, sin / 2 ** TWIDDLE_FRAC];
    factor = Math.max(factor, Math.hypot(re, im));
    error = Math.max(error, Math.hypot(re - Math.cos((2 * Math.PI * f) / m), im - Math.sin((2 * Math.PI * f) / m)));
  }
  return { factor, error };
}

/**
 * Stages of the forward transform, m = 2 .. block: X_f = E_f + W_m^f O_f.
 *
 * @param bits of an input element
 */
export function forwardStages(block: number, bits: number): readonly StageBound[] {
  const stages: StageBound[] = [];
  let [most, error] = [2 ** (bits - 1), 0];
  for (let m = 2; m <= block; m *= 2) {
    const rotates = m > 4;
    const { factor, error: inexact } = twiddleBounds(m);
    const rotated = most;
    const rounding = rotates ? ROUNDING : 0;
    error += factor * error + inexact * most + rounding;
    most += factor * most + rounding;
    stages.push({ m, most, rotated, error });
  }
  return stages;
}

/** Bits of what the inverse transform gives, of every block: t, an integer. */
export const TIME_BITS = 29;

/** Bits of a row at the cell unit: a sum over all groups, or an element of the inverse transform. */
export function cellRowBits(accBits: number, groups: number, blocks: readonly number[]): number {
  return Math.max(accBits + clog2(groups), blocks.length === 0 ? 0 : TIME_BITS);
}

/** Bits of a row of the tile as it enters the inverse transform of a block, once `drop` bits are dropped; a larger sum would not be exact. */
export function inverseBits(block: number): number {
  return TIME_BITS - 1 - clog2(block);
}

/**
 * Stages of the inverse transform, m = block .. 2: e_f = X_f + conj X_(m/2 - f), o_f = W_m^-f (X_f - conj X_(m/2 - f)).
 *
 * @returns in the order of their work; `rotated` is the difference before its rotation
 */
export function inverseStages(block: number): readonly StageBound[] {
  const stages: StageBound[] = [];
  // Both parts of a value are in the range; those of pair 0 are real values of their own.
  let [most, error] = [Math.SQRT2 * 2 ** (inverseBits(block) - 1), 0];
  for (let m = block; m >= 2; m /= 2) {
    const { factor, error: inexact } = twiddleBounds(m);
    const rotated = 2 * most;
    const rounding = m > 4 ? ROUNDING : 0;
    error = 2 * error * factor + inexact * rotated + rounding;
    most = factor * rotated + rounding;
    stages.push({ m, most, rotated, error });
  }
  return stages;
}

/** Bits of a number of at most so large a magnitude. */
export function boundBits(most: number): number {
  return bitsFor(Math.floor(most));
}
