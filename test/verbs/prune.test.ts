import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../../src/compiler/compile.ts';
import { pruneLayer } from '../../src/compiler/prune/prune_layer.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { ENCODINGS, MATRICES } from '../../src/machine/config.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Graph, LstmLayer } from '../../src/model/graph.ts';
import { importModel, readModel } from '../../src/model/import/read_model.ts';
import { headerLength, LENGTH_BYTES, parseHeader } from '../../src/model/import/safetensors_header.ts';
import { type FloatTensor, writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { magnitudeMasks } from '../../src/verbs/compress/mask_figures.ts';
import { propose, type SensitivityPoint } from '../../src/verbs/compress/sensitivity.ts';
import { masksPath, type PruneOptions, prune } from '../../src/verbs/prune.ts';

const ONNX = fileURLToPath(new URL('../../examples/onnx/', import.meta.url));

let root: string;
let model: string;
let out: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen prune-'));
  model = join(root, 'dense.safetensors');
  out = join(root, 'pruned.safetensors');
  writeFileSync(model, denseModel());
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** 10 inputs, 16 cells, projected to 8, 3 classes, and a tensor of another module. */
function denseModel(): Uint8Array {
  const rng = new Rng(11);
  const tensor = (...shape: number[]): FloatTensor => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { shape, data: Float32Array.from({ length }, () => 0.3 * rng.normal()) };
  };
  return writeSafetensors(
    new Map([
      ['net.lstm.weight_ih_l0', tensor(64, 10)],
      ['net.lstm.weight_hh_l0', tensor(64, 8)],
      ['net.lstm.weight_hr_l0', tensor(8, 16)],
      ['net.lstm.bias_ih_l0', tensor(64)],
      ['net.lstm.bias_hh_l0', tensor(64)],
      ['net.fc.weight', tensor(3, 8)],
      ['net.norm.weight', tensor(10)],
    ]),
    new Map([['trained', 'here']]),
  );
}

/** Bytes of the tensors of a file, by name. */
function tensorsOf(path: string): Map<string, { dtype: string; shape: readonly number[]; bytes: Uint8Array }> {
  const bytes = readFileSync(path);
  const dataAt = LENGTH_BYTES + headerLength(path, bytes.subarray(0, LENGTH_BYTES), bytes.length);
  const { entries } = parseHeader(path, bytes.subarray(LENGTH_BYTES, dataAt), bytes.length - dataAt);
  return new Map(
    [...entries].map(([name, { dtype, shape, begin, end }]) => [
      name,
      { dtype, shape, bytes: bytes.subarray(dataAt + begin, dataAt + end) },
    ]),
  );
}

function config(more: Readonly<Record<string, unknown>> = {}) {
  return parseConfig({ array: { groups: 2, lanes: 4 }, density: 0.25, ...more }, 'test');
}

