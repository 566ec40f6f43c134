import { type FloatTensor, writeSafetensors } from '../../../src/model/import/write_safetensors.ts';
import { Rng } from '../../../src/util/rng.ts';

/** Sizes of a small LSTMP whose four dimensions all differ. */
export const SIZES = { inputs: 3, cells: 5, outputs: 2, classes: 4 };

/** A float32 tensor of normal values. */
export function normal(rng: Rng, ...shape: number[]): FloatTensor {
  const elements = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: elements }, () => rng.normal()) };
}

/** All tensors of a projected LSTM with peepholes and output layer, as PyTorch would name them. */
export function lstmTensors(prefix = 'lstm.', seed = 1): Map<string, FloatTensor> {
  const { inputs, cells, outputs, classes } = SIZES;
  const rng = new Rng(seed);
  return new Map([
    [`${prefix}weight_ih_l0`, normal(rng, 4 * cells, inputs)],
    [`${prefix}weight_hh_l0`, normal(rng, 4 * cells, outputs)],
    [`${prefix}bias_ih_l0`, normal(rng, 4 * cells)],
    [`${prefix}bias_hh_l0`, normal(rng, 4 * cells)],
    [`${prefix}weight_hr_l0`, normal(rng, outputs, cells)],
    [`${prefix}weight_ci`, normal(rng, cells)],
    [`${prefix}weight_cf`, normal(rng, 1, cells)],
    [`${prefix}weight_co_l0`, normal(rng, cells, 1)],
    ['fc.weight', normal(rng, classes, outputs)],
    ['fc.bias', normal(rng, classes)],
  ]);
}

/** A file with this header text and data section, well-formed or not. */
export function fileOf(header: string, data: Uint8Array | number = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const tail = typeof data === 'number' ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + json.length + tail.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(tail, 8 + json.length);
  return bytes;
}

/** Header text and data section of a well-formed file. */
export function partsOf(tensors: ReadonlyMap<string, FloatTensor>): { header: string; data: Uint8Array } {
  const bytes = writeSafetensors(tensors);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return { header: new TextDecoder().decode(bytes.subarray(8, 8 + length)), data: bytes.slice(8 + length) };
}
