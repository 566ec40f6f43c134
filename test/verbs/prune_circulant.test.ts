import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { circulantMatrices } from '../../src/compiler/prune/circulant.ts';
import { pruneGraph } from '../../src/compiler/prune/prune_graph.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { matricesOf } from '../../src/model/matrices.ts';
import { Rng } from '../../src/util/rng.ts';
import { prune } from '../../src/verbs/prune.ts';
import { pruneCirculant } from '../../src/verbs/prune_circulant.ts';
import { fileOf, normal } from '../model/import/safetensors_fixture.ts';

const all = (block: number) => new Map([['default', block]]);
let root: string;
let model: string;
let out: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen circulant-'));
  model = join(root, 'dense.safetensors');
  out = join(root, 'circulant.safetensors');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** One LSTMP layer: 10 inputs, 16 cells, 12 outputs. */
function lstmp() {
  const rng = new Rng(4);
  return new Map([
    ['lstm.weight_ih_l0', normal(rng, 64, 10)],
    ['lstm.weight_hh_l0', normal(rng, 64, 12)],
    ['lstm.weight_hr_l0', normal(rng, 12, 16)],
    ['lstm.bias_ih_l0', normal(rng, 64)],
    ['lstm.bias_hh_l0', normal(rng, 64)],
    ['extra', normal(rng, 3)],
  ]);
}

/** Two GRU layers of both directions, and a linear layer. */
function grus() {
  const rng = new Rng(5);
  const cells = 9;
  const tensors = new Map([['fc.weight', normal(rng, 5, 2 * cells)]]);
  for (const [number, inputs] of [10, 2 * cells].entries()) {
    for (const suffix of [`_l${number}`, `_l${number}_reverse`]) {
      tensors.set(`rnn.weight_ih${suffix}`, normal(rng, 3 * cells, inputs));
      tensors.set(`rnn.weight_hh${suffix}`, normal(rng, 3 * cells, cells));
    }
  }
  return tensors;
}

/** Largest block of each matrix of a model file; null of one that is not block-circulant. */
function blocksOfFile(path: string) {
  const { graph } = importModel(path);
  const blocks = graph.nodes.flatMap((node) => {
    const found = circulantMatrices(graph, node);
    return matricesOf(node.layer).map(([name]) => [`${node.id}.${name}`, found.get(name) ?? null] as const);
  });
  return Object.fromEntries(blocks);
}

test.each([2, 4, 8])('one layer becomes block-circulant with blocks of %i, and nothing else changes', (block) => {
  writeFileSync(model, writeSafetensors(lstmp()));
  const { matrices, files } = pruneCirculant({ model, blocks: all(block), out });
  expect(files).toEqual([out]);
  expect(Object.values(blocksOfFile(out))).toEqual(new Array(9).fill(block));
  for (const { lostEnergy } of matrices) expect(lostEnergy).toBeGreaterThan(0.1);
  for (const { lostEnergy } of matrices) expect(lostEnergy).toBeLessThan(1);
  const up = (size: number) => Math.ceil(size / block) * block;
  expect(matrices.find(({ name }) => name === 'ix')).toMatchObject({ rows: 16, columns: 10, padded: [16, up(10)] });
  expect(matrices.find(({ name }) => name === 'ym')).toMatchObject({ rows: 12, columns: 16, padded: [up(12), 16] });
  const [before, after] = [model, out].map((path) => readFileSync(path));
  expect(after!.length).toBe(before!.length);
  const { bias_ih_l0: bias } = Object.fromEntries([...lstmp()].map(([name, { data }]) => [name.slice(5), data]));
  expect(after!.includes(Buffer.from(bias!.buffer))).toBe(true);
});

