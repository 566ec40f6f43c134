import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { WireType } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  external,
  floats,
  integers,
  onnxFile,
  packed,
  type TensorBytes,
  type TensorType,
  tensor,
} from '../../../../fixtures/onnx_writer.ts';
import type { LstmLayer } from '../../../../src/model/graph.ts';
import { stacked } from '../../../../src/model/import/hardware_model.ts';
import { onnxNetwork } from '../../../../src/model/import/onnx/import_onnx.ts';
import { importModel } from '../../../../src/model/import/read_model.ts';

const node = { op: 'LSTM', name: 'lstm', inputs: ['x', 'W', 'R'], outputs: ['y'] };
const R = floats('R', [1, 4, 1], [1, 2, 3, 4]);

/** A file with one cell and one input; `w` is its weight W [1, 4, 1]. */
const fileWith = (w: TensorBytes, ...more: TensorBytes[]) =>
  onnxFile({ nodes: [node], initializers: [w, R, ...more], inputs: [{ name: 'x', dims: ['T', 1, 1] }] });

/** W as imported, in the order i, f, g, o; the file has i, o, f, c. */
const weightX = (w: TensorBytes) => {
  const { layer } = onnxNetwork('m.onnx', fileWith(w)).graph.nodes[0]!;
  if (layer.kind !== 'lstm') throw new Error(`expected an LSTM, got ${layer.kind}`);
  const { ix, fx, cx, ox } = layer.weights;
  return [ix, fx, cx, ox].flatMap(({ values }) => [...values]);
};

describe('values of all types and places', () => {
  const raw = (bytes: number[]) => (w: BinaryWriter) =>
    w.tag(9, WireType.LengthDelimited).bytes(Uint8Array.from(bytes));
  const halves = [0x3c00, 0xc000, 0x3555, 0x8000];
  const brains = [0x3f80, 0xc000, 0x4049, 0x8000];
  const halfValues = [1, -2, 0.333251953125, -0];
  const brainValues = [1, -2, 3.140625, -0];
  const doubles = [1, -2, 0.1, 1e-300];
  const bytesOf = (values: Uint16Array | Float64Array) => [...new Uint8Array(values.buffer)];

  test.each<[string, TensorType, (w: BinaryWriter) => void, readonly number[]]>([
    ['raw FLOAT16', 'F16', raw(bytesOf(Uint16Array.from(halves))), halfValues],
    ['raw BFLOAT16', 'BF16', raw(bytesOf(Uint16Array.from(brains))), brainValues],
    ['raw DOUBLE', 'F64', raw(bytesOf(Float64Array.from(doubles))), doubles],
    ['float_data', 'F32', (w) => packed(w, 4, (l) => [1, 2, 3, 4].forEach((v) => void l.float(v))), [1, 2, 3, 4]],
    ['double_data', 'F64', (w) => packed(w, 10, (l) => doubles.forEach((v) => void l.double(v))), doubles],
    ['FLOAT16 in int32_data', 'F16', (w) => packed(w, 5, (l) => halves.forEach((v) => void l.int32(v))), halfValues],
    ['BFLOAT16 in int32_data', 'BF16', (w) => packed(w, 5, (l) => brains.forEach((v) => void l.int32(v))), brainValues],
  ])('%s', (_, type, write, [i, o, f, c]) => {
    expect([...weightX(tensor('W', type, [1, 4, 1], write))]).toEqual([i, f, c, o]);
  });

  test('typed data in two pieces are one list', () => {
    const halvesOfList = (w: BinaryWriter) => {
      packed(w, 4, (l) => l.float(1).float(2));
      packed(w, 4, (l) => l.float(3).float(4));
    };
    expect([...weightX(tensor('W', 'F32', [1, 4, 1], halvesOfList))]).toEqual([1, 3, 4, 2]);
  });

  test.each<[string, TensorBytes, string]>([
    ['fewer data', floats('W', [1, 4, 1], [1, 2, 3]), '"W": shape [1, 4, 1] takes 16 bytes, got 12'],
    ['more data', floats('W', [1, 4, 1], [1, 2, 3, 4, 5]), '"W": shape [1, 4, 1] takes 16 bytes, got 20'],
    [
      'fewer varints',
      tensor('W', 'F16', [1, 4, 1], (w) => packed(w, 5, (l) => l.int32(1))),
      '"W": holds 1 values, expected the 4 of its shape',
    ],
    [
      'more varints',
      tensor('W', 'F16', [1, 4, 1], (w) => packed(w, 5, (l) => [1, 2, 3, 4, 5].forEach((v) => void l.int32(v)))),
      '"W": holds more than the 4 values of its shape',
    ],
    [
      'damaged varints',
      tensor('W', 'F16', [1, 4, 1], (w) => w.tag(5, WireType.LengthDelimited).bytes(Uint8Array.of(0x80))),
      '"W": has damaged data',
    ],
    ['no data', tensor('W', 'F32', [1, 4, 1], () => {}), '"W": shape [1, 4, 1] takes 16 bytes, got 0'],
    ['bytes', tensor('W', 'U16', [1, 4, 1], raw([1, 2, 3, 4])), '"W": expected a tensor of FLOAT, FLOAT16,'],
    ['NaN', floats('W', [1, 4, 1], [1, 2, Number.NaN, 4]), '"W": value 2 (row-major) is NaN'],
    ['a huge shape', floats('W', [1, 2 ** 40, 1], [1]), `"W": expected at most ${2 ** 27} elements, got shape [1,`],
    ['a negative size', floats('W', [1, -4, 1], [1]), '"W": expected sizes from 0, got shape [1, -4, 1]'],
  ])('%s are refused', (_, w, text) => {
    expect(() => weightX(w)).toThrow(text);
  });

  test('tensors that the LSTM does not use may have any type', () => {
    const other = tensor('other', 'U16', [2], raw([1]));
    const { tensors } = onnxNetwork('m.onnx', fileWith(floats('W', [1, 4, 1], [1, 2, 3, 4]), other, integers('n', 3)));
    expect(tensors.map(({ dtype }) => dtype)).toEqual(['F32', 'F32', 'type 4', 'I64']);
  });
});

