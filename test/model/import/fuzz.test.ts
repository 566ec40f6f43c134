import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { lstmNode, PLAIN, randomArrays } from '../../../fixtures/onnx_lstm.ts';
import { floats, integers, onnxFile, packed, tensor } from '../../../fixtures/onnx_writer.ts';
import type { ImportedModel } from '../../../src/model/import/imported_model.ts';
import { kaldiModel } from '../../../src/model/import/kaldi/import_kaldi.ts';
import { onnxNetwork } from '../../../src/model/import/onnx/import_onnx.ts';
import { networkOfTensors, parseSafetensors } from '../../../src/model/import/safetensors.ts';
import { writeSafetensors } from '../../../src/model/import/write_safetensors.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { Rng } from '../../../src/util/rng.ts';
import { checkGraph } from '../../lib/check_graph.ts';
import { blstmComponent, fileInMemory, kaldiLayer, kaldiText, normals } from './kaldi_text.ts';
import { lstmTensors } from './safetensors_fixture.ts';

/** Most memory that the damaged files of one test may leave behind or take at once, in bytes. */
const MEMORY_LIMIT = 400e6;

type Importer = (bytes: Uint8Array) => Pick<ImportedModel, 'graph'>;

/** Imports damaged files; each must be refused with an EsegenError, or give a model of consistent sizes and finite values. */
function fuzz(seed: number, count: number, importer: Importer, damage: (rng: Rng) => Uint8Array) {
  const rng = new Rng(seed);
  const counts = { read: 0, refused: 0 };
  const before = process.memoryUsage().rss;
  for (let n = 0; n < count; n++) {
    const bytes = damage(rng);
    try {
      checkModel(importer(bytes));
      counts.read++;
    } catch (error) {
      if (!(error instanceof EsegenError)) throw new Error(`seed ${seed}, file ${n}: ${error}`, { cause: error });
      expect(error.message.length, `seed ${seed}, file ${n}`).toBeLessThan(2000);
      counts.refused++;
    }
    expect(process.memoryUsage().rss - before, `seed ${seed}, file ${n}`).toBeLessThan(MEMORY_LIMIT);
  }
  return counts;
}

function checkModel({ graph }: Pick<ImportedModel, 'graph'>): void {
  checkGraph(graph);
}

/** Cuts one file in eight. */
function maybeCut(rng: Rng, bytes: Uint8Array): Uint8Array {
  return rng.integer(0, 7) === 0 ? bytes.subarray(0, rng.integer(0, bytes.length)) : bytes;
}

function flipBytes(rng: Rng, good: Uint8Array, likely = [0, 1, 0x7f, 0x80, 0xff]): Uint8Array {
  const bytes = good.slice();
  for (let change = rng.integer(1, 4); change > 0; change--) {
    bytes[rng.integer(0, bytes.length - 1)] = rng.pick([...likely, rng.integer(0, 255)]);
  }
  return maybeCut(rng, bytes);
}

/**
 * Two stacked layers, one of them in both directions, with states, lengths, shapes known at run time, all kinds of data and
 * an output layer.
 */
