import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
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
function take(magnitudes: readonly number[], prices: readonly number[], reach: number, paddingPrice: number): number[] {
  const path = new ColumnPath(magnitudes.length, reach, paddingPrice, Math.max(...magnitudes));
  const both = Float64Array.from([...magnitudes.map(() => 100), ...magnitudes]);
  // A column before this one leaves nothing behind.
  path.find(both, 0, Float64Array.from(prices));
  const count = path.find(both, magnitudes.length, Float64Array.from(prices));
  return [...path.taken.subarray(0, count).sort()];
}

/** Rows that the plain search takes, all rows one after the other, as the formula of ColumnPath says. */
function plainSearch(magnitudes: readonly number[], price: number, reach: number, paddingPrice: number): number[] {
  const best = [0];
  const from = [0];
  let last = 0;
  let lastWorth = -paddingPrice * Math.floor(magnitudes.length / reach);
  for (let station = 1; station <= magnitudes.length; station++) {
    const first = Math.max(0, station - reach);
    let before = best.lastIndexOf(Math.max(...best.slice(first)));
    let worth = best[before]! + magnitudes[station - 1]! - price;
    if (station >= reach && best[station - reach]! - paddingPrice > worth) {
      worth = best[station - reach]! - paddingPrice;
      before = ~(station - reach);
    }
    best.push(worth);
    from.push(before);
    const endWorth = worth - paddingPrice * Math.floor((magnitudes.length - station) / reach);
    if (endWorth > lastWorth) {
      last = station;
      lastWorth = endWorth;
    }
  }
  const taken: number[] = [];
  for (let station = last; station > 0; station = from[station]! < 0 ? ~from[station]! : from[station]!) {
    if (from[station]! >= 0) taken.unshift(station - 1);
  }
  return taken;
}

describe('ColumnPath', () => {
  it('takes the rows of its example', () => {
    expect(take([5, 1, 2, 1, 1, 9], Array(6).fill(3), 4, 2)).toEqual([0, 2, 5]);
  });

  it('pads where that costs less than a weight', () => {
    expect(take([5, 0, 1, 0, 0, 9], Array(6).fill(3), 4, 3)).toEqual([0, 2, 5]);
    expect(take([5, 0, 1, 0, 0, 9], Array(6).fill(3), 4, 1)).toEqual([0, 5]);
  });

  it('counts the gap at the end of a column', () => {
    expect(take([9, 1, 1, 2, 1, 1], Array(6).fill(3), 4, 5)).toEqual([0, 3]);
    expect(take([9, 1, 1, 2, 1], Array(5).fill(3), 4, 5)).toEqual([0, 3]);
    expect(take([9, 1, 1, 2], Array(4).fill(3), 4, 5)).toEqual([0]);
  });

  it('takes no row of infinite price', () => {
    const infinite = Number.POSITIVE_INFINITY;
    expect(take([9, 9, 9, 9], [infinite, 1, infinite, infinite], 2, 100)).toEqual([1]);
    expect(take([9, 9, 9, 9], Array(4).fill(infinite), 2, 100)).toEqual([]);
  });

  it('is as good as the best of all subsets', () => {
    const weights = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -2, max: 20 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 13 }), fc.integer({ min: 0, max: 25 }), (column, reach, price) => {
        const values = column.map(([magnitude, weightPrice]) => magnitude - weightPrice);
        const rows = take(
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
        const rows = [...take(column, Array(column.length).fill(15), reach, 1e6), column.length];
        rows.forEach((row, at) => {
          expect(row - (rows[at - 1] ?? -1)).toBeLessThanOrEqual(reach);
        });
      }),
    );
  });

  test.each([0, 0.3, 1e6])('takes what the plain search takes, to the bit, at padding price %d', (paddingPrice) => {
    // Magnitudes that differ from the price by less than what rounding makes of a sum, quantized ones, and any others.
    const price = 0.25;
    const magnitude = fc.oneof(
      fc.integer({ min: -4, max: 4 }).map((n) => price + n * 2 ** -54),
      fc.integer({ min: 0, max: 8 }).map((n) => n / 16),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.array(magnitude, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 17 }),
        (values, reach) => {
          expect(take(values, Array(values.length).fill(price), reach, paddingPrice)).toEqual(
            plainSearch(values, price, reach, paddingPrice),
          );
        },
      ),
      { seed: 1992, numRuns: 300 },
    );
  });
});
