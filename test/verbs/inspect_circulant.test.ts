import { expect, test } from 'vitest';
import { randomGru, randomLstm, randomMatrix } from '../../fixtures/random_weights.ts';
import { projectCirculant } from '../../src/model/circulant.ts';
import type { Layer, Matrix } from '../../src/model/graph.ts';
import { withMatrices } from '../../src/model/matrices.ts';
import { Rng } from '../../src/util/rng.ts';
import { inspectCirculant } from '../../src/verbs/inspect_circulant.ts';

const SHAPE = { inputs: 10, cells: 16, reverse: false };

/** A layer whose matrices have blocks of their own; null: none. */
function projected<L extends Layer>(layer: L, blockOf: (name: string) => number | null): L {
  return withMatrices(layer, (name, matrix) => {
    const block = blockOf(name);
    return block === null ? matrix : projectCirculant(matrix, block);
  });
}

function zeros({ rows, columns }: Matrix): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) };
}

test('gates and projection of an LSTMP have a block each, and words of whole blocks', () => {
  const layer = projected(randomLstm(new Rng(1), SHAPE, 12), (name) => (name === 'ym' ? 4 : 8));
  const { matrices, reasons } = inspectCirculant(layer);
  expect(reasons).toEqual([]);
  expect(matrices.size).toBe(9);
  // 16 x 10 is padded to 16 x 16, 12 x 16 has whole blocks of 4.
  expect(matrices.get('ix')).toEqual({ block: 8, words: (16 * 16) / 8 });
  expect(matrices.get('or')).toEqual({ block: 8, words: (16 * 16) / 8 });
  expect(matrices.get('ym')).toEqual({ block: 4, words: (12 * 16) / 4 });
});

test('matrices of one sum with different blocks are named, and stored as they are', () => {
  const layer = projected(randomLstm(new Rng(2), SHAPE, 12), (name) => (name === 'ym' || name.endsWith('x') ? 8 : 4));
  const { matrices, reasons } = inspectCirculant(layer);
  expect(reasons).toEqual([
    'ix, fx, cx, ox have blocks of 8, ir, fr, cr, or have blocks of 4; matrices of one sum need one block, so all of them are stored as they are',
  ]);
  expect(matrices.get('ix')).toEqual({ block: 8, words: null });
  expect(matrices.get('fr')).toEqual({ block: 4, words: null });
  expect(matrices.get('ym')).toEqual({ block: 8, words: 32 });
});

test('a matrix that is not circulant keeps the others of its sum from it, and is named', () => {
  const layer = projected(randomGru(new Rng(3), SHAPE), (name) => (name === 'nh' ? null : 8));
  const { matrices, reasons } = inspectCirculant(layer);
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toContain('rx, zx, nx, rh, zh have blocks of 8, nh has no block;');
  expect(matrices.has('nh')).toBe(false);
});

test('a matrix of zeros has any block', () => {
  const gru = projected(randomGru(new Rng(4), SHAPE), () => 8);
  const layer = withMatrices(gru, (name, matrix) => (name === 'nx' ? zeros(matrix) : matrix));
  const { matrices, reasons } = inspectCirculant(layer);
  expect(reasons).toEqual([]);
  expect(matrices.get('zh')).toEqual({ block: 8, words: 32 });
  expect(matrices.has('nx')).toBe(false);
});

test('dense layers have none; linear ones may be block-circulant, layers without weights never are', () => {
  const rng = new Rng(5);
  expect(inspectCirculant(randomGru(rng, SHAPE))).toEqual({ matrices: new Map(), reasons: [] });
  const weight = projectCirculant(randomMatrix(rng, 8, 24), 8);
  const linear: Layer = { kind: 'linear', weight, bias: new Float64Array(8), activation: null };
  expect(inspectCirculant(linear).matrices.get('w')).toEqual({ block: 8, words: 24 });
  expect(inspectCirculant({ kind: 'concat' }).matrices.size).toBe(0);
});
