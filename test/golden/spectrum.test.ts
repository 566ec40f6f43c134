import { describe, expect, test } from 'vitest';
import { InverseSpectrum } from '../../src/golden/inverse_spectrum.ts';
import { ForwardSpectrum } from '../../src/program/forward_spectrum.ts';
import { boundBits, forwardStages, inverseBits, inverseStages, TIME_BITS } from '../../src/program/transform_bounds.ts';
import { MAX_BLOCK } from '../../src/program/twiddles.ts';
import { Rng } from '../../src/util/rng.ts';

const BLOCKS = [2, 4, 8, 16, 32, 64];
const VECTORS = 100_000;

/** cos(2 pi n / block), n = 0 .. block - 1. */
function cosines(block: number): Float64Array {
  return Float64Array.from({ length: block }, (_, n) => Math.cos((2 * Math.PI * n) / block));
}

/** Packed spectrum in floating point, straight from its definition, divided by the block. */
function floatForward(block: number, cos: Float64Array, input: ArrayLike<number>, out: Float64Array): void {
  for (let f = 0; f <= block / 2; f++) {
    let [re, im] = [0, 0];
    for (let n = 0; n < block; n++) {
      re += input[n]! * cos[(f * n) & (block - 1)]!;
      im -= input[n]! * cos[(f * n + (3 * block) / 4) & (block - 1)]!;
    }
    if (f === 0) out[0] = re / block;
    else if (f === block / 2) out[1] = re / block;
    else [out[2 * f], out[2 * f + 1]] = [re / block, im / block];
  }
}

/** t_n from its definition. */
function floatInverse(block: number, cos: Float64Array, rows: ArrayLike<number>, out: Float64Array): void {
  for (let n = 0; n < block; n++) {
    let sum = rows[0]! + (n % 2 === 0 ? 1 : -1) * rows[1]!;
    for (let p = 1; p < block / 2; p++) {
      const sin = cos[(p * n + (3 * block) / 4) & (block - 1)]!;
      sum += 2 * (rows[2 * p]! * cos[(p * n) & (block - 1)]! - rows[2 * p + 1]! * sin);
    }
    out[n] = sum;
  }
}

/** Vectors of the largest values: constant, alternating, every single element, and what is in phase with each frequency. */
function* extremes(block: number, low: number, high: number): Generator<number[]> {
  const made = (value: (n: number) => number) => Array.from({ length: block }, (_, n) => value(n));
  for (const value of [low, high, 0]) yield made(() => value);
  yield made((n) => (n % 2 === 0 ? low : high));
  yield made((n) => (n % 2 === 0 ? high : low));
  for (let at = 0; at < block; at++) yield made((n) => (n === at ? low : 0));
  for (let f = 0; f <= block / 2; f++) {
    for (let phase = 0; phase < 8; phase++) {
      yield made((n) => (Math.cos((2 * Math.PI * f * n) / block + (Math.PI * (phase + 0.5)) / 8) > 0 ? high : low));
    }
  }
}

describe.each(BLOCKS)('transform of %i', (block) => {
  const cos = cosines(block === 2 ? 4 : block);
  const table = block === 2 ? Float64Array.from([1, -1]) : cos;

  test('forward is within its bound of the float transform', () => {
    const seed = 1300 + block;
    const random = new Rng(seed);
    const forward = new ForwardSpectrum(block);
    const own = new Int16Array(block);
    const wanted = new Float64Array(block);
    // Half a unit by the last rounding, half a unit where it saturates.
    const bound = forwardStages(block, 16).at(-1)!.error / block + 0.5 + 0.5;
    let worst = 0;
    const check = (input: ArrayLike<number>) => {
      forward.run(16, input, own);
      floatForward(block, table, input, wanted);
      for (let n = 0; n < block; n++) worst = Math.max(worst, Math.abs(own[n]! - wanted[n]!));
    };
    for (const input of extremes(block, -32768, 32767)) check(input);
    const input = new Int16Array(block);
    for (let vector = 0; vector < VECTORS; vector++) {
      const range = 2 ** (1 + (vector % 16));
      for (let n = 0; n < block; n++) input[n] = Math.floor((random.uniform() - 0.5) * range);
      check(input);
    }
    expect(worst, `seed ${seed}`).toBeLessThanOrEqual(bound);
    expect(bound).toBeLessThan(2);
  });

  test('inverse is within its bound of the float transform, and within its width', () => {
    const seed = 1400 + block;
    const random = new Rng(seed);
    const inverse = new InverseSpectrum(block);
    const own = new Float64Array(block);
    const wanted = new Float64Array(block);
    const bits = inverseBits(block);
    const bound = inverseStages(block).at(-1)!.error;
    const limit = 2 ** (TIME_BITS - 1);
    let worst = 0;
    let most = 0;
    const check = (rows: ArrayLike<number>) => {
      inverse.run(rows, 0, own);
      floatInverse(block, table, rows, wanted);
      for (let n = 0; n < block; n++) {
        worst = Math.max(worst, Math.abs(own[n]! - wanted[n]!));
        most = Math.max(most, Math.abs(own[n]!));
      }
    };
    for (const rows of extremes(block, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)) check(rows);
    const rows = new Float64Array(block);
    for (let vector = 0; vector < VECTORS; vector++) {
      const range = 2 ** (1 + (vector % bits));
      for (let n = 0; n < block; n++) rows[n] = Math.floor((random.uniform() - 0.5) * range);
      check(rows);
    }
    expect(worst, `seed ${seed}`).toBeLessThanOrEqual(bound + 1e-6);
    expect(most, `seed ${seed}`).toBeLessThan(limit);
    expect(boundBits(inverseStages(block).at(-1)!.most)).toBeLessThanOrEqual(TIME_BITS);
  });

  test('there and back again', () => {
    const random = new Rng(1500 + block);
    const [forward, inverse] = [new ForwardSpectrum(block), new InverseSpectrum(block)];
    const spectrum = new Int16Array(block);
    const time = new Float64Array(block);
    for (let vector = 0; vector < 100; vector++) {
      const input = Array.from({ length: block }, () => Math.floor((random.uniform() - 0.5) * 65536));
      forward.run(16, input, spectrum);
      inverse.run(spectrum, 0, time);
      // Each of the parts is off by at most its bound; pairs count twice.
      const bound = (forwardStages(block, 16).at(-1)!.error / block + 1) * 2 * block;
      for (let n = 0; n < block; n++) expect(Math.abs(time[n]! - input[n]!)).toBeLessThanOrEqual(bound);
    }
  });

  test('sums are dropped to integers by rounding half up', () => {
    const inverse = new InverseSpectrum(block);
    const [whole, halves] = [new Float64Array(block), new Float64Array(block)];
    const rows = Float64Array.from({ length: block }, (_, n) => 8 * n + 3 + (n % 2));
    inverse.run(rows, 3, halves);
    inverse.run(
      rows.map((row) => Math.floor((row + 4) / 8)),
      0,
      whole,
    );
    expect(halves).toEqual(whole);
  });
});

test('operands of rotations fit the wide input of a DSP block', () => {
  for (const block of BLOCKS) {
    for (const { m, rotated } of [...inverseStages(block), ...forwardStages(block, 16)]) {
      if (m > 4) expect(boundBits(rotated), `${block}, stage ${m}`).toBeLessThanOrEqual(27);
    }
  }
  expect(Math.max(...BLOCKS)).toBe(MAX_BLOCK);
});
