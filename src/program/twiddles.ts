import { roundHalfUp } from '../util/fixed.ts';

/** Largest block of a block-circulant matrix, and so of a transform; the smallest is 2. */
export const MAX_BLOCK = 64;

/** Fraction bits of a twiddle; with its sign it has one bit more, as much as the narrow operand of a DSP block takes. */
export const TWIDDLE_FRAC = 17;

/**
 * cos(2 pi n / MAX_BLOCK), n = 0 .. MAX_BLOCK - 1, with TWIDDLE_FRAC fraction bits. The one table of twiddles: the golden transforms and the
 * constants of the hardware are read from it. Those of n = 0 mod 16, which are 0, 1 and -1, are never multiplied by.
 */
const COSINES: Float64Array = Float64Array.from({ length: MAX_BLOCK }, (_, n) =>
  roundHalfUp(Math.cos((2 * Math.PI * n) / MAX_BLOCK) * 2 ** TWIDDLE_FRAC),
);

/** A rotation by W_m^f = exp(-2 pi i f / m), as cosine and sine of 2 pi f / m. */
export interface Twiddle {
  readonly cos: number;
  readonly sin: number;
}

/**
 * Twiddle of frequency f of a block of m.
 *
 * @param m power of two, at most MAX_BLOCK
 * @param f 1 <= f < m / 4
 */
export function twiddle(m: number, f: number): Twiddle {
  const n = (f * MAX_BLOCK) / m;
  return { cos: COSINES[n]!, sin: COSINES[(n + (3 * MAX_BLOCK) / 4) % MAX_BLOCK]! };
}

/** n with its low `bits` bits in reversed order: the order in which a transform by stages takes its elements. */
export function bitReversed(n: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed |= ((n >> bit) & 1) << (bits - 1 - bit);
  return reversed;
}
