import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pruneLayer } from '../../../src/compiler/prune/prune_layer.ts';
import type { StackedLayer } from '../../../src/model/stacked_layer.ts';
import { configOf, encodedColumns, magnitudes, paddingOf, randomLayer, shapes } from './random_layer.ts';

const ENCODING = { encoding: 'ese-padding-aware' } as const;

function totalPadding(layer: StackedLayer, lanes: number, indexBits: number): number {
  return encodedColumns(layer, lanes)
    .flat()
    .reduce((sum, lane) => sum + paddingOf(lane, indexBits), 0);
}

/** Shapes with enough rows and columns for averages to hold: [lanes, cells, inputs]. */
const large = fc.tuple(
  fc.constantFrom(1, 2, 4, 8),
  fc.integer({ min: 100, max: 260 }),
  fc.integer({ min: 20, max: 40 }),
);

describe('paddingAware', () => {
  it('needs no padding where there are two weights for every reach of the index', () => {
    const bits = fc.integer({ min: 2, max: 6 });
    fc.assert(
      fc.property(large, fc.integer(), bits, fc.boolean(), ([lanes, cells, inputs], seed, indexBits, coarse) => {
        const shape = { inputs, cells, outputs: 24, projection: true };
        const dense = randomLayer(shape, seed, coarse);
        const { layer } = pruneLayer(dense, configOf(lanes, 2 / 2 ** indexBits, { ...ENCODING, indexBits }));
        expect(totalPadding(layer, lanes, indexBits)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps 95 % of the magnitude of `ese` and more of every matrix', () => {
    const lanes = fc.constantFrom(1, 2, 4, 8);
    const densities = fc.double({ min: 0, max: 1, noNaN: true });
    const bits = fc.integer({ min: 2, max: 4 });
    fc.assert(
      fc.property(
        ...[shapes, fc.integer(), lanes, densities, bits, fc.boolean()],
        (shape, seed, laneCount, density, indexBits, coarse) => {
          const dense = randomLayer(shape, seed, coarse);
          const aware = pruneLayer(dense, configOf(laneCount, density, { ...ENCODING, indexBits })).layer;
          const plain = magnitudes(pruneLayer(dense, configOf(laneCount, density, { indexBits })).layer);
          for (const [n, kept] of magnitudes(aware).entries()) {
            expect(kept).toBeGreaterThanOrEqual((0.95 - 1e-6) * plain[n]!);
            expect(kept).toBeLessThanOrEqual((1 + 1e-6) * plain[n]!);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps what `ese` keeps where no gap can be too long', () => {
    const shape = { inputs: 7, cells: 31, outputs: 20, projection: true };
    const dense = randomLayer(shape, 5);
    const config = configOf(8, 0.1, { indexBits: 4 });
    expect(pruneLayer(dense, configOf(8, 0.1, { ...ENCODING, indexBits: 4 })).layer).toEqual(
      pruneLayer(dense, config).layer,
    );
  });

  describe('at densities too low for all gaps', () => {
    const shape = { inputs: 60, cells: 256, outputs: 60, projection: true };
    const dense = randomLayer(shape, 11);
    const aware = pruneLayer(dense, configOf(4, 0.05, ENCODING)).layer;

    it('needs less padding than `ese`', () => {
      const plain = pruneLayer(dense, configOf(4, 0.05)).layer;
      expect(totalPadding(aware, 4, 4)).toBeLessThan(0.75 * totalPadding(plain, 4, 4));
    });

    it('keeps as many weights of the lower rows as of the upper ones', () => {
      const [x] = encodedColumns(aware, 4);
      const eighths = Array(8).fill(0);
      for (const { rows, columns } of x!) {
        for (const row of columns.flat()) eighths[Math.floor((8 * row) / rows)]++;
      }
      const mean = eighths.reduce((a, b) => a + b, 0) / 8;
      for (const count of eighths) expect(Math.abs(count / mean - 1)).toBeLessThan(0.15);
    });

    it('keeps lanes about equal in words', () => {
      for (const lanes of encodedColumns(aware, 4)) {
        const words = lanes.map((lane) => lane.columns.flat().length + paddingOf(lane, 4));
        expect(Math.max(...words)).toBeLessThan(1.04 * Math.min(...words));
      }
    });
  });
});
