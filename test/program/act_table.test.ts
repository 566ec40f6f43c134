import { describe, expect, test } from 'vitest';
import { TABLE_ENTRIES, TABLE_FRAC, Z_BITS, Z_FRAC } from '../../src/machine/formats.ts';
import {
  type ActFunction,
  actTable,
  SIGMOID,
  TANH,
  tableIndex,
  tableShift,
  tableStepFrac,
} from '../../src/program/act_table.ts';

const RANGES = [1, 2, 4, 8, 16];
const LSB = 2 ** -TABLE_FRAC;
const Z_LIMIT = 2 ** (Z_BITS - 1);

/** The functions, with the largest slope each has, and the words beyond the range. */
const FUNCTIONS = [
  { name: 'sigmoid', act: SIGMOID, slope: 1 / 4, range: 8, ends: [0, 32_767] },
  { name: 'tanh', act: TANH, slope: 1, range: 4, ends: [-32_768, 32_767] },
] as const;

interface Errors {
  /** Largest error in the cells between the ends, and where a value reads the first or the last word. */
  readonly inside: number;
  readonly atEnds: number;
}

/** Errors over integers of a format: what the table says against the function, at every value there is. */
function sweep(act: ActFunction, range: number, limit: number, frac: number, cell: (v: number) => number): Errors {
  const table = actTable(act, range);
  let inside = 0;
  let atEnds = 0;
  for (let value = -limit; value < limit; value++) {
    const index = tableIndex(cell(value));
    const error = Math.abs(table[index]! * LSB - act.of(value / 2 ** frac));
    if (index > 0 && index < TABLE_ENTRIES - 1) inside = Math.max(inside, error);
    else atEnds = Math.max(atEnds, error);
  }
  return { inside, atEnds };
}

/** Errors over all pre-activations, as elem_lane looks them up. */
function sweepZ(act: ActFunction, range: number): Errors {
  return sweep(act, range, Z_LIMIT, Z_FRAC, (z) => z >> tableShift(range));
}

/** A value is at most half a step from the centre of its cell, and the word there is rounded, or one below 1. */
function stepImplies(slope: number, range: number): number {
  return (slope * (2 * range)) / TABLE_ENTRIES / 2;
}

describe.each(FUNCTIONS)('$name table', ({ name, act, slope, range: usual, ends }) => {
  test.each(RANGES)('±%i: the largest error is what the step size implies', (range) => {
    const expected = stepImplies(slope, range);
    const { inside, atEnds } = sweepZ(act, range);
    console.log(
      `${name} ±${range}, step 2^-${tableStepFrac(range)}: max error ${inside.toExponential(3)} between the ends ` +
        `(step implies ${expected.toExponential(3)}), ${atEnds.toExponential(3)} at the ends and beyond`,
    );
    // The slope is the largest one at 0 only, so the error stays below by the curvature over half a step, and moves by
    // the rounding of a word.
    expect(inside).toBeLessThanOrEqual(expected + LSB / 2);
    expect(inside).toBeGreaterThan(expected * 0.99 - LSB / 2);
    // The ends are the limits: furthest from them is the function where the last cell begins.
    const [, limit] = act.limits;
    expect(Math.abs(atEnds - (limit - act.of(range - 2 * stepImplies(1, range))))).toBeLessThanOrEqual(LSB);
  });

  test.each(RANGES)('±%i: every value beyond the range reads the limit of the function', (range) => {
    const table = actTable(act, range);
    const words = (z: number) => table[tableIndex(z >> tableShift(range))];
    expect([table[0], table[TABLE_ENTRIES - 1]]).toEqual(ends);
    for (let z = -Z_LIMIT; z < Z_LIMIT; z++) {
      const v = z / 2 ** Z_FRAC;
      if (v < -range) expect(words(z)).toBe(ends[0]);
      if (v >= range) expect(words(z)).toBe(ends[1]);
    }
  });

  test(`±${usual}, the default: the ends cost less than the step`, () => {
    const { inside, atEnds } = sweepZ(act, usual);
    expect(atEnds).toBeLessThan(inside);
    expect(inside).toBeCloseTo(stepImplies(slope, usual), 4);
  });

  test.each(RANGES)('±%i: words rise and are odd around the middle', (range) => {
    const table = actTable(act, range);
    expect(table).toHaveLength(TABLE_ENTRIES);
    expect([...table]).toEqual([...table].toSorted((a, b) => a - b));
    const sum = act === SIGMOID ? 2 ** TABLE_FRAC : 0;
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
      const { inside, atEnds } = sweep(TANH, range, Z_LIMIT, cFrac, (c) => Math.floor(c * scale));
      expect(inside).toBeLessThanOrEqual(stepImplies(1, range) + LSB / 2);
      expect(atEnds).toBeLessThanOrEqual(1 - Math.tanh(range - 2 * stepImplies(1, range)) + LSB);
    }
  }
});
