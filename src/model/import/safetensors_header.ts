import { duplicateKey } from '../../util/duplicate_key.ts';
import { EsegenError } from '../../util/errors.ts';
import { nestsDeeper } from '../../util/json_depth.ts';
import { formatShape, quoteName } from '../../util/quote_name.ts';

/** Bytes in front of the header: its length, u64 little-endian. */
export const LENGTH_BYTES = 8;

/**
 * Longest header accepted, in bytes. The reference implementation takes 100 MB; a header of 16 MiB describes more than 100,000
 * tensors.
 */
const HEADER_LIMIT = 2 ** 24;

/** Deepest nesting accepted; the format itself needs three levels. */
const DEPTH_LIMIT = 8;

/** Element sizes in bytes of every dtype whose elements are whole bytes. */
const DTYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E5M2', 1],
  ['F8_E4M3', 1],
  ['F8_E8M0', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['I64', 8],
  ['U64', 8],
  ['F64', 8],
  ['C64', 8],
]);

/** Header entry of one tensor. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  /** Dimensions, outermost first; their product times the element size is `end - begin`. */
  readonly shape: readonly number[];
  /** First byte, counted from the start of the data section. */
  readonly begin: number;
  /** Byte behind the last, counted likewise. */
  readonly end: number;
}

/** A safetensors header whose tensors are known to tile the data section without overlap or gap. */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** The `__metadata__` texts. */
  readonly metadata: ReadonlyMap<string, string>;
}

const DAMAGED = 'The file is damaged or not a safetensors file; export or copy it again';

/**
 * Checks the header length in front of the header, before anything is allocated for it.
 *
 * @param where file name for messages
 * @param prefix the first bytes of the file, 8 where it has as many
 * @param fileBytes size of the whole file
 * @returns length of the JSON header in bytes
 * @throws EsegenError where the file is shorter than its header or the header longer than 16 MiB
 */
export function headerLength(where: string, prefix: Uint8Array, fileBytes: number): number {
  if (prefix.length < LENGTH_BYTES) {
    throw new EsegenError(where, `expected at least ${LENGTH_BYTES} bytes, got ${prefix.length}`, DAMAGED);
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(HEADER_LIMIT)) {
    throw new EsegenError(where, `expected a header of at most ${HEADER_LIMIT} bytes, got ${length}`, DAMAGED);
  }
  if (length > BigInt(fileBytes - LENGTH_BYTES)) {
    throw new EsegenError(
      where,
      `expected a header of ${length} bytes, but the file ends ${fileBytes - LENGTH_BYTES} bytes behind its length`,
      DAMAGED,
    );
  }
  return Number(length);
}

/**
 * Parses and checks the JSON header.
 *
 * @param where file name for messages
 * @param bytes the header alone
 * @param dataBytes size of the data section behind it
 * @throws EsegenError where the header is not JSON of the expected form, a name occurs twice, a shape and its byte range
 *   disagree, or the ranges overlap, leave a gap or do not end with the file
 */
export function parseHeader(where: string, bytes: Uint8Array, dataBytes: number): SafetensorsHeader {
  const json = parseJson(where, bytes);
  const entries = new Map<string, TensorEntry>();
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') metadata = parseMetadata(where, value);
    else entries.set(name, parseEntry(where, name, value, dataBytes));
  }
  checkTiling(where, [...entries.values()], dataBytes);
  return { entries, metadata };
}

function parseJson(where: string, bytes: Uint8Array): Record<string, unknown> {
  if (nestsDeeper(bytes, DEPTH_LIMIT)) {
    throw new EsegenError(where, `expected a header of at most ${DEPTH_LIMIT} nested levels, got more`, DAMAGED);
  }
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    throw new EsegenError(where, 'expected a header of JSON in UTF-8', DAMAGED);
  }
  if (!isRecord(json)) throw new EsegenError(where, 'expected a header that is a JSON object', DAMAGED);
  const twice = duplicateKey(text);
  if (twice !== null) {
    throw new EsegenError(where, `the header holds ${quoteName(twice)} twice, expected unique names`, DAMAGED);
  }
  return json;
}

function parseMetadata(where: string, value: unknown): ReadonlyMap<string, string> {
  if (!isRecord(value)) throw new EsegenError(`${where}: __metadata__`, 'expected an object of texts', DAMAGED);
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw new EsegenError(`${where}: __metadata__ ${quoteName(key)}`, 'expected a text', DAMAGED);
    }
    metadata.set(key, text);
  }
  return metadata;
}

function parseEntry(where: string, name: string, value: unknown, dataBytes: number): TensorEntry {
  const at = `${where}: ${quoteName(name)}`;
  if (!isRecord(value)) throw new EsegenError(at, 'expected an object with dtype, shape and data_offsets', DAMAGED);

  const { dtype, shape, data_offsets: offsets } = value;
  const elementBytes = typeof dtype === 'string' ? DTYPE_BYTES.get(dtype) : undefined;
  if (typeof dtype !== 'string' || elementBytes === undefined) {
    const got = typeof dtype === 'string' ? quoteName(dtype) : 'no text';
    throw new EsegenError(at, `expected a dtype such as F32, F64, F16 or BF16, got ${got}`, DAMAGED);
  }
  if (!isSizes(shape)) throw new EsegenError(at, 'expected a shape of non-negative integers', DAMAGED);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new EsegenError(at, 'expected data_offsets [begin, end] of non-negative integers', DAMAGED);
  }

  const bytes = shape.reduce((product, size) => product * size, elementBytes);
  if (!Number.isSafeInteger(bytes)) {
    throw new EsegenError(at, `shape ${formatShape(shape)} has more elements than a file can hold`, DAMAGED);
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin || end > dataBytes) {
    throw new EsegenError(
      at,
      `expected data_offsets inside the file's ${dataBytes} data bytes, got [${begin}, ${end}]`,
      DAMAGED,
    );
  }
  if (end - begin !== bytes) {
    throw new EsegenError(
      at,
      `shape ${formatShape(shape)} of ${dtype} takes ${bytes} bytes, but data_offsets hold ${end - begin}`,
      DAMAGED,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Tensors in file order must follow each other and fill the data section, so that no byte is shared or hidden. */
function checkTiling(where: string, entries: readonly TensorEntry[], dataBytes: number): void {
  const inOrder = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const { name, begin, end } of inOrder) {
    if (begin !== next) {
      const fault = begin < next ? 'overlaps the tensor before it' : 'leaves a gap behind the tensor before it';
      throw new EsegenError(
        `${where}: ${quoteName(name)}`,
        `${fault}: expected to begin at data byte ${next}, got ${begin}`,
        DAMAGED,
      );
    }
    next = end;
  }
  if (next !== dataBytes) {
    throw new EsegenError(where, `the tensors fill ${next} bytes, but the file holds ${dataBytes} data bytes`, DAMAGED);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
