import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnPath } from '../../../src/compiler/prune/column_path.ts';

/** Worth of some rows: magnitudes less prices, less the padding from the top of the column to its end. */
function worthOf(rows: readonly number[], values: readonly number[], reach: number, paddingPrice: number): number {
  let worth = 0;
  let above = -1;
  for (const row of [...rows, values.length]) {
    worth += (values[row] ?? 0) - paddingPrice * Math.floor((row - above - 1) / reach);
    above = row;
  }
  return worth;
}

/** Highest worth of all subsets of the rows. */
function bestWorth(values: readonly number[], reach: number, paddingPrice: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let subset = 0; subset < 2 ** values.length; subset++) {
    const rows = values.flatMap((_, row) => ((subset >> row) & 1 ? [row] : []));
    best = Math.max(best, worthOf(rows, values, reach, paddingPrice));
  }
  return best;
}

/** Rows that the path takes; the column stands behind another one. */
function mark(magnitudes: readonly number[], prices: readonly number[], reach: number, paddingPrice: number): number[] {
  const length = magnitudes.length;
  const mask = new Uint8Array(2 * length);
  const both = Float64Array.from([...magnitudes.map(() => 100), ...magnitudes]);
  new ColumnPath(length, reach).mark(both, length, Float64Array.from(prices), paddingPrice, mask);
  expect(mask.subarray(0, length).every((taken) => taken === 0)).toBe(true);
  return magnitudes.flatMap((_, row) => (mask[length + row] === 1 ? [row] : []));
}

describe('ColumnPath', () => {
  it('takes the rows of its example', () => {
    expect(mark([5, 1, 2, 1, 1, 9], Array(6).fill(3), 4, 2)).toEqual([0, 2, 5]);
  });

  it('pads where that costs less than a weight', () => {
    expect(mark([5, 0, 1, 0, 0, 9], Array(6).fill(3), 4, 3)).toEqual([0, 2, 5]);
    expect(mark([5, 0, 1, 0, 0, 9], Array(6).fill(3), 4, 1)).toEqual([0, 5]);
  });

  it('counts the gap at the end of a column', () => {
    expect(mark([9, 1, 1, 2, 1, 1], Array(6).fill(3), 4, 5)).toEqual([0, 3]);
    expect(mark([9, 1, 1, 2, 1], Array(5).fill(3), 4, 5)).toEqual([0, 3]);
    expect(mark([9, 1, 1, 2], Array(4).fill(3), 4, 5)).toEqual([0]);
  });

  it('takes no row of infinite price', () => {
    const infinite = Number.POSITIVE_INFINITY;
    expect(mark([9, 9, 9, 9], [infinite, 1, infinite, infinite], 2, 100)).toEqual([1]);
    expect(mark([9, 9, 9, 9], Array(4).fill(infinite), 2, 100)).toEqual([]);
  });

  it('is as good as the best of all subsets', () => {
    const weights = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -2, max: 20 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 13 }), fc.integer({ min: 0, max: 25 }), (column, reach, price) => {
        const values = column.map(([magnitude, weightPrice]) => magnitude - weightPrice);
        const rows = mark(
          column.map(([magnitude]) => magnitude),
          column.map(([, weightPrice]) => weightPrice),
          reach,
          price,
        );
        expect(worthOf(rows, values, reach, price)).toBe(bestWorth(values, reach, price));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves no gap that needs padding where padding is dearer than all weights', () => {
    const magnitudes = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(magnitudes, fc.integer({ min: 2, max: 8 }), (column, reach) => {
        const rows = [...mark(column, Array(column.length).fill(15), reach, 1e6), column.length];
        rows.forEach((row, at) => {
          expect(row - (rows[at - 1] ?? -1)).toBeLessThanOrEqual(reach);
        });
      }),
    );
  });
});
