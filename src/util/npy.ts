import { readFileSync, statSync } from 'node:fs';
import { EsegenError } from './errors.ts';
import { causeOf } from './file_error.ts';
import { writeFiles } from './write_files.ts';

/** A C-ordered array of rank 0 to 8, as NumPy's `.npy` files hold it. */
export type NpyArray =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'float64'; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly dtype: 'int16'; readonly shape: readonly number[]; readonly data: Int16Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

type Dtype = NpyArray['dtype'];

/** Largest file that is read, in bytes. */
const FILE_LIMIT = 2 ** 30;
const RANK_LIMIT = 8;
/** Longest header that is read, in bytes; NumPy writes 118 for the arrays of this module. */
const HEADER_LIMIT = 2 ** 16;
const MAGIC = '\x93NUMPY';
const FIX = 'Save it with np.save(path, np.ascontiguousarray(a, dtype="<f4"))';

/** What files are written in, and how the types are called in them. */
const DESCR: ReadonlyMap<Dtype, string> = new Map([
  ['float32', '<f4'],
  ['float64', '<f8'],
  ['int16', '<i2'],
  ['int32', '<i4'],
]);

/** What files are read in: NumPy's own integers too, where they fit 32 bits. */
const READABLE: ReadonlyMap<Dtype | 'int64', string> = new Map<Dtype | 'int64', string>([...DESCR, ['int64', '<i8']]);

interface Header {
  readonly dtype: Dtype | 'int64';
  /** Whether the first axis is the innermost. */
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** First byte of the data. */
  readonly dataAt: number;
}

/**
 * Reads a `.npy` file.
 *
 * @throws EsegenError where the file cannot be read, is larger than 1 GiB, or as `parseNpy`
 */
export function readNpy(path: string): NpyArray {
  let bytes: Uint8Array;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new EsegenError(path, 'expected a file', 'Name a .npy file');
    if (stat.size > FILE_LIMIT) {
      throw new EsegenError(path, `expected at most ${FILE_LIMIT} bytes, got ${stat.size}`, 'Split the array');
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof EsegenError) throw error;
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Check the path and its permissions');
  }
  return parseNpy(bytes, path);
}

/**
 * Parses the bytes of a `.npy` file, header version 1, 2 or 3: little-endian float32, float64, int16, int32 or int64,
 * rank 0 to 8, finite values. Arrays in Fortran order are put into C order, int64 becomes int32.
 *
 * @param where file name for messages
 * @throws EsegenError where the file is truncated or has trailing bytes, is big-endian, of another dtype or rank, or
 *   holds a NaN, an infinity or an integer that int32 cannot hold
 */