describe('prune, export, import', () => {
  test.each(ENCODINGS)('%s: the same masks and the same words as pruning in the build', (encoding) => {
    const settings = config({ encoding, density: 0.8, weightBits: 4 });
    prune({ model, config: settings, out });
    const { layer } = readModel(model);
    const here = pruneLayer(layer, settings);
    const back = readModel(out).layer;
    const imported = pruneLayer(back, settings);
    expect(imported.pruned).toBe(false);
    expect(imported.masks).toEqual(here.masks);
    expect(imported.layer).toEqual(here.layer);

    const masks = tensorsOf(masksPath(out));
    expect([...masks.keys()]).toEqual(['hh', 'hr', 'ih'].map((kind) => `mask.net.lstm.weight_${kind}_l0`));
    const file = masks.get('mask.net.lstm.weight_ih_l0')!;
    expect({ dtype: file.dtype, shape: file.shape }).toEqual({ dtype: 'U8', shape: [64, 10] });
    expect(Uint8Array.from(file.bytes)).toEqual(here.masks.x);
    expect(Uint8Array.from(masks.get('mask.net.lstm.weight_hr_l0')!.bytes)).toEqual(here.masks.p);

    const calibration = randomCalibration(10);
    const [built, rebuilt] = [layer, back].map((from) => compile(from, settings, calibration));
    // Weights of 4 bits: some of those kept round to zero.
    expect(built!.report.roundedToZero).toBeGreaterThan(0);
    expect(rebuilt!.design).toEqual(built!.design);
  });

  test('nothing but weights changes in a safetensors file', () => {
    prune({ model, config: config(), out });
    const before = tensorsOf(model);
    const after = tensorsOf(out);
    expect([...after.keys()]).toEqual([...before.keys()]);
    const changed = [...before.keys()].filter(
      (name) => !Buffer.from(before.get(name)!.bytes).equals(after.get(name)!.bytes),
    );
    expect(changed.toSorted()).toEqual(['hh', 'hr', 'ih'].map((kind) => `net.lstm.weight_${kind}_l0`));
    expect(readFileSync(out).length).toBe(readFileSync(model).length);
  });

  test('pruning goes on where a model has zeros already: they go first', () => {
    prune({ model, config: config({ density: 0.5 }), out });
    const half = readModel(out).layer;
    const next = join(root, 'next.safetensors');
    const { kept, weights } = prune({ model: out, config: config({ density: 0.25 }), out: next });
    expect(kept / weights).toBeCloseTo(0.25, 1);
    const quarter = readModel(next).layer;
    expect(quarter.weightX.every((value, at) => value === 0 || value === half.weightX[at])).toBe(true);
    expect(quarter.weightX.filter((value) => value !== 0).length).toBe(4 * 16 * 10 * 0.25);
  });

  test('other formats get the names of nn.LSTM, all layers and directions', () => {
    const path = `${ONNX}both-directions.onnx`;
    const { matrices, files } = prune({ model: path, config: config({ encoding: 'ese' }), out });
    expect(matrices.map(({ layer, name }) => `${layer}.${name}`)).toContain('lstm1_reverse.or');
    expect(files).toEqual([out, masksPath(out), join(root, 'pruned.layers.json')]);
    const [dense, pruned] = [path, out].map((file) => importModel(file).graph) as [Graph, Graph];
    expect(pruned.nodes.map(({ layer }) => layer.kind)).toEqual(dense.nodes.map(({ layer }) => layer.kind));
    for (const [n, { layer }] of pruned.nodes.entries()) {
      const source = dense.nodes[n]!.layer;
      if (layer.kind === 'linear') expect(layer).toEqual(source);
      if (layer.kind !== 'lstm' || source.kind !== 'lstm') continue;
      expect(layer.bias).toEqual(source.bias);
      expect(layer.reverse).toBe(source.reverse);
      const [ours, theirs] = [layer.weights.fx.values, source.weights.fx.values];
      expect(ours.every((value, at) => value === 0 || value === theirs[at])).toBe(true);
      expect(ours.filter((value) => value !== 0).length).toBeLessThan(0.6 * ours.length);
    }
    expect([...tensorsOf(masksPath(out)).keys()]).toContain('mask.lstm0.weight_hh_l0_reverse');
  });

  test('balance shows', () => {
    const { imbalance, plainImbalance } = prune({ model, config: config(), out });
    expect(imbalance).toBeLessThan(1.1);
    expect(plainImbalance).toBeGreaterThan(imbalance);
    const { layer } = importModel(model).graph.nodes[0]!;
    const plain = magnitudeMasks(layer, () => 0.25).get('ix')!;
    const weights = (layer as LstmLayer).weights.ix.values;
    expect(plain.reduce((sum, bit) => sum + bit, 0)).toBe(40);
    const least = Math.min(...weights.filter((_, at) => plain[at] === 1).map(Math.abs));
    const most = Math.max(...weights.filter((_, at) => plain[at] === 0).map(Math.abs));
    expect(least).toBeGreaterThanOrEqual(most);
  });
});

