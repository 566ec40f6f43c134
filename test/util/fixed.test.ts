import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsFor, clog2, quantize, roundShift, saturate, unsignedBits } from '../../src/util/fixed.ts';

const WIDE = 2 ** 52 - 1;
const wide = fc.integer({ min: -WIDE, max: WIDE });

/** floor(numerator / 2^shift + 1/2) on integers of any size. */
function roundShiftBig(numerator: bigint, shift: number): bigint {
  return shift === 0 ? numerator : (numerator + (1n << BigInt(shift - 1))) >> BigInt(shift);
}

function saturateBig(value: bigint, bits: number): bigint {
  const limit = 1n << BigInt(bits - 1);
  return value < -limit ? -limit : value >= limit ? limit - 1n : value;
}

/** A finite double as the exact fraction numerator / 2^shift. */
function fractionOf(value: number): { readonly numerator: bigint; readonly shift: number } {
  let shift = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift++;
  }
  return { numerator: BigInt(scaled), shift };
}

describe('roundShift', () => {
  it.each([
    [5, 1, 3],
    [-5, 1, -2],
    [3, 2, 1],
    [2, 2, 1],
    [1, 2, 0],
    [-2, 2, 0],
    [-3, 2, -1],
    [7, 0, 7],
    [0, 5, 0],
  ])('of %i by %i is %i', (value, shift, rounded) => {
    expect(roundShift(value, shift)).toBe(rounded);
  });

  it('is exact up to 2^52', () => {
    fc.assert(
      fc.property(wide, fc.nat(60), (value, shift) => {
        expect(BigInt(roundShift(value, shift))).toBe(roundShiftBig(BigInt(value), shift));
      }),
    );
  });

  it('is exact at and beside every half', () => {
    for (let shift = 1; shift <= 60; shift++) {
      const half = 2 ** Math.min(shift - 1, 51);
      for (const value of [half - 1, half, half + 1, WIDE, WIDE - 1]) {
        expect(BigInt(roundShift(value, shift))).toBe(roundShiftBig(BigInt(value), shift));
        expect(BigInt(roundShift(-value, shift))).toBe(roundShiftBig(-BigInt(value), shift));
      }
    }
  });

  it('never returns -0', () => {
    fc.assert(fc.property(wide, fc.nat(60), (value, shift) => !Object.is(roundShift(value, shift), -0)));
  });
});

describe('saturate', () => {
  it.each([
    [127, 8, 127],
    [128, 8, 127],
    [-128, 8, -128],
    [-129, 8, -128],
    [Number.POSITIVE_INFINITY, 4, 7],
    [Number.NEGATIVE_INFINITY, 4, -8],
    [1, 1, 0],
    [-1, 1, -1],
  ])('of %d to %i bits is %i', (value, bits, saturated) => {
    expect(saturate(value, bits)).toBe(saturated);
  });

  it('agrees with BigInt', () => {
    fc.assert(
      fc.property(wide, fc.integer({ min: 1, max: 53 }), (value, bits) => {
        expect(BigInt(saturate(value, bits))).toBe(saturateBig(BigInt(value), bits));
      }),
    );
  });
});

describe('quantize', () => {
  it.each([
    [0.5, 0, 8, 1],
    [-0.5, 0, 8, 0],
    [-0.50001, 0, 8, -1],
    [1, 7, 8, 127],
    [-1, 7, 8, -128],
    [-2, 7, 8, -128],
    [24, -4, 8, 2],
    [23.9, -4, 8, 1],
    [-24, -4, 8, -1],
    [-0, 4, 8, 0],
    [0.49999999999999994, 0, 8, 0],
  ])('of %d with %i fraction bits in %i bits is %i', (value, fractionBits, bits, integer) => {
    expect(quantize(value, fractionBits, bits)).toBe(integer);
  });

  it('agrees with exact fractions, for positive and negative fraction bits', () => {
    const values = fc.oneof(
      fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -4096, max: 4096 }).map((value) => value / 64),
    );
    const bitCounts = fc.integer({ min: 1, max: 32 });
    fc.assert(
      fc.property(values, fc.integer({ min: -20, max: 30 }), bitCounts, (value, fractionBits, bits) => {
        const { numerator, shift } = fractionOf(value);
        const right = shift - fractionBits;
        const rounded = right >= 0 ? roundShiftBig(numerator, right) : numerator << BigInt(-right);
        expect(BigInt(quantize(value, fractionBits, bits))).toBe(saturateBig(rounded, bits));
      }),
      { numRuns: 1000 },
    );
  });

  it('saturates infinities', () => {
    expect(quantize(Number.POSITIVE_INFINITY, 12, 16)).toBe(32767);
    expect(quantize(Number.NEGATIVE_INFINITY, -3, 16)).toBe(-32768);
  });
});

describe('widths', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [2 ** 32, 32],
    [2 ** 32 + 1, 33],
    [2 ** 53, 53],
  ])('clog2(%i) is %i', (count, bits) => {
    expect(clog2(count)).toBe(bits);
  });

  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [255, 8],
    [256, 9],
    [2 ** 40, 41],
  ])('unsignedBits(%i) is %i', (max, bits) => {
    expect(unsignedBits(max)).toBe(bits);
  });

  it.each([
    [0, 1],
    [1, 2],
    [127, 8],
    [128, 9],
    [2 ** 31 - 1, 32],
    [2 ** 31, 33],
  ])('bitsFor(%i) is %i', (max, bits) => {
    expect(bitsFor(max)).toBe(bits);
  });

  it('are the smallest that hold their range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: WIDE }), (max) => {
        const bits = bitsFor(max);
        expect(saturate(max, bits)).toBe(max);
        expect(saturate(-max, bits)).toBe(-max);
        expect(saturate(max, bits - 1)).toBeLessThan(max);
        expect(unsignedBits(max)).toBe(max.toString(2).length);
        expect(2 ** clog2(max)).toBeGreaterThanOrEqual(max);
        expect(max === 1 || 2 ** (clog2(max) - 1) < max).toBe(true);
      }),
    );
  });
});