export function parseNpy(bytes: Uint8Array, where: string): NpyArray {
  const { dtype, isFortran, shape, dataAt } = parseFrame(bytes, where);
  const elements = shape.reduce((product, size) => product * size, 1);
  const expected = elements * Number(READABLE.get(dtype)!.slice(2));
  if (bytes.length - dataAt !== expected) {
    throw new EsegenError(
      where,
      `shape [${shape.join(', ')}] of ${dtype} takes ${expected} data bytes, got ${bytes.length - dataAt}`,
      'The file is damaged; save or copy it again',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt, expected);
  const array = decode(where, dtype, shape, view, elements);
  checkFinite(where, array);
  if (isFortran) reorder(array);
  return array;
}

/**
 * Writes a `.npy` file as `encodeNpy` lays it out.
 *
 * @throws EsegenError where the array is not valid or the file cannot be written
 */
export function writeNpy(path: string, array: NpyArray): void {
  writeFiles(new Map([[path, encodeNpy(array, path)]]));
}

/**
 * Lays out a `.npy` file, version 1.0, byte for byte as `np.save` of NumPy 2 does.
 *
 * @param where file name for messages
 * @throws EsegenError where the shape does not fit the data or has more than eight dimensions, or a value is not finite
 */
export function encodeNpy(array: NpyArray, where = 'npy'): Uint8Array {
  const { dtype, shape, data } = array;
  const elements = shape.reduce((product, size) => product * size, 1);
  if (shape.length > RANK_LIMIT || !shape.every(isSize) || elements !== data.length) {
    const what = `expected a shape of at most ${RANK_LIMIT} dimensions with ${data.length} elements`;
    throw new EsegenError(where, `${what}, got [${shape.join(', ')}]`);
  }
  checkFinite(where, array);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  // NumPy leaves room for the first dimension to grow to 21 digits, then pads with 1 to 64 spaces and a newline.
  const growth = shape.length > 0 ? ' '.repeat(21 - String(shape[0]).length) : '';
  const dict = `{'descr': '${DESCR.get(dtype)!}', 'fortran_order': False, 'shape': ${tuple}, }${growth}`;
  const dataAt = (Math.floor((10 + dict.length + 1) / 64) + 1) * 64;

  const bytes = new Uint8Array(dataAt + data.byteLength);
  const view = new DataView(bytes.buffer);
  putLatin1(bytes, 0, `${MAGIC}\x01\x00`);
  view.setUint16(8, dataAt - 10, true);
  putLatin1(bytes, 10, `${dict.padEnd(dataAt - 11)}\n`);
  const put = setter(view, dtype);
  for (let i = 0; i < data.length; i++) put(dataAt + i * data.BYTES_PER_ELEMENT, data[i]!);
  return bytes;
}

function checkFinite(where: string, { data }: NpyArray): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new EsegenError(where, `value ${i} (row-major) is ${data[i]}, expected only finite values`);
    }
  }
}

/** Magic, version and header length, then the header itself. */
function parseFrame(bytes: Uint8Array, where: string): Header {
  if (bytes.length < 10 || latin1(bytes, 0, 6) !== MAGIC) {
    throw new EsegenError(where, 'expected a .npy file, which begins with \\x93NUMPY', FIX);
  }
  const [major, minor] = [bytes[6]!, bytes[7]!];
  if (major < 1 || major > 3 || minor !== 0) {
    throw new EsegenError(where, `expected header version 1.0, 2.0 or 3.0, got ${major}.${minor}`, FIX);
  }
  const headerAt = major === 1 ? 10 : 12;
  if (bytes.length < headerAt) throw truncated(where, headerAt, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dataAt = headerAt + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataAt) throw truncated(where, dataAt, bytes.length);
  if (dataAt - headerAt > HEADER_LIMIT) {
    throw new EsegenError(where, `expected a header of at most ${HEADER_LIMIT} bytes, got ${dataAt - headerAt}`, FIX);
  }
  return { ...parseDict(latin1(bytes, headerAt, dataAt), where), dataAt };
}

function truncated(where: string, expected: number, got: number): EsegenError {
  const what = `ends in its header: expected at least ${expected} bytes, got ${got}`;
  return new EsegenError(where, what, 'The file is damaged; save or copy it again');
}

/** The header is a Python dict of three fields, whose values are plain: text, True or False, tuple of integers. */
function parseDict(text: string, where: string): Omit<Header, 'dataAt'> {
  const fields = new Map<string, string>();
  const field = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\sL,]*\)|\[[^\]]*\])\s*(,|(?=\}))/y;
  const open = /^\s*\{/.exec(text);
  field.lastIndex = open?.[0].length ?? text.length;
  let end = field.lastIndex;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    if (fields.has(match[2]!)) break;
    fields.set(match[2]!, match[3]!);
    end = field.lastIndex;
  }
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => fields.get(key));
  const whole = open !== null && /^\s*\}\s*$/.test(text.slice(end)) && fields.size === 3;
  if (!whole || descr === undefined || order === undefined || shape === undefined) {
    throw new EsegenError(where, 'expected a header with descr, fortran_order and shape', FIX);
  }
  if (order !== 'False' && order !== 'True') {
    throw new EsegenError(where, 'expected fortran_order True or False, got neither', FIX);
  }
  return { dtype: parseDescr(descr, where), isFortran: order === 'True', shape: parseShape(shape, where) };
}