function richOnnx(): Uint8Array {
  const rng = new Rng(41);
  const first = {
    ...PLAIN,
    name: 'a',
    inputs: 2,
    cells: 2,
    direction: 'bidirectional',
    peepholes: true,
    states: true,
  } as const;
  const second = {
    ...PLAIN,
    name: 'b',
    inputs: 4,
    cells: 1,
    lengths: [3],
    clip: 2,
    activations: ['HardSigmoid', 'Tanh', 'Relu'],
  };
  const a = lstmNode(first, randomArrays(rng, first));
  const b = lstmNode({ ...second, alphas: [0.3], betas: [0.4] }, randomArrays(rng, second), 'merged');
  return onnxFile({
    nodes: [
      a.node,
      { op: 'Transpose', inputs: ['a.y'], outputs: ['moved'], attributes: { perm: { ints: [0, 2, 1, 3] } } },
      { op: 'Shape', inputs: ['x'], outputs: ['sizes'] },
      { op: 'Gather', inputs: ['sizes', 'zero'], outputs: ['frames'] },
      { op: 'Constant', outputs: ['rest'], attributes: { value: { t: integers('', [0, -1]) } } },
      { op: 'Concat', inputs: ['frames', 'rest'], outputs: ['shape'], attributes: { axis: { i: 0 } } },
      { op: 'Reshape', inputs: ['moved', 'shape'], outputs: ['merged'] },
      { op: 'Split', inputs: ['flat', 'halves'], outputs: ['upper', 'lower'], attributes: { axis: { i: 0 } } },
      { op: 'Concat', inputs: ['lower', 'upper'], outputs: ['turned'], attributes: { axis: { i: 0 } } },
      { op: 'Unsqueeze', inputs: ['turned', 'zero'], outputs: ['b.R'] },
      { ...b.node },
      { op: 'Squeeze', inputs: ['b.y', 'one'], outputs: ['s'] },
      { op: 'MatMul', inputs: ['s', 'w'], outputs: ['p'] },
      { op: 'Add', inputs: ['p', 'bias'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', dims: [7, 'N', 2] }],
    initializers: [
      ...a.initializers,
      ...b.initializers.toSpliced(1, 1),
      floats('flat', [4, 1], [1, 2, 3, 4]),
      integers('zero', [0]),
      integers('halves', [2, 2]),
      integers('one', [1]),
      tensor('w', 'F16', [1, 2], (w) => packed(w, 5, (l) => l.int32(0x3c00).int32(0xc000))),
      tensor('bias', 'F64', [2], (w) => packed(w, 10, (l) => l.double(1).double(2))),
    ],
  });
}

/** Positions of the lengths of messages, names and data, by the fields that hold messages: model, graph, node, tensor, …. */
function lengthsOf(bytes: Uint8Array, nested: Nested, offset = 0): number[] {
  const reader = new BinaryReader(bytes);
  const found: number[] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const at = reader.pos;
    if (wire !== WireType.LengthDelimited) {
      reader.skip(wire, field);
      continue;
    }
    found.push(offset + at);
    const content = reader.bytes();
    const inner = nested[field];
    if (inner !== undefined) found.push(...lengthsOf(content, inner, offset + reader.pos - content.length));
  }
  return found;
}

interface Nested {
  readonly [field: number]: Nested;
}

const TENSOR: Nested = { 13: {} };
const MODEL: Nested = { 7: { 1: { 5: { 5: TENSOR } }, 5: TENSOR, 11: { 2: { 1: { 2: { 1: {} } } } }, 12: {} }, 8: {} };

const importOnnx: Importer = (bytes) => onnxNetwork('fuzz.onnx', bytes);
const importKaldi: Importer = (bytes) => kaldiModel('fuzz.nnet', fileInMemory(bytes));
const importSafetensors: Importer = (bytes) => ({
  graph: networkOfTensors('fuzz.safetensors', parseSafetensors(bytes, 'fuzz.safetensors').tensors),
});

test('ONNX: 1,200 files with changed bytes, seed 51', () => {
  const good = richOnnx();
  checkModel(importOnnx(good));
  const counts = fuzz(51, 1200, importOnnx, (rng) => flipBytes(rng, good));
  expect(counts.refused).toBeGreaterThan(300);
  expect(counts.read).toBeGreaterThan(100);
});

test('ONNX: 800 files with changed lengths, seed 52', () => {
  const good = richOnnx();
  const places = lengthsOf(good, MODEL);
  expect(places.length).toBeGreaterThan(100);
  const lengths = [
    [0],
    [1],
    [0x7f],
    [0xff, 0xff, 0xff, 0xff, 0x07],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
  ];
  const counts = fuzz(52, 800, importOnnx, (rng) => {
    const at = rng.pick(places);
    const end = good.findIndex((byte, n) => n >= at && byte < 0x80) + 1;
    const length = rng.integer(0, 1) === 0 ? rng.pick(lengths) : [rng.integer(0, 127)];
    return Buffer.concat([good.subarray(0, at), Uint8Array.from(length), good.subarray(end)]);
  });
  expect(counts.refused).toBeGreaterThan(400);
});

/** Input scaling, a layer in both directions, two layers in one, and an output layer. */
function richKaldi(): string {
  const rng = new Rng(42);
  const layers = [kaldiLayer(rng, 2, 2, 1), kaldiLayer(rng, 1, 1, 2)];
  const text = kaldiText(layers, { classes: 2, weight: normals(rng, 4), bias: Float64Array.from(normals(rng, 2)) });
  const both = blstmComponent(kaldiLayer(rng, 2, 1, 1), kaldiLayer(rng, 2, 1, 1));
  const shift = '<AddShift> 2 2 <LearnRateCoef> 0 [ 1 2 ]\n<Rescale> 2 2 [ 3 4 ]\n<Sigmoid> 2 2 \n';
  return text.replace('<Nnet> \n', `<Nnet> \n${shift}${both}`);
}

test('Kaldi: 500 files with changed bytes, seed 53, and 500 with changed words, seed 54', () => {
  const good = new TextEncoder().encode(richKaldi());
  checkModel(importKaldi(good));
  const bytes = fuzz(53, 500, importKaldi, (rng) => flipBytes(rng, good, [...Buffer.from('01234567 .')]));
  expect(bytes.refused).toBeGreaterThan(200);
  expect(bytes.read).toBeGreaterThan(20);
  const words = richKaldi().split(' ');
  const others = [
    '',
    '[',
    ']',
    '\n',
    '0',
    '-1',
    '1e99',
    '4096',
    '99999999999999999999',
    'nan',
    '<CellDim>',
    '</Nnet>',
    '<LstmProjected>',
  ];
  const swapped = fuzz(54, 500, importKaldi, (rng) => {
    const changed = words.with(rng.integer(0, words.length - 1), rng.pick([...others, rng.pick(words)]));
    return maybeCut(rng, new TextEncoder().encode(changed.join(' ')));
  });
  expect(swapped.refused).toBeGreaterThan(300);
});

test('safetensors: 400 files with changed bytes or header lengths, seed 55', () => {
  const good = writeSafetensors(lstmTensors());
  const counts = fuzz(55, 400, importSafetensors, (rng) => {
    if (rng.integer(0, 1) === 0) return flipBytes(rng, good);
    const bytes = good.slice();
    const length = rng.pick([
      0n,
      1n,
      2n ** 24n,
      2n ** 24n + 1n,
      2n ** 63n,
      BigInt(bytes.length),
      BigInt(rng.integer(0, 2000)),
    ]);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  });
  expect(counts.refused).toBeGreaterThan(200);
});
