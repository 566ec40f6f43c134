import { BinaryReader } from '@bufbuild/protobuf/wire';
import { EsegenError } from '../../../util/errors.ts';
import { formatShape, quoteName } from '../../../util/quote_name.ts';
import type { Floats } from '../../graph.ts';
import { widenFloats } from '../widen_floats.ts';
import { DOUBLE_DATA, FLOAT_DATA, INT32_DATA, INT64_DATA, type OnnxTensor } from './proto.ts';

/** TensorProto.DataType of the tensors that are read: name, bytes an element as raw data, field of the typed data. */
const TYPES: ReadonlyMap<number, { name: string; bytes: number; field: number }> = new Map([
  [1, { name: 'F32', bytes: 4, field: FLOAT_DATA }],
  [2, { name: 'U8', bytes: 1, field: INT32_DATA }],
  [3, { name: 'I8', bytes: 1, field: INT32_DATA }],
  [6, { name: 'I32', bytes: 4, field: INT32_DATA }],
  [7, { name: 'I64', bytes: 8, field: INT64_DATA }],
  [9, { name: 'BOOL', bytes: 1, field: INT32_DATA }],
  [10, { name: 'F16', bytes: 2, field: INT32_DATA }],
  [11, { name: 'F64', bytes: 8, field: DOUBLE_DATA }],
  [16, { name: 'BF16', bytes: 2, field: INT32_DATA }],
]);

/**
 * Reads the data of a tensor that stand in a file of their own.
 *
 * @param at file and tensor for messages
 * @param entries what the file says of them
 * @param expected bytes of its shape
 */
export type ReadBeside = (at: string, entries: ReadonlyMap<string, string>, expected: number) => Uint8Array;

/** Refuses data in another file, where there is none. */
export const nothingBeside: ReadBeside = (at) => {
  throw new EsegenError(at, 'has its data in another file, which is not at hand', 'Export the model as one file');
};

/** Most elements of a tensor: those of both directions of the largest gate matrix. */
const ELEMENT_LIMIT = 2 ** 27;

/** Element type by its safetensors name where the tensor can be read, else ONNX's number of it. */
export function tensorType({ dataType }: OnnxTensor): string {
  return TYPES.get(dataType)?.name ?? `type ${dataType}`;
}

/**
 * Reads the values of a tensor, row-major: integers, truth values and F64 as Float64Array, F32, F16 and BF16 as Float32Array. Data may stand
 * in the tensor, raw or typed, or in a file of their own beside the model.
 *
 * @param path the model file, for messages
 * @param beside reads data that stand in a file of their own
 * @throws EsegenError where the type is another one, there are more or fewer data than the shape says, a float is NaN or
 *   infinite, or external data do not lie in the folder of the model
 */
export function tensorValues(path: string, tensor: OnnxTensor, beside: ReadBeside): Floats {
  const at = `${path}: ${quoteName(tensor.name)}`;
  const type = TYPES.get(tensor.dataType);
  if (type === undefined) {
    const what = `expected a tensor of FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT8, UINT8, INT32, INT64 or BOOL, got type ${tensor.dataType}`;
    throw new EsegenError(at, what, 'Export the model with floating-point weights; esegen quantizes them itself');
  }
  const elements = elementsOf(at, tensor.dims);
  const bytes = rawBytes(at, tensor, elements, type, beside);
  if (type.name === 'I8') return Float64Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  if (type.name === 'U8' || type.name === 'BOOL') return Float64Array.from(bytes);
  if (type.name === 'I32' || type.name === 'I64') return integers(bytes, type.bytes);
  return widenFloats(at, type.name, bytes);
}

/** Number of elements of a shape, checked before anything is allocated for it. */
export function elementsOf(at: string, dims: readonly number[]): number {
  const elements = dims.reduce((product, size) => product * size, 1);
  if (dims.some((size) => size < 0)) {
    throw new EsegenError(at, `expected sizes from 0, got shape ${formatShape(dims)}`, 'Export the model again');
  }
  if (!dims.every(Number.isSafeInteger) || elements > ELEMENT_LIMIT) {
    throw new EsegenError(at, `expected at most ${ELEMENT_LIMIT} elements, got shape ${formatShape(dims)}`);
  }
  return elements;
}

/** The data as they would stand in `raw_data`, little-endian. */
function rawBytes(
  at: string,
  tensor: OnnxTensor,
  elements: number,
  type: { bytes: number; field: number },
  beside: ReadBeside,
): Uint8Array {
  const expected = elements * type.bytes;
  if (tensor.external !== null) return beside(at, tensor.external, expected);
  const bytes = tensor.raw ?? typedBytes(tensor.packed.get(type.field) ?? [], type, at, elements);
  if (bytes.length !== expected) {
    throw new EsegenError(at, `shape ${formatShape(tensor.dims)} takes ${expected} bytes, got ${bytes.length}`);
  }
  return bytes;
}

/** Typed data in the layout of raw data: FLOAT and DOUBLE are stored so, the other types as varints. */
function typedBytes(
  chunks: readonly Uint8Array[],
  { bytes, field }: { bytes: number; field: number },
  at: string,
  elements: number,
): Uint8Array {
  if (field === FLOAT_DATA || field === DOUBLE_DATA) return joined(chunks);
  const view = new DataView(new ArrayBuffer(elements * bytes));
  let count = 0;
  for (const chunk of chunks) {
    const reader = new BinaryReader(chunk);
    while (reader.pos < reader.len) {
      if (count === elements) throw new EsegenError(at, `holds more than the ${elements} values of its shape`);
      const value = readVarint(at, reader);
      if (bytes === 1) view.setUint8(count, Number(BigInt.asUintN(8, value)));
      else if (bytes === 2) view.setUint16(2 * count, Number(BigInt.asUintN(16, value)), true);
      else if (bytes === 4) view.setInt32(4 * count, Number(BigInt.asIntN(32, value)), true);
      else view.setBigInt64(8 * count, value, true);
      count++;
    }
  }
  if (count < elements) throw new EsegenError(at, `holds ${count} values, expected the ${elements} of its shape`);
  return new Uint8Array(view.buffer);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function readVarint(at: string, reader: BinaryReader): bigint {
  try {
    return BigInt(reader.int64());
  } catch {
    throw new EsegenError(at, 'has damaged data', 'Export or copy the file again');
  }
}

/** Integers that a double holds exactly, as all sizes and positions that a model can mean do. */
function integers(bytes: Uint8Array, size: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / size }, (_, i) =>
    size === 4 ? view.getInt32(4 * i, true) : Number(view.getBigInt64(8 * i, true)),
  );
}
