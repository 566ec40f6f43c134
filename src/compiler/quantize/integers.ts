import type { Floats } from '../../model/graph.ts';
import { type Fixed, quantize, roundHalfUp } from '../../util/fixed.ts';

/** Largest magnitude; 0 of nothing. */
export function peakOf(values: Floats): number {
  let peak = 0;
  for (let i = 0; i < values.length; i++) {
    const v = Math.abs(values[i]!);
    if (v > peak) peak = v;
  }
  return peak;
}

/**
 * Integers of a matrix, round half up, saturating (docs/number-formats.md). The most negative integer stays unused: it marks
 * the fillers in external memory.
 */
export function quantizeMatrix(values: Floats, fractionBits: number, bits: number): Int16Array {
  const out = new Int16Array(values.length);
  const scale = 2 ** fractionBits;
  const highest = 2 ** (bits - 1) - 1;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v !== 0) out[i] = Math.max(-highest, Math.min(highest, roundHalfUp(v * scale)));
  }
  return out;
}

/**
 * Integers of spectra, as of a matrix, but half away from zero: a part that stands in the matrix with both signs is rounded to an integer and its
 * negative, so that it can be stored once.
 */
export function quantizeSpectra(values: Floats, fractionBits: number, bits: number): Int16Array {
  const out = new Int16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v !== 0) out[i] = Math.sign(v) * quantize(Math.abs(v), fractionBits, bits);
  }
  return out;
}

/** Integers of a vector, saturating. */
export function quantizeVector(values: Floats, fractionBits: number, bits: number): Int16Array {
  return Int16Array.from(values, (value) => quantize(value, fractionBits, bits));
}

/** Integers of what a state starts from, of up to 32 bits. */
export function quantizeState(values: Floats, { bits, frac }: Fixed): Int32Array {
  return Int32Array.from(values, (value) => quantize(value, frac, bits));
}

/** Integers of biases, which do not saturate. */
export function quantizeBias(values: Floats, fractionBits: number): Float64Array {
  return Float64Array.from(values, (value) => roundHalfUp(value * 2 ** fractionBits));
}

/** A matrix of a sum: its weights and what its source can be at most, aligned. */
export interface BoundPart {
  readonly weights: Int16Array;
  readonly columns: number;
  readonly largest: number;
  /** Whether its columns are dealt out to the groups in turn; the columns of a window may all meet in one. */
  readonly dealt: boolean;
}

/**
 * Largest sum of magnitudes over the columns of a group in a row of matrices side by side, each weighted by what its column can be
 * at most: what an accumulator reaches.
 */
export function largestRow(rows: number, groups: number, parts: readonly BoundPart[]): number {
  let worst = 0;
  const sums = new Float64Array(groups);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (const { weights, columns, largest, dealt } of parts) {
      let all = 0;
      for (let j = 0, at = r * columns; j < columns; j++, at++) {
        const magnitude = Math.abs(weights[at]!) * largest;
        if (dealt) sums[j % groups]! += magnitude;
        else all += magnitude;
      }
      if (!dealt) for (let group = 0; group < groups; group++) sums[group]! += all;
    }
    for (const sum of sums) if (sum > worst) worst = sum;
  }
  return worst;
}
