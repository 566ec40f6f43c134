import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPartition, gateRows, projectionRows } from '../../src/compiler/partition.ts';
import { pruneLayer } from '../../src/compiler/prune.ts';
import { type Config, MATRICES, type Matrix, parseConfig } from '../../src/config.ts';
import type { Floats, LstmLayer } from '../../src/model.ts';
import { Rng } from '../../src/rng.ts';

interface Shape {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
}

/** A layer of normally distributed weights; coarse ones are multiples of 1/2, never 0, so that there are many ties. */
function randomLayer({ inputs, cells, outputs, projection }: Shape, seed: number, coarse = false): LstmLayer {
  const rng = new Rng(seed);
  const draw = (length: number) =>
    Float32Array.from({ length }, () => {
      const value = rng.normal();
      return coarse ? (value < 0 ? Math.floor(2 * value) : Math.floor(2 * value) + 1) / 2 : value || 1;
    });
  return {
    inputs,
    cells,
    outputs,
    weightX: draw(4 * cells * inputs),
    weightR: draw(4 * cells * outputs),
    weightP: projection ? draw(outputs * cells) : null,
    bias: new Float64Array(4 * cells),
    peepholes: null,
  };
}

function configOf(lanes: number, density: Config['density'] | number): Config {
  return parseConfig({ array: { lanes }, density }, 'test');
}

/** Row-major positions that `lane` holds of a sub-matrix, and the matrix they belong to. */
function positions(layer: LstmLayer, matrix: Matrix, lanes: number, lane: number) {
  const partition = createPartition(lanes, layer.cells, layer.outputs);
  const gate = MATRICES.indexOf(matrix) % 4;
  const [weights, columns, rows] =
    matrix === 'ym'
      ? [layer.weightP, layer.cells, [...projectionRows(partition, lane)]]
      : [
          matrix.endsWith('x') ? layer.weightX : layer.weightR,
          matrix.endsWith('x') ? layer.inputs : layer.outputs,
          [...gateRows(partition, lane)].filter((row) => Math.floor(row / layer.cells) === gate),
        ];
  const at = rows.sort((a, b) => a - b).flatMap((row) => Array.from({ length: columns }, (_, c) => row * columns + c));
  return { weights, at };
}

function nonZeros(weights: Floats | null, at?: readonly number[]): number {
  if (weights === null) return 0;
  return at === undefined ? weights.filter((w) => w !== 0).length : at.filter((i) => weights[i] !== 0).length;
}

const shapes = fc
  .record({
    inputs: fc.integer({ min: 1, max: 6 }),
    cells: fc.integer({ min: 1, max: 12 }),
    outputs: fc.integer({ min: 1, max: 9 }),
    projection: fc.boolean(),
  })
  .map((shape) => (shape.projection ? shape : { ...shape, outputs: shape.cells }));

describe('pruneLayer', () => {
  it('gives every lane of the ESE layer 11,385 weights', () => {
    const density = { ix: 0.117, fx: 0.117, cx: 0.118, ox: 0.115, ir: 0.113, fr: 0.115, cr: 0.112, or: 0.115, ym: 0.1 };
    const shape = { inputs: 153, cells: 1024, outputs: 512, projection: true };
    const { layer, pruned } = pruneLayer(randomLayer(shape, 1), configOf(32, density));
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
    const all = pruneLayer(dense, configOf(4, 1));
    expect(all).toEqual({ layer: dense, pruned: false });
    expect(all.layer).toBe(dense);
    const { layer, pruned } = pruneLayer(dense, configOf(4, 0));
    expect(pruned).toBe(true);
    expect(nonZeros(layer.weightX) + nonZeros(layer.weightR) + nonZeros(layer.weightP)).toBe(0);
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
    function withZeros(count: number): LstmLayer {
      return { ...dense, weightX: dense.weightX.slice().fill(0, 400, 400 + count) };
    }

    it('keeps a mask of 1 % of a sub-matrix and more', () => {
      for (const count of [2, 100, 200]) {
        const masked = withZeros(count);
        const result = pruneLayer(masked, configOf(2, 0.25));
        expect(result.pruned).toBe(false);
        expect(result.layer).toBe(masked);
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

function densities(value: number): Config['density'] {
  return configOf(1, value).density;
}
