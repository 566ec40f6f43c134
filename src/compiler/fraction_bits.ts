import type { Floats } from '../model/graph.ts';
import type { ValueHistogram } from './value_histogram.ts';

/** Fraction bits for values up to `peak` in `bits` bits; the largest value may saturate by one step. */
export function fractionFor(peak: number, bits: number): number {
  return peak > 0 ? bits - 1 - Math.ceil(Math.log2(peak)) : bits - 1;
}

/** Formats that are tried beside the one that the peak just fits in: coarser by `COARSER` bits to finer by `FINER`. */
const COARSER = 1;
const FINER = 7;

/**
 * Fraction bits of least squared error: finer ones round less, and saturate more. Where several are equal, the one that the
 * largest value just fits in, or next to it.
 *
 * @param low least fraction bits allowed, and `high` the most
 */
export function bestFraction(values: ValueHistogram, bits: number, low: number, high: number): number {
  const clamp = (frac: number) => Math.min(Math.max(frac, low), high);
  const start = fractionFor(values.peak, bits);
  let best = clamp(start);
  if (values.peak === 0) return best;
  let least = values.squaredError(best, bits);
  for (let frac = clamp(start - COARSER); frac <= clamp(start + FINER); frac++) {
    const error = values.squaredError(frac, bits);
    if (error < least) {
      least = error;
      best = frac;
    }
  }
  return best;
}

/** Error of a vector that may be paid for room above the largest value of calibration, in parts of its power: 60 dB below it. */
const ROOM_NOISE = 1e-6;
/** Calibration is a sample: what is to come may be so many times larger. */
const ROOM = 1.5;

/**
 * Fraction bits of a vector without natural limits: those of least squared error, or coarser ones, until half as much
 * again as the largest value fits; but never so coarse that rounding is less than 60 dB below the values. A value that saturates does far more harm than another bit of
 * rounding: what lies behind is computed from it.
 *
 * @param limit that values never leave, `Infinity` where there is none
 * @param low least fraction bits allowed, and `high` the most
 */
export function roomyFraction(values: ValueHistogram, limit: number, bits: number, low: number, high: number): number {
  const best = bestFraction(values, bits, low, high);
  const last = Math.max(fractionFor(Math.min(ROOM * values.peak, limit), bits), low);
  let frac = best;
  while (frac > last && values.squaredError(frac - 1, bits) <= ROOM_NOISE * values.energy) frac--;
  return frac;
}

/**
 * Fraction bits of least squared error of a weight matrix, from its weights themselves. Integers are rounded to the nearest and
 * stay within ±(2^(bits-1) - 1).
 *
 * @param values weights; zeros do not count
 * @returns null where all are zero
 */
export function bestWeightFraction(values: Floats, bits: number): number | null {
  const magnitudes = nonZeroMagnitudes(values);
  if (magnitudes.length === 0) return null;
  let peak = 0;
  for (let i = 0; i < magnitudes.length; i++) if (magnitudes[i]! > peak) peak = magnitudes[i]!;
  const start = fractionFor(peak, bits);
  const limit = 2 ** (bits - 1) - 1;
  const errorAt = (frac: number) => {
    const scale = 2 ** frac;
    let error = 0;
    for (let i = 0; i < magnitudes.length; i++) {
      const exact = magnitudes[i]! * scale;
      const rounded = Math.floor(exact + 0.5);
      const difference = exact - (rounded > limit ? limit : rounded);
      error += difference * difference;
    }
    return error / (scale * scale);
  };
  let best = start;
  let least = errorAt(start);
  // Finer scales one after the other: once saturation outweighs what rounding gains, it does so for all that follow.
  for (const step of [1, -1]) {
    for (let frac = start + step; Math.abs(frac - start) <= (step > 0 ? FINER : COARSER); frac += step) {
      const error = errorAt(frac);
      if (!(error < least)) break;
      least = error;
      best = frac;
    }
  }
  return best;
}

function nonZeroMagnitudes(values: Floats): Float64Array {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  const magnitudes = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) magnitudes[at++] = Math.abs(values[i]!);
  return magnitudes;
}
