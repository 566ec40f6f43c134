import { describe, expect, test } from 'vitest';
import { TABLE_ENTRIES, TABLE_FRAC, Z_BITS, Z_FRAC } from '../../src/machine/formats.ts';
import { actTable, sigmoid, tableIndex, tableShift, tableStepFrac } from '../../src/program/act_table.ts';

const RANGES = [1, 2, 4, 8, 16];
const LSB = 2 ** -TABLE_FRAC;
const Z_LIMIT = 2 ** (Z_BITS - 1);

/** The functions, with the largest slope each has. */
const FUNCTIONS = [
  { name: 'sigmoid', f: sigmoid, slope: 1 / 4, range: 8 },
  { name: 'tanh', f: Math.tanh, slope: 1, range: 4 },
] as const;

interface Errors {
  /** Largest error where the table has the cell of the value, and where the value is clipped to an end. */
  readonly inside: number;
  readonly clipped: number;
}

/** Errors over integers of a format: what the table says against the function, at every value there is. */
function sweep(
  f: (v: number) => number,
  range: number,
  limit: number,
  frac: number,
  cell: (v: number) => number,
): Errors {
  const table = actTable(f, range);
  let inside = 0;
  let clipped = 0;
  for (let value = -limit; value < limit; value++) {
    const v = value / 2 ** frac;
    const error = Math.abs(table[tableIndex(cell(value))]! * LSB - f(v));
    if (v >= -range && v < range) inside = Math.max(inside, error);
    else clipped = Math.max(clipped, error);
  }
  return { inside, clipped };
}

/** Errors over all pre-activations, as elem_lane looks them up. */
function sweepZ(f: (v: number) => number, range: number): Errors {
  return sweep(f, range, Z_LIMIT, Z_FRAC, (z) => z >> tableShift(range));
}

/** A value is at most half a step from the centre of its cell, and the word there is rounded, or one below 1. */
function stepImplies(slope: number, range: number): number {
  return (slope * (2 * range)) / TABLE_ENTRIES / 2;
}

describe.each(FUNCTIONS)('$name table', ({ name, f, slope, range: usual }) => {
  test.each(RANGES)('±%i: the largest error is what the step size implies', (range) => {
    const expected = stepImplies(slope, range);
    const { inside, clipped } = sweepZ(f, range);
    const over = `over z in [-16, 16): ${Math.max(inside, clipped).toExponential(3)}`;
    console.log(
      `${name} ±${range}, step 2^-${tableStepFrac(range)}: max error ${inside.toExponential(3)} in range ` +
        `(step implies ${expected.toExponential(3)}), ${clipped.toExponential(3)} clipped; ${over}`,
    );
    // The slope is the largest one at 0 only, so the error stays below by the curvature over half a step, and moves by
    // the rounding of a word.
    expect(inside).toBeLessThanOrEqual(expected + LSB / 2);
    expect(inside).toBeGreaterThan(expected * 0.99 - LSB / 2);
    // Outside, the table keeps its end: the function half a step before it.
    const end = f(range - stepImplies(1, range));
    const most = range === 16 ? 0 : Math.max(f(16) - end, end - f(range));
    expect(Math.abs(clipped - most)).toBeLessThanOrEqual(LSB);
  });

  test(`±${usual}, the default: clipping costs less than the step`, () => {
    const { inside, clipped } = sweepZ(f, usual);
    expect(clipped).toBeLessThan(inside);
    expect(Math.max(inside, clipped)).toBeCloseTo(stepImplies(slope, usual), 4);
  });

  test.each(RANGES)('±%i: words rise and are odd around the middle', (range) => {
    const table = actTable(f, range);
    expect(table).toHaveLength(TABLE_ENTRIES);
    expect([...table]).toEqual([...table].toSorted((a, b) => a - b));
    const sum = f === sigmoid ? 2 ** TABLE_FRAC : 0;
    for (let i = 0; i < TABLE_ENTRIES / 2; i++) {
      // Rounding half up, and saturation at the largest word, cost up to one.
      expect(Math.abs(table[i]! + table[TABLE_ENTRIES - 1 - i]! - sum)).toBeLessThanOrEqual(1);
    }
  });
});

test('tanh of the cell state keeps the bound in every format of the state', () => {
  for (const range of RANGES) {
    for (let cFrac = 0; cFrac <= 15; cFrac++) {
      const scale = 2 ** (tableStepFrac(range) - cFrac);
      const { inside, clipped } = sweep(Math.tanh, range, Z_LIMIT, cFrac, (c) => Math.floor(c * scale));
      expect(inside).toBeLessThanOrEqual(stepImplies(1, range) + LSB / 2);
      expect(clipped).toBeLessThanOrEqual(1 - Math.tanh(range - stepImplies(1, range)) + LSB);
    }
  }
});