test('the mean of a wrapped diagonal is what is written', () => {
  const tensors = lstmp();
  writeFileSync(model, writeSafetensors(tensors));
  pruneCirculant({ model, blocks: all(2), out });
  const given = tensors.get('lstm.weight_ih_l0')!.data;
  const [node] = importModel(out).graph.nodes;
  const fx = new Map(matricesOf(node!.layer)).get('fx')!;
  // PyTorch's second gate is f: rows 16 to 31.
  const mean = (given[16 * 10]! + given[17 * 10 + 1]!) / 2;
  expect(fx.values[0]).toBe(Math.fround(mean));
  expect(fx.values[11]).toBe(Math.fround(mean));
});

test('a model that is block-circulant loses nothing, and comes out byte for byte', () => {
  writeFileSync(model, writeSafetensors(lstmp()));
  pruneCirculant({ model, blocks: all(4), out });
  const again = join(root, 'again.safetensors');
  const { matrices } = pruneCirculant({ model: out, blocks: all(4), out: again });
  for (const { lostEnergy } of matrices) expect(lostEnergy).toBe(0);
  expect(readFileSync(again).equals(readFileSync(out))).toBe(true);
});

test('of a network all recurrent layers do, both directions; linear layers stay', () => {
  writeFileSync(model, writeSafetensors(grus()));
  const { matrices } = pruneCirculant({ model, blocks: all(8), out });
  expect(matrices).toHaveLength(4 * 6);
  const { 'fc.w': linear, ...others } = blocksOfFile(out);
  expect(linear).toBeNull();
  expect(Object.values(others)).toEqual(new Array(4 * 6).fill(8));
  expect(matrices.find(({ name }) => name === 'nh')).toMatchObject({
    rows: 9,
    columns: 9,
    padded: [16, 16],
    words: 32,
  });
  // The second layer reads both directions side by side, whose columns are padded each.
  const second = matrices.filter(({ layer, name }) => layer.startsWith('rnn1') && name === 'zx');
  expect(second).toHaveLength(2);
  for (const own of second) expect(own).toMatchObject({ rows: 9, columns: 18, padded: [16, 32], words: 64 });
});

test('the narrowest name says the block, 1 leaves a matrix as it is, and linear layers are named', () => {
  writeFileSync(model, writeSafetensors(grus()));
  const blocks = new Map([...all(4), ['rnn1', 8], ['rnn0_reverse', 1], ['rnn0.rx', 2], ['fc', 2]]);
  const { matrices, mixedBlocks } = pruneCirculant({ model, blocks, out });
  const found = blocksOfFile(out);
  for (const { layer, name, block } of matrices) expect(found[`${layer}.${name}`], `${layer}.${name}`).toBe(block);
  const of = (layer: string, own: string) => matrices.find((each) => each.layer === layer && each.name === own);
  expect(of('rnn1', 'nh')?.block).toBe(8);
  expect(of('rnn1_reverse', 'nh')?.block).toBe(4);
  expect(of('rnn0', 'rx')?.block).toBe(2);
  // It stays, and is stored weight by weight.
  expect(of('rnn0_reverse', 'zh')).toMatchObject({ block: null, padded: null, words: 81, lostEnergy: 0 });
  expect(of('fc', 'w')).toMatchObject({ block: 2, padded: [6, 20], words: 60 });
  expect(mixedBlocks).toHaveLength(1);
  expect(mixedBlocks[0]).toContain(
    'rnn0: rx has blocks of 2, zx, nx, rh, zh, nh have blocks of 4; matrices of one sum',
  );
  expect(of('rnn0', 'zx')?.words).toBe(90);
});

