import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { sampleLayer } from '../../fixtures/sample_design.ts';
import { measureVectors } from '../../src/compiler/calibrate.ts';
import { bestFraction, bestWeightFraction, fractionFor, roomyFraction } from '../../src/compiler/fraction_bits.ts';
import { quantizeLayer } from '../../src/compiler/quantize.ts';
import { ValueHistogram } from '../../src/compiler/value_histogram.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { quantize } from '../../src/util/fixed.ts';
import { Rng } from '../../src/util/rng.ts';

function histogramOf(values: ArrayLike<number>): ValueHistogram {
  const histogram = new ValueHistogram();
  histogram.add(values);
  return histogram;
}

/** Squared error by rounding every value. */
function measured(values: ArrayLike<number>, frac: number, bits: number): number {
  let error = 0;
  for (let i = 0; i < values.length; i++) error += (values[i]! - quantize(values[i]!, frac, bits) / 2 ** frac) ** 2;
  return error;
}

function normals(seed: number, count: number, outliers = 0): Float64Array {
  const rng = new Rng(seed);
  return Float64Array.from({ length: count }, (_, n) => rng.normal() * (n < outliers ? 40 : 1));
}

describe('ValueHistogram', () => {
  test('its squared error is that of rounding, within 5 % for many values', () => {
    for (const seed of [1, 2, 3]) {
      const values = normals(seed, 20_000, 20);
      const histogram = histogramOf(values);
      for (const bits of [4, 6, 8, 12, 16]) {
        for (let frac = -4; frac <= bits + 2; frac++) {
          const exact = measured(values, frac, bits);
          const ratio = histogram.squaredError(frac, bits) / exact;
          // At 4 bits and coarser, values between one unit and a few are not spread evenly over the remainders.
          const slack = frac <= 0 ? 0.35 : 0.05;
          expect(Math.abs(ratio - 1), `seed ${seed}, ${bits} bits, ${frac} fraction bits`).toBeLessThan(slack);
        }
      }
    }
  });

  test('is exact where everything saturates, and where all rounds to zero', () => {
    const values = [3, -5.5, 7.25];
    expect(histogramOf(values).squaredError(6, 8)).toBeCloseTo(measured([3, 5.5, 7.25], 6, 8), 12);
    expect(histogramOf(values).squaredError(-5, 8)).toBeCloseTo(3 ** 2 + 5.5 ** 2 + 7.25 ** 2, 12);
    expect(new ValueHistogram().squaredError(3, 8)).toBe(0);
    expect(histogramOf([0, 0]).squaredError(3, 8)).toBe(0);
    expect(histogramOf([0, -5.5]).peak).toBe(5.5);
  });
});

describe('bestFraction', () => {
  it('fits the peak where there are bits to spare, and cuts outliers where there are none', () => {
    const plain = histogramOf(normals(1, 5000));
    expect(bestFraction(plain, 16, -50, 50)).toBe(fractionFor(plain.peak, 16));
    const outliers = histogramOf(normals(1, 50_000, 1));
    expect(bestFraction(outliers, 16, -50, 50)).toBe(fractionFor(outliers.peak, 16));
    expect(bestFraction(outliers, 5, -50, 50)).toBeGreaterThan(fractionFor(outliers.peak, 5));
  });

  it('keeps within its limits, also where nothing is known', () => {
    const values = histogramOf(normals(2, 100));
    expect(bestFraction(values, 16, 0, 3)).toBe(3);
    expect(bestFraction(values, 16, 20, 30)).toBe(20);
    expect(bestFraction(new ValueHistogram(), 8, 0, 15)).toBe(7);
  });
});

describe('roomyFraction', () => {
  it('leaves room for half as much again as the largest value, and no more than that takes', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const values = histogramOf(normals(seed, 3000, seed));
      const frac = roomyFraction(values, Number.POSITIVE_INFINITY, 16, -50, 50);
      expect(2 ** (15 - frac), `seed ${seed}`).toBeGreaterThanOrEqual(1.5 * values.peak);
      expect(bestFraction(values, 16, -50, 50) - frac, `seed ${seed}`).toBeLessThanOrEqual(1);
    }
  });

  it('leaves none where values have a limit, where rounding would show, or beyond its own limits', () => {
    const values = histogramOf(normals(6, 3000));
    const best = bestFraction(values, 16, -50, 50);
    expect(roomyFraction(values, 2 ** (15 - best), 16, -50, 50)).toBe(best);
    expect(roomyFraction(values, Number.POSITIVE_INFINITY, 8, -50, 50)).toBe(bestFraction(values, 8, -50, 50));
    expect(roomyFraction(values, Number.POSITIVE_INFINITY, 16, best, 50)).toBe(best);
    expect(roomyFraction(new ValueHistogram(), Number.POSITIVE_INFINITY, 8, 0, 15)).toBe(7);
  });
});

describe('bestWeightFraction', () => {
  it('has no larger error than any other power of two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 4, max: 16 }), (seed, bits) => {
        const weights = normals(seed, 300, seed % 3);
        const best = bestWeightFraction(weights, bits)!;
        const limit = 2 ** (bits - 1) - 1;
        const error = (frac: number) => {
          let sum = 0;
          for (const w of weights) {
            sum += (w - Math.max(quantize(w, frac, bits), -limit) / 2 ** frac) ** 2;
          }
          return sum;
        };
        const least = Math.min(...Array.from({ length: 13 }, (_, n) => error(best - 6 + n)));
        expect(error(best)).toBeLessThanOrEqual(least * (1 + 1e-9));
      }),
      { seed: 20170222, numRuns: 60 },
    );
  });

  it('does not fall over extreme or absent weights', () => {
    expect(bestWeightFraction(new Float64Array(4), 8)).toBe(null);
    expect(bestWeightFraction(Float64Array.of(1e300), 8)).toBe(fractionFor(1e300, 8));
    expect(Number.isInteger(bestWeightFraction(Float64Array.of(5e-324, 0), 8))).toBe(true);
  });
});

describe('quantizeLayer', () => {
  it('never uses the most negative weight, and bounds its accumulators by the very weights, at all widths', () => {
    const layer = sampleLayer({ inputs: 24, cells: 16, outputs: 12, density: 0.9 });
    const values = measureVectors(layer, randomCalibration(24));
    for (const weightBits of [4, 5, 8, 12, 16]) {
      for (const vectorBits of [8, 12, 16]) {
        const config = parseConfig({ array: { lanes: 4 }, weightBits, vectorBits }, 'test');
        const { weightX, weightR, weightP, formats } = quantizeLayer(layer, config, values);
        const limit = 2 ** (weightBits - 1) - 1;
        const lowest = Math.min(...weightX, ...weightR, ...weightP!);
        expect(lowest).toBeGreaterThanOrEqual(-limit);
        const half = 2 ** (vectorBits - 1);
        for (let row = 0; row < 64; row++) {
          const sum = (w: Int16Array, columns: number) =>
            w.subarray(row * columns, (row + 1) * columns).reduce((total, v) => total + Math.abs(v), 0);
          const worst = sum(weightX, 24) * half * 2 ** formats.xAlign + sum(weightR, 12) * half * 2 ** formats.yAlign;
          expect(worst).toBeLessThan(2 ** (formats.accBits - 1));
        }
      }
    }
  });
});
