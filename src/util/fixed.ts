/**
 * The one definition of rounding, saturation and bit widths. Compiler and golden model call these functions, the
 * templates print the same rules. All integers are held in doubles, so nothing here overflows at 32 bits.
 */

/** A fixed-point format: the integer n stands for n / 2^frac; `frac` may be negative or exceed `bits`. */
export interface Fixed {
  readonly bits: number;
  readonly frac: number;
}

/**
 * The rounding of the whole design: floor(x + 1/2), without the error that the sum `x + 0.5` can make; never -0. Hot loops call
 * it on `value * 2^-shift`, with the power computed once; elsewhere `roundShift` reads better.
 *
 * @param x |x| < 2^52
 */
export function roundHalfUp(x: number): number {
  const floor = Math.floor(x);
  return floor + (x - floor >= 0.5 ? 1 : 0);
}

/**
 * Arithmetic right shift that rounds half up: floor(value / 2^shift + 1/2).
 *
 * In hardware: `(value + (1 << (shift - 1))) >>> shift`, or the value itself for shift 0.
 *
 * @param value integer, |value| < 2^52
 * @param shift bits, at least 0
 * @returns the exact result
 */
export function roundShift(value: number, shift: number): number {
  return roundHalfUp(value / 2 ** shift);
}

/**
 * Clips an integer to the range of a two's-complement number, [-2^(bits-1), 2^(bits-1) - 1].
 *
 * @param value integer or ±Infinity
 * @param bits 1 to 53
 */
export function saturate(value: number, bits: number): number {
  // A shift where it fits: the power is slow in the golden model's loops.
  const limit = bits <= 31 ? 1 << (bits - 1) : 2 ** (bits - 1);
  return Math.max(-limit, Math.min(limit - 1, value));
}

/**
 * Real number to fixed point: saturate(floor(value · 2^fractionBits + 1/2), bits).
 *
 * @param value any number but NaN; the integer returned stands for `integer / 2^fractionBits`
 * @param fractionBits binary places, -1000 to 1000; negative where the unit is larger than 1
 * @param bits width of the result, 1 to 53
 */
export function quantize(value: number, fractionBits: number, bits: number): number {
  return saturate(roundHalfUp(value * 2 ** fractionBits), bits);
}

/**
 * Smallest k with 2^k >= count, as Verilog's `$clog2`: address bits of a memory of `count` words; 0 for 0 and 1.
 *
 * @param count integer, 0 to 2^53
 */
export function clog2(count: number): number {
  let bits = 0;
  for (let power = 1; power < count; power *= 2) bits++;
  return bits;
}

/**
 * Bits of an unsigned number that takes every value from 0 to `max`; at least 1, since there is no signal of 0 bits.
 *
 * @param max integer, 0 to 2^53 - 1
 */
export function unsignedBits(max: number): number {
  return Math.max(1, clog2(max + 1));
}

/**
 * Bits of a two's-complement number that takes every value from -maxMagnitude to +maxMagnitude: 8 for 127, 9 for 128,
 * 1 for 0.
 *
 * @param maxMagnitude integer, 0 to 2^53 - 1
 */
export function bitsFor(maxMagnitude: number): number {
  return clog2(maxMagnitude + 1) + 1;
}
