import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pruneLayer } from '../../../src/compiler/prune/prune_layer.ts';
import { ENCODINGS, MATRICES } from '../../../src/machine/config.ts';
import type { Floats } from '../../../src/model/graph.ts';
import type { StackedLayer } from '../../../src/model/stacked_layer.ts';
import { configOf, densities, ESE_DENSITY, nonZeros, positions, randomLayer, shapes } from './random_layer.ts';

describe('pruneLayer', () => {
  it('gives every lane of the ESE layer 11,385 weights', () => {
    const shape = { inputs: 153, cells: 1024, outputs: 512, projection: true };
    const { layer, pruned } = pruneLayer(randomLayer(shape, 1), configOf(32, ESE_DENSITY));
    expect(pruned).toBe(true);
    expect(nonZeros(layer.weightX) + nonZeros(layer.weightR) + nonZeros(layer.weightP)).toBe(364_320);
    for (let lane = 0; lane < 32; lane++) {
      let count = 0;
      for (const matrix of MATRICES) {
        const { weights, at } = positions(layer, matrix, 32, lane);
        count += nonZeros(weights, at);
      }
      expect(count).toBe(11_385);
    }
  });

  it('keeps the largest weights of each lane and sub-matrix, and of equal ones the first', () => {
    const lanes = fc.constantFrom(1, 2, 4, 8, 16);
    const densities = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(shapes, fc.integer(), lanes, densities, fc.boolean(), (shape, seed, laneCount, density, coarse) => {
        const dense = randomLayer(shape, seed, coarse);
        const { layer } = pruneLayer(dense, configOf(laneCount, density));
        for (const matrix of MATRICES) {
          for (let lane = 0; lane < laneCount; lane++) {
            const { weights: before, at } = positions(dense, matrix, laneCount, lane);
            const { weights: after } = positions(layer, matrix, laneCount, lane);
            if (before === null || after === null) continue;
            // A stable sort leaves equal magnitudes in row-major order.
            const ranked = [...at].sort((a, b) => Math.abs(before[b]!) - Math.abs(before[a]!));
            const kept = new Set(ranked.slice(0, Math.ceil(at.length * density - 1e-9)));
            for (const i of at) expect(after[i]).toBe(kept.has(i) ? before[i] : 0);
          }
        }
      }),
    );
  });

  it('keeps everything at density 1 and drops everything at density 0', () => {
    const dense = randomLayer({ inputs: 3, cells: 5, outputs: 4, projection: true }, 7);
    for (const encoding of ENCODINGS) {
      const all = pruneLayer(dense, configOf(4, 1, { encoding }));
      expect(all.pruned).toBe(false);
      expect(all.layer).toBe(dense);
      const { layer, pruned } = pruneLayer(dense, configOf(4, 0, { encoding }));
      expect(pruned).toBe(true);
      expect(nonZeros(layer.weightX) + nonZeros(layer.weightR) + nonZeros(layer.weightP)).toBe(0);
    }
  });

  it('keeps as many weights of each lane and sub-matrix as asked with every encoding', () => {
    const arrays = fc.constantFrom(
      ...[1, 2, 4, 8, 16].flatMap((lanes) => [1, 2, 8].map((groups) => ({ lanes, groups }))),
    );
    const share = fc.oneof(fc.constantFrom(0, 0.1, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    const density = fc.tuple(...MATRICES.map(() => share));
    const encodings = fc.constantFrom(...ENCODINGS);
    const bits = fc.integer({ min: 2, max: 4 });
    fc.assert(
      fc.property(
        ...[shapes, fc.integer(), arrays, density, encodings, bits, fc.boolean()],
        (shape, seed, array, shares, encoding, indexBits, coarse) => {
          const dense = randomLayer(shape, seed, coarse);
          const laneCount = array.lanes;
          const config = configOf(laneCount, densities(...shares), { array, encoding, indexBits });
          const { layer } = pruneLayer(dense, config);
          for (const matrix of MATRICES) {
            for (let lane = 0; lane < laneCount; lane++) {
              const { weights: before, at } = positions(dense, matrix, laneCount, lane);
              const { weights: after } = positions(layer, matrix, laneCount, lane);
              if (before === null || after === null) continue;
              expect(nonZeros(after, at)).toBe(Math.max(Math.ceil(at.length * config.density[matrix] - 1e-9), 0));
              for (const i of at) if (after[i] !== 0) expect(after[i]).toBe(before[i]);
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives the column groups of a lane equal shares, or all that they hold', () => {
    const array = fc.constantFrom(...[1, 2, 4].flatMap((lanes) => [2, 4, 8].map((groups) => ({ lanes, groups }))));
    const share = fc.oneof(fc.constantFrom(0, 0.1, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    const encodings = fc.constantFrom(...ENCODINGS);
    fc.assert(
      fc.property(
        shapes,
        fc.integer(),
        array,
        share,
        encodings,
        (shape, seed, { lanes, groups }, density, encoding) => {
          const dense = randomLayer(shape, seed);
          const { layer } = pruneLayer(dense, configOf(lanes, density, { array: { lanes, groups }, encoding }));
          for (let lane = 0; lane < lanes; lane++) {
            const load = Array(groups).fill(0);
            const open = Array(groups).fill(true);
            for (const matrix of MATRICES) {
              const { weights, at, columns } = positions(layer, matrix, lanes, lane);
              if (weights === null) continue;
              const held = load.map((_, group) => at.filter((i) => (i % columns) % groups === group));
              const counts = held.map((inGroup) => nonZeros(weights, inGroup));
              const most = Math.max(...counts);
              for (const [group, count] of counts.entries()) {
                if (count < held[group]!.length) expect(count).toBeGreaterThanOrEqual(most - 1);
                else open[group] = false;
                load[group] += count;
              }
            }
            // Those left over go round from sub-matrix to sub-matrix; lanes with fewer rows follow the turns of lane 0.
            if (lane === 0 && !open.includes(false))
              expect(Math.max(...load) - Math.min(...load)).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives every lane of every group of the ESE layer 355 or 356 weights', () => {
    const shape = { inputs: 153, cells: 1024, outputs: 512, projection: true };
    const { layer } = pruneLayer(
      randomLayer(shape, 1),
      configOf(32, ESE_DENSITY, { array: { lanes: 32, groups: 32 } }),
    );
    const counts = new Int32Array(32 * 32);
    const count = (weights: Floats | null, columns: number, laneOf: (row: number) => number) => {
      for (const [at, weight] of (weights ?? []).entries()) {
        const lane = laneOf(Math.floor(at / columns));
        if (weight !== 0) counts[((at % columns) % 32) * 32 + lane]!++;
      }
    };
    count(layer.weightX, 153, (row) => (row % 1024) % 32);
    count(layer.weightR, 512, (row) => (row % 1024) % 32);
    count(layer.weightP, 1024, (row) => row % 32);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(364_320);
    expect(Math.min(...counts)).toBe(355);
    expect(Math.max(...counts)).toBe(356);
  });

  it('tells which weights it kept, those that are 0 included', () => {
    const dense = randomLayer({ inputs: 50, cells: 4, outputs: 4, projection: true }, 5);
    const stray = { ...dense, weightX: dense.weightX.slice().fill(0, 400, 401) };
    for (const encoding of ENCODINGS) {
      for (const density of [1, 0.25]) {
        const { layer, masks } = pruneLayer(stray, configOf(2, density, { array: { lanes: 2, groups: 4 }, encoding }));
        for (const [weights, mask] of [
          [layer.weightX, masks!.x],
          [layer.weightR, masks!.r],
          [layer.weightP!, masks!.p!],
        ] as const) {
          for (const [at, weight] of weights.entries()) if (mask[at] === 0) expect(weight).toBe(0);
          expect(mask).toHaveLength(weights.length);
          expect(mask.reduce((a, b) => a + b, 0)).toBe(weights.length * density);
        }
      }
    }
  });

  it('takes a product that rounds above an integer for that integer', () => {
    // 100 · 0.07 is 7.000000000000001 in doubles.
    const dense = randomLayer({ inputs: 100, cells: 1, outputs: 1, projection: false }, 3);
    const { layer } = pruneLayer(dense, configOf(1, { ...densities(1), ix: 0.07 }));
    expect(100 * 0.07).toBeGreaterThan(7);
    expect(nonZeros(layer.weightX.subarray(0, 100))).toBe(7);
  });

  it('leaves the layer it was given alone', () => {
    const dense = randomLayer({ inputs: 3, cells: 5, outputs: 4, projection: true }, 9);
    const copy = structuredClone(dense);
    const { layer } = pruneLayer(dense, configOf(2, 0.5));
    expect(dense).toEqual(copy);
    expect(layer.bias).toBe(dense.bias);
    expect(layer.weightX).toBeInstanceOf(Float32Array);
  });

  it('compares doubles as doubles', () => {
    const dense = randomLayer({ inputs: 2, cells: 1, outputs: 1, projection: false }, 3);
    const weightX = Float64Array.from([1, 1 + 1e-12, 2, 2, 2, 2, 2, 2]);
    const { layer } = pruneLayer({ ...dense, weightX }, configOf(1, { ...densities(1), ix: 0.5 }));
    expect([...layer.weightX]).toEqual([0, 1 + 1e-12, 2, 2, 2, 2, 2, 2]);
  });

  describe('of a layer with zeros in it', () => {
    const dense = randomLayer({ inputs: 50, cells: 4, outputs: 4, projection: false }, 5);

    /** The layer with `count` zeros among the 200 weights of cx. */
    function withZeros(count: number): StackedLayer {
      return { ...dense, weightX: dense.weightX.slice().fill(0, 400, 400 + count) };
    }

    it('keeps a mask of 1 % of a sub-matrix and more', () => {
      for (const count of [2, 100, 200]) {
        const masked = withZeros(count);
        for (const encoding of ENCODINGS) {
          const result = pruneLayer(masked, configOf(2, 0.25, { encoding }));
          expect(result.pruned).toBe(false);
          expect([...result.masks.x]).toEqual([...masked.weightX].map((weight) => (weight === 0 ? 0 : 1)));
          expect(result.layer).toBe(masked);
        }
      }
    });

    it('takes fewer zeros for chance, and drops them first', () => {
      const { layer, pruned } = pruneLayer(withZeros(1), configOf(2, 0.25));
      expect(pruned).toBe(true);
      expect(nonZeros(layer.weightX)).toBe(200);
      const stray = withZeros(1);
      const all = pruneLayer(stray, configOf(2, 1));
      expect(all.pruned).toBe(false);
      expect(all.layer).toBe(stray);
    });
  });
});