function parseDescr(descr: string, where: string): Dtype | 'int64' {
  for (const [dtype, known] of READABLE) if (descr.slice(1, -1) === known) return dtype;
  const why = /^.>/.test(descr)
    ? ' (big-endian)'
    : descr.startsWith('[')
      ? ' (records)'
      : /O/.test(descr)
        ? ' (objects)'
        : '';
  const got = `${JSON.stringify(descr.slice(0, 40))}${why}`;
  throw new EsegenError(where, `expected dtype ${[...READABLE.values()].join(', ')}, got ${got}`, FIX);
}

function parseShape(tuple: string, where: string): readonly number[] {
  const sizes = tuple
    .slice(1, -1)
    .split(',')
    .map((size) => size.trim().replace(/L$/, ''));
  if (sizes.at(-1) === '') sizes.pop();
  const shape = sizes.map((size) => (/^\d+$/.test(size) ? Number(size) : Number.NaN));
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!tuple.startsWith('(') || !shape.every(isSize) || !Number.isSafeInteger(elements)) {
    throw new EsegenError(where, `expected a shape of integers, got ${JSON.stringify(tuple.slice(0, 40))}`, FIX);
  }
  if (shape.length > RANK_LIMIT) {
    throw new EsegenError(where, `expected at most ${RANK_LIMIT} dimensions, got ${shape.length}`, 'Reshape the array');
  }
  return shape;
}

function decode(
  where: string,
  dtype: Dtype | 'int64',
  shape: readonly number[],
  view: DataView,
  elements: number,
): NpyArray {
  switch (dtype) {
    case 'float32': {
      const data = new Float32Array(elements);
      for (let i = 0; i < elements; i++) data[i] = view.getFloat32(4 * i, true);
      return { dtype, shape, data };
    }
    case 'float64': {
      const data = new Float64Array(elements);
      for (let i = 0; i < elements; i++) data[i] = view.getFloat64(8 * i, true);
      return { dtype, shape, data };
    }
    case 'int16': {
      const data = new Int16Array(elements);
      for (let i = 0; i < elements; i++) data[i] = view.getInt16(2 * i, true);
      return { dtype, shape, data };
    }
    case 'int32': {
      const data = new Int32Array(elements);
      for (let i = 0; i < elements; i++) data[i] = view.getInt32(4 * i, true);
      return { dtype, shape, data };
    }
    case 'int64': {
      const data = new Int32Array(elements);
      for (let i = 0; i < elements; i++) {
        const value = view.getBigInt64(8 * i, true);
        data[i] = Number(value);
        if (BigInt(data[i]!) !== value) {
          throw new EsegenError(
            where,
            `value ${i} is ${value}, expected integers of at most 32 bits`,
            'Check the array',
          );
        }
      }
      return { dtype: 'int32', shape, data };
    }
  }
}

/** From Fortran order into C order, in place. */
function reorder({ shape, data }: NpyArray): void {
  const given = data.slice();
  const at = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis]! + at[axis]!;
    data[i] = given[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at[axis]!++;
      if (at[axis]! < shape[axis]!) break;
      at[axis] = 0;
    }
  }
}

function setter(view: DataView, dtype: Dtype): (at: number, value: number) => void {
  switch (dtype) {
    case 'float32':
      return (at, value) => view.setFloat32(at, value, true);
    case 'float64':
      return (at, value) => view.setFloat64(at, value, true);
    case 'int16':
      return (at, value) => view.setInt16(at, value, true);
    case 'int32':
      return (at, value) => view.setInt32(at, value, true);
  }
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function latin1(bytes: Uint8Array, begin: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + begin, end - begin).toString('latin1');
}

function putLatin1(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(Buffer.from(text, 'latin1'), at);
}
