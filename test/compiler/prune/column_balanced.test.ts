import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pruneLayer } from '../../../src/compiler/prune/prune_layer.ts';
import { configOf, densities, encodedColumns, magnitudes, paddingOf, randomLayer, shapes } from './random_layer.ts';

const ENCODING = { encoding: 'column-balanced' } as const;

describe('columnBalanced', () => {
  it('keeps equally many weights in every lane of a column, and counts that differ by one at most over columns', () => {
    const lanes = fc.constantFrom(1, 2, 4, 8, 16);
    const share = fc.oneof(fc.constantFrom(0, 0.1, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    const gates = fc.tuple(share, share, share, share);
    const bits = fc.integer({ min: 2, max: 4 });
    fc.assert(
      fc.property(
        ...[shapes, fc.integer(), lanes, gates, bits, fc.boolean()],
        (shape, seed, laneCount, gateShares, indexBits, coarse) => {
          const dense = randomLayer(shape, seed, coarse);
          const density = densities(...gateShares, ...gateShares, gateShares[0]);
          const { layer } = pruneLayer(dense, configOf(laneCount, density, { ...ENCODING, indexBits }));
          for (const matrix of encodedColumns(layer, laneCount)) {
            for (const lane of matrix) {
              const counts = lane.columns.map((rows) => rows.length);
              expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
              const [first] = matrix;
              for (const [column, count] of counts.entries()) {
                const most = first!.columns[column]!.length;
                if (lane.rows === first!.rows) expect(count).toBe(most);
                else expect(count).toBeLessThanOrEqual(most);
              }
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps the largest weights of each column and lane where the sub-matrix is alone and gaps are short', () => {
    const dense = randomLayer({ inputs: 3, cells: 40, outputs: 60, projection: true }, 21);
    const { layer } = pruneLayer(dense, configOf(8, 0.25, ENCODING));
    const [, , before] = encodedColumns(dense, 8);
    const [, , after] = encodedColumns(layer, 8);
    for (const [lane, { columns }] of after!.entries()) {
      for (const [column, rows] of columns.entries()) {
        const magnitude = (row: number) => Math.abs(dense.weightP![(lane + 8 * row) * 40 + column]!);
        const ranked = [...before![lane]!.columns[column]!].sort((a, b) => magnitude(b) - magnitude(a));
        expect(rows).toEqual(ranked.slice(0, rows.length).sort((a, b) => a - b));
      }
    }
  });

  it('gives the columns with the most large weights one more', () => {
    const dense = randomLayer({ inputs: 4, cells: 16, outputs: 16, projection: false }, 2);
    const weightX = dense.weightX.map((weight, at) => (at % 4 === 2 ? 3 : 1) * weight);
    const { layer } = pruneLayer({ ...dense, weightX }, configOf(2, 5 / 32, ENCODING));
    const [x] = encodedColumns(layer, 2);
    // A lane keeps 5 of 32 weights of each gate, so 20 in 4 columns: none gets more.
    for (const { columns } of x!) expect(columns.map((rows) => rows.length)).toEqual([5, 5, 5, 5]);
    const { layer: more } = pruneLayer(
      { ...dense, weightX },
      configOf(2, { ...densities(5 / 32), ix: 6 / 32 }, ENCODING),
    );
    for (const { columns } of encodedColumns(more, 2)[0]!) {
      expect(columns.map((rows) => rows.length)).toEqual([5, 5, 6, 5]);
    }
  });

  it('needs no padding where there are two weights for every reach of the index, and keeps 90 % of the magnitude', () => {
    const shape = { inputs: 40, cells: 256, outputs: 64, projection: true };
    for (const indexBits of [3, 4, 5]) {
      const dense = randomLayer(shape, indexBits);
      const density = 2 / 2 ** indexBits;
      const { layer } = pruneLayer(dense, configOf(4, density, { ...ENCODING, indexBits }));
      for (const lane of encodedColumns(layer, 4).flat()) expect(paddingOf(lane, indexBits)).toBe(0);
      const plain = magnitudes(pruneLayer(dense, configOf(4, density, { indexBits })).layer);
      for (const [n, kept] of magnitudes(layer).entries()) expect(kept).toBeGreaterThan(0.9 * plain[n]!);
    }
  });
});
