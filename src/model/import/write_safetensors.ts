import { EsegenError } from '../../util/errors.ts';
import { formatShape, quoteName } from '../../util/quote_name.ts';
import type { Floats } from '../graph.ts';
import { LENGTH_BYTES } from './safetensors_header.ts';

/** A tensor to write: Float32Array as F32, Float64Array as F64. */
export interface FloatTensor {
  /** Dimensions, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Row-major, as many values as the shape has elements; NaN and infinities are written as they are. */
  readonly data: Floats;
}

/** A tensor of bytes to write, as U8. */
export interface ByteTensor {
  /** Dimensions, outermost first. */
  readonly shape: readonly number[];
  /** Row-major, as many values as the shape has elements. */
  readonly data: Uint8Array;
}

type TensorData = Floats | Uint8Array;

/**
 * Lays out a safetensors file. Same tensors, same bytes, whatever the order of the maps: F64 first, then F32, then U8, each
 * by name, which keeps every tensor aligned to its element size.
 *
 * @param tensors by name, any text but `__metadata__`
 * @param metadata texts for `__metadata__`, left out where empty
 * @throws EsegenError where a shape does not fit its data or a name is reserved
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, FloatTensor | ByteTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  const placed: { readonly data: TensorData; readonly begin: number }[] = [];
  const fields: string[] = [];
  if (metadata.size > 0) {
    const texts = [...metadata].toSorted(byName).map(([key, text]) => field(key, JSON.stringify(text)));
    fields.push(field('__metadata__', `{${texts.join(',')}}`));
  }
  let dataBytes = 0;
  for (const [name, { shape, data }] of [...tensors].toSorted(
    (a, b) => elementBytes(b) - elementBytes(a) || byName(a, b),
  )) {
    check(name, shape, data);
    const range = [dataBytes, dataBytes + data.byteLength];
    const dtype = data instanceof Float64Array ? 'F64' : data instanceof Float32Array ? 'F32' : 'U8';
    fields.push(field(name, JSON.stringify({ dtype, shape, data_offsets: range })));
    placed.push({ data, begin: dataBytes });
    dataBytes += data.byteLength;
  }

  // Spaces behind the JSON align the data to 8 bytes.
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes).fill(
    0x20,
    LENGTH_BYTES,
    LENGTH_BYTES + headerBytes,
  );
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, LENGTH_BYTES);
  for (const { data, begin } of placed) {
    const at = LENGTH_BYTES + headerBytes + begin;
    if (data instanceof Uint8Array) bytes.set(data, at);
    else putFloats(view, at, data);
  }
  return bytes;
}

function elementBytes([, tensor]: readonly [string, FloatTensor | ByteTensor]): number {
  return tensor.data.BYTES_PER_ELEMENT;
}

/** By UTF-16 code units: the same on every machine, unlike a locale's order. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One JSON field. Built by hand because an object literal would treat `__proto__` and number-like names specially. */
function field(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}

function check(name: string, shape: readonly number[], data: TensorData): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (name === '__metadata__') throw new EsegenError(quoteName(name), 'is reserved for metadata', 'Rename the tensor');
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || elements !== data.length) {
    throw new EsegenError(
      quoteName(name),
      `expected as many values as shape ${formatShape(shape)} has elements, got ${data.length}`,
    );
  }
}

function putFloats(view: DataView, at: number, data: Floats): void {
  if (data instanceof Float64Array) for (let i = 0; i < data.length; i++) view.setFloat64(at + 8 * i, data[i]!, true);
  else for (let i = 0; i < data.length; i++) view.setFloat32(at + 4 * i, data[i]!, true);
}