test('circulant and sparse in one network: pruning leaves what is block-circulant, and build takes both as they are', () => {
  writeFileSync(model, writeSafetensors(grus()));
  pruneCirculant({ model, blocks: new Map([['rnn0', 4]]), out });
  const mixed = join(root, 'mixed.safetensors');
  const config = parseConfig({ array: { lanes: 2 } }, 'config');
  const { matrices } = prune({ model: out, config, densities: new Map([['default', 0.25]]), out: mixed });
  for (const { layer, name, block, kept, weights, words, keptEnergy } of matrices) {
    const where = `${layer}.${name}`;
    const isCirculant = layer === 'rnn0';
    expect(block, where).toBe(isCirculant ? 4 : null);
    expect(kept / weights < 0.5, where).toBe(!isCirculant);
    if (!isCirculant) expect(words, where).toBe(kept);
    else expect([words, keptEnergy], where).toEqual([36, 1]);
  }
  const masks = readFileSync(join(root, 'mixed.masks.safetensors'), 'latin1');
  expect(masks).toContain('mask.rnn.weight_hh_l1');
  expect(masks).not.toContain('mask.rnn.weight_hh_l0"');
  const { graph } = importModel(mixed);
  expect(pruneGraph(graph, parseConfig({ array: { lanes: 2 }, density: 0.1 }, 'config'))).toBe(graph);
});

test.each([
  ['rnn0=3', [['rnn0', 3]], '--per-matrix: expected one of 1, 2, 4, 8, 16, 32, 64, got 3. Blocks are powers of two'],
  ['nothing=4', [['nothing', 4]], '--per-matrix: "nothing" is no layer or matrix of the model. Its layers are rnn0,'],
  [
    'rnn1=16',
    [['rnn1.rx', 16]],
    'rnn1.rx: has 9 rows and 9 + 9 columns of 2 vectors side by side, expected at least 16 of each for blocks of 16',
  ],
] as const)('%s is refused', (_, blocks, message) => {
  writeFileSync(model, writeSafetensors(grus()));
  expect(() => pruneCirculant({ model, blocks: new Map(blocks), out })).toThrow(message);
  expect(existsSync(out)).toBe(false);
});

test.each([0, 1, 3, 12, 128, 2.5, Number.NaN])('blocks of %d are refused', (block) => {
  writeFileSync(model, writeSafetensors(lstmp()));
  expect(() => pruneCirculant({ model, blocks: all(block), out })).toThrow(
    '--block: expected one of 2, 4, 8, 16, 32, 64, got',
  );
  expect(existsSync(out)).toBe(false);
});

test('a matrix smaller than a block is refused with its size', () => {
  writeFileSync(model, writeSafetensors(lstmp()));
  const message = 'lstm.ix: has 16 rows and 10 columns, expected at least 16 of each for blocks of 16';
  expect(() => pruneCirculant({ model, blocks: all(16), out })).toThrow(message);
  expect(existsSync(out)).toBe(false);
});

test('weights of half precision are refused: they cannot be written back', () => {
  const tensors = { weight_ih_l0: [16, 4], weight_hh_l0: [16, 4] };
  const entries = Object.entries(tensors).map(([name, shape], n) => {
    return [name, { dtype: 'F16', shape, data_offsets: [n * 128, (n + 1) * 128] }];
  });
  writeFileSync(model, fileOf(JSON.stringify(Object.fromEntries(entries)), 256));
  const message = 'expected weights of F32 or F64, which can be written back, got F16';
  expect(() => pruneCirculant({ model, blocks: all(2), out })).toThrow(message);
});

test('a model without recurrent layers is refused where only --block says what to project', () => {
  writeFileSync(model, writeSafetensors(new Map([['fc.weight', normal(new Rng(6), 8, 8)]])));
  const layers = { input: { shape: [8], axes: ['time', 'shape'] }, layers: [{ kind: 'linear', name: 'fc' }] };
  writeFileSync(join(root, 'dense.layers.json'), JSON.stringify(layers));
  expect(() => pruneCirculant({ model, blocks: all(2), out })).toThrow(
    'has no matrix that --block is for. Name its layers with --per-matrix',
  );
  expect(existsSync(out)).toBe(false);
});

test('a model as its own result is refused, and so are other formats', () => {
  writeFileSync(model, writeSafetensors(lstmp()));
  expect(() => pruneCirculant({ model, blocks: all(2), out: model })).toThrow(model);
  expect(() => pruneCirculant({ model, blocks: all(2), out: join(root, 'x.onnx') })).toThrow('ends in .safetensors');
  expect(existsSync(join(root, 'x.onnx'))).toBe(false);
});