describe('external data', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'esegen-onnx-'));
    mkdirSync(join(folder, 'model', 'data'), { recursive: true });
    const bytes = new Uint8Array(Float32Array.of(9, 9, 1, 2, 3, 4).buffer);
    writeFileSync(join(folder, 'secret.bin'), bytes);
    writeFileSync(join(folder, 'model', 'w.bin'), bytes);
    writeFileSync(join(folder, 'model', 'data', 'w.bin'), bytes);
    writeFileSync(join(folder, 'model', 'short.bin'), bytes.subarray(0, 16));
    writeFileSync(join(folder, 'model', 'huge.bin'), '');
    truncateSync(join(folder, 'model', 'huge.bin'), 2 ** 36);
    symlinkSync('../secret.bin', join(folder, 'model', 'link.bin'));
    symlinkSync('w.bin', join(folder, 'model', 'inner.bin'));
    symlinkSync('..', join(folder, 'model', 'up'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const importWith = (entries: Record<string, string>, dims = [1, 4, 1]) => {
    const path = join(folder, 'model', 'm.onnx');
    writeFileSync(path, fileWith(tensor('W', 'F32', dims, (w) => external(w, entries))));
    return [...stacked(importModel(path).graph.nodes[0]!.layer as LstmLayer).weightX];
  };

  test.each([
    ['beside the model', { location: 'w.bin', offset: '8', length: '16' }],
    ['without a length', { location: 'w.bin', offset: '8' }],
    ['in a folder below, with a checksum', { location: 'data/w.bin', offset: '8', checksum: 'abc' }],
    ['behind a link that stays inside', { location: 'inner.bin', offset: '8' }],
  ])('%s are read', (_, entries) => {
    expect(importWith(entries)).toEqual([1, 3, 4, 2]);
  });

  test.each([
    ['../secret.bin', 'a plain relative path, got "../secret.bin"'],
    ['data/../../secret.bin', 'a plain relative path'],
    ['./w.bin', 'a plain relative path'],
    ['/etc/passwd', 'a plain relative path, got "/etc/passwd"'],
    ['', 'a plain relative path, got ""'],
    ['data//w.bin', 'a plain relative path'],
    ['..\\secret.bin', 'a plain relative path'],
    ['c:w.bin', 'a plain relative path'],
    ['w.bin\u0000.txt', 'a plain relative path'],
    ['link.bin', 'lie outside the folder of the model or are missing'],
    ['up/secret.bin', 'lie outside the folder of the model or are missing'],
    ['none.bin', 'lie outside the folder of the model or are missing'],
    ['data', 'expected a file'],
    ['short.bin', 'its external data end at byte 24 of "short.bin", which has 16'],
  ])('at %j are refused', (location, text) => {
    expect(() => importWith({ location, offset: '8' })).toThrow(text);
  });

  test.each([
    [{ offset: '-1' }, 'expected a byte count as offset of its external data, got "-1"'],
    [{ offset: '1e1' }, 'expected a byte count as offset'],
    [{ offset: '99999999999999999999' }, 'expected a byte count as offset'],
    [{ length: '12' }, 'its shape takes 16 bytes, but its external data have 12'],
    [{ length: '0x10' }, 'expected a byte count as length'],
  ])('with %j are refused', (entries, text) => {
    expect(() => importWith({ location: 'w.bin', ...entries })).toThrow(text);
  });

  test('a huge sparse file is refused before it is read', () => {
    expect(() => importWith({ location: 'huge.bin' }, [1, 2 ** 26, 1])).toThrow('expected H (cells) from 1 to 65536');
  });
});