describe('sensitivity', () => {
  const sizes = new Map<string, number>([
    ['ix', 100],
    ['fx', 300],
  ]);
  const point = (matrix: string, density: number, relativeError: number): SensitivityPoint => ({
    matrix,
    density,
    relativeError,
    wordErrorRate: null,
  });

  test('a sub-matrix that bears more is pruned more, and the target is met', () => {
    const points = [point('ix', 0.5, 0.3), point('ix', 0.1, 0.8), point('fx', 0.5, 0.01), point('fx', 0.1, 0.02)];
    for (const target of [0.9, 0.6, 0.4, 0.2, 0.1]) {
      const { ix, fx } = propose(points, sizes, target) as { ix: number; fx: number };
      expect((100 * ix + 300 * fx) / 400).toBeCloseTo(target, 3);
      expect(fx).toBeLessThanOrEqual(ix);
    }
    expect(propose(points, sizes, 0.6)).toEqual({ ix: 1, fx: 0.4667 });
    expect(propose(points, sizes, 0.01)).toEqual({ ix: 0.1, fx: 0.1 });
  });

  test('the scan tries every sub-matrix, and what it proposes is written', () => {
    const data = join(root, 'x.npy');
    const rng = new Rng(4);
    const frames = Float32Array.from({ length: 20 * 10 }, () => rng.normal());
    writeNpy(data, { dtype: 'float32', shape: [20, 10], data: frames });
    writeFileSync(join(root, 'x.json'), '{"strings": [{"steps": 12}, {"steps": 8}]}');
    writeFileSync(join(root, 'labels.json'), '{"labels": ["a", "b", "-"], "blank": 2}');
    const labels = join(root, 'words.json');
    writeFileSync(labels, '{"references": ["a b", "b"]}');
    const options: PruneOptions = { model, config: config(), out, sensitivity: { data, labels, density: 0.3 } };
    const { sensitivity, kept, weights, matrices } = prune(options);
    expect(new Set(sensitivity!.points.map(({ matrix }) => matrix))).toEqual(
      new Set(MATRICES.map((matrix) => `net_lstm.${matrix}`)),
    );
    for (const matrix of MATRICES) {
      const errors = sensitivity!.points.filter((p) => p.matrix === `net_lstm.${matrix}`).map((p) => p.relativeError);
      expect(errors.at(-1)).toBeGreaterThan(errors[0]!);
    }
    expect(sensitivity!.points.every((p) => p.wordErrorRate !== null)).toBe(true);
    // A lane keeps a weight more rather than one less.
    expect(kept / weights).toBeGreaterThanOrEqual(0.3);
    expect(kept / weights).toBeLessThan(0.33);
    const { layer } = readModel(out);
    const nonZeros = layer.weightP!.filter((value) => value !== 0).length;
    expect(nonZeros).toBe(matrices.find(({ name }) => name === 'ym')!.kept);
    writeFileSync(labels, '{"references": ["a b", "c"]}');
    expect(() => prune(options)).toThrow('words.json: "c" is no label of the model');
    writeFileSync(labels, '{"references": ["a b"]}');
    expect(() => prune(options)).toThrow('expected references of 2 utterances, got 1');
    writeFileSync(labels, '[]');
    expect(() => prune(options)).toThrow('words.json: expected { "references": ["9 0 2", …] }, got []');
  });
});

describe('prune refuses', () => {
  test.each<[string, (options: PruneOptions) => PruneOptions, string]>([
    ['another suffix', (o) => ({ ...o, out: join(root, 'p.pt') }), 'p.pt: expected a name that ends in .safetensors'],
    ['its own source', (o) => ({ ...o, out: model }), 'is an input of this command'],
    ['a missing folder', (o) => ({ ...o, out: join(root, 'no', 'p.safetensors') }), 'its folder does not exist'],
    ['a missing model', (o) => ({ ...o, model: join(root, 'm.onnx') }), 'm.onnx: cannot be'],
    ['another cell', (o) => ({ ...o, model: `${ONNX}operator-clip.onnx` }), 'has another cell'],
    ['initial states', (o) => ({ ...o, model: `${ONNX}operator-states.onnx` }), 'initial states other than zeros'],
    ['one direction', (o) => ({ ...o, model: `${ONNX}operator-reverse.onnx` }), 'in reverse direction alone'],
    [
      'a layer that is not there',
      (o) => ({ ...o, densities: new Map([['rnn7', 0.5]]) }),
      '--per-matrix: "rnn7" is no layer or matrix of the model. Its layers are net_lstm, net_fc; inspect prints the matrices',
    ],
    [
      'a scan beyond its range',
      (o) => ({ ...o, sensitivity: { data: 'x.npy', density: 0.01 } }),
      '--density: expected',
    ],
  ])('%s', (_name, change, message) => {
    const before = readdirSync(root);
    expect(() => prune(change({ model, config: config(), out }))).toThrow(message);
    expect(readdirSync(root)).toEqual(before);
  });
});
