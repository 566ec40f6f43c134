import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EsegenError } from '../../src/util/errors.ts';
import { encodeNpy, type NpyArray, parseNpy, readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';

const SPACES = (count: number) => Buffer.from(' '.repeat(count)).toString('hex');

/** What `np.save` of NumPy 2.4 wrote. */
const NUMPY: [NpyArray, string][] = [
  [
    { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1.5, -2, 3, 4, 5, 6) },
    `934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c202773686170652` +
      `73a2028322c2033292c207d${SPACES(58)}0a0000c03f000000c000004040000080400000a0400000c040`,
  ],
  [
    { dtype: 'int16', shape: [3], data: Int16Array.of(1, -2, 300) },
    `934e554d5059010076007b276465736372273a20273c6932272c2027666f727472616e5f6f72646572273a2046616c73652c202773686170652` +
      `73a2028332c292c207d${SPACES(60)}0a0100feff2c01`,
  ],
  [
    { dtype: 'int32', shape: [], data: Int32Array.of(7) },
    `934e554d5059010076007b276465736372273a20273c6934272c2027666f727472616e5f6f72646572273a2046616c73652c202773686170652` +
      `73a2028292c207d${SPACES(62)}0a07000000`,
  ],
];

/** A file with this header text, of any version. */
function fileOf(header: string, data = new Uint8Array(0), version = [1, 0]): Uint8Array {
  const bytes = [0, 8, 16, 24].map((shift) => (header.length >> shift) & 255);
  const length = version[0] === 1 ? bytes.slice(0, 2) : bytes;
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), ...version, ...length, ...Buffer.from(header), ...data]);
}

const dict = (descr: string, order: string, shape: string) =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('NumPy', () => {
  test.each(NUMPY)('%o is written and read as NumPy does', (array, hex) => {
    expect(Buffer.from(encodeNpy(array)).toString('hex')).toBe(hex);
    expect(parseNpy(Buffer.from(hex, 'hex'), 'a.npy')).toEqual(array);
  });

  test.each([
    [1, 0],
    [2, 0],
    [3, 0],
  ])('header version %i.%i', (...version) => {
    const bytes = fileOf(dict("'<i2'", 'False', '(2,)'), Uint8Array.of(1, 0, 255, 255), version);
    expect(parseNpy(bytes, 'a')).toEqual({ dtype: 'int16', shape: [2], data: Int16Array.of(1, -1) });
  });

  test('other spellings of the same header', () => {
    const headers = [
      `{"descr":"<i2","fortran_order":False,"shape":(2,)}`,
      `{'shape': (2L,), 'fortran_order': False, 'descr': '<i2'}   \n`,
    ];
    for (const header of headers) {
      expect(parseNpy(fileOf(header, Uint8Array.of(1, 0, 2, 0)), 'a').data).toEqual(Int16Array.of(1, 2));
    }
  });
});

function randomArray(dtype: NpyArray['dtype'], shape: number[], seed: number): NpyArray {
  const rng = new Rng(seed);
  const length = shape.reduce((a, b) => a * b, 1);
  const integers = Array.from({ length }, () => rng.integer(-(2 ** 31), 2 ** 31 - 1));
  const normals = Array.from({ length }, () => rng.normal());
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(normals) };
    case 'float64':
      return { dtype, shape, data: Float64Array.from(normals) };
    case 'int16':
      return { dtype, shape, data: Int16Array.from(integers) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(integers) };
  }
}

test('Fortran order is put into C order', () => {
  // [[1, 2, 3], [4, 5, 6]], and [2, 1, 2, 2] of 0 to 7.
  const flat = Uint8Array.of(1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0);
  const { shape, data } = parseNpy(fileOf(dict("'<i2'", 'True', '(2, 3)'), flat), 'a.npy');
  expect([shape, [...data]]).toEqual([
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ]);
  const deep = Uint8Array.from([0, 4, 2, 6, 1, 5, 3, 7].flatMap((value) => [value, 0]));
  expect([...parseNpy(fileOf(dict("'<i2'", 'True', '(2, 1, 2, 2)'), deep), 'a.npy').data]).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(parseNpy(fileOf(dict("'<i2'", 'True', '(0, 3)'), new Uint8Array(0)), 'a.npy').data).toHaveLength(0);
});

test("NumPy's own integers are read as int32", () => {
  const bytes = Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255);
  const array = parseNpy(fileOf(dict("'<i8'", 'False', '(2,)'), bytes), 'a.npy');
  expect(array).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(5, -2) });
});

test('what is written is read back, for every dtype and rank', () => {
  const arrays = fc
    .tuple(
      fc.constantFrom<NpyArray['dtype'][]>('float32', 'float64', 'int16', 'int32'),
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
      fc.integer(),
    )
    .map(([dtype, shape, seed]) => randomArray(dtype, shape, seed));
  fc.assert(
    fc.property(arrays, (array) => {
      const bytes = encodeNpy(array);
      expect(parseNpy(bytes, 'a')).toEqual(array);
      expect((bytes.length - array.data.byteLength) % 64).toBe(0);
    }),
  );
});

test('files on disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'esegen-npy-'));
  try {
    const path = join(directory, 'a.npy');
    writeNpy(path, NUMPY[0]![0]);
    expect(readNpy(path)).toEqual(NUMPY[0]![0]);
    expect(() => readNpy(join(directory, 'none.npy'))).toThrow(/none\.npy: cannot be read \(ENOENT\)/);
    expect(() => readNpy(directory)).toThrow('expected a file');
    expect(() => writeNpy(join(directory, 'no', 'a.npy'), NUMPY[0]![0])).toThrow(/cannot be written \(ENOENT\)/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe('refused', () => {
  const two = new Uint8Array(4);
  test.each([
    ['another file', Buffer.from('PK\x03\x04 not an array'), 'expected a .npy file, which begins with \\x93NUMPY'],
    ['an empty file', new Uint8Array(0), 'expected a .npy file'],
    [
      'version 4',
      fileOf(dict("'<i2'", 'False', '(2,)'), two, [4, 0]),
      'expected header version 1.0, 2.0 or 3.0, got 4.0',
    ],
    ['a long header', fileOf(' '.repeat(65_537), two, [2, 0]), 'expected a header of at most 65536 bytes, got 65537'],
    ['big-endian', fileOf(dict("'>i2'", 'False', '(2,)'), two), `got "'>i2'" (big-endian)`],
    ['objects', fileOf(dict("'|O'", 'False', '(2,)'), two), `got "'|O'" (objects)`],
    ['records', fileOf(dict("[('a', '<f4')]", 'False', '(2,)'), two), '(records)'],
    [
      'unsigned integers',
      fileOf(dict("'<u2'", 'False', '(2,)'), two),
      `expected dtype <f4, <f8, <i2, <i4, <i8, got "'<u2'"`,
    ],
    ['an order that is a text', fileOf(dict("'<i2'", "'no'", '(2,)'), two), 'True or False, got neither'],
    [
      'rank 9',
      fileOf(dict("'<i2'", 'False', '(1, 1, 1, 1, 1, 1, 1, 1, 2)'), two),
      'expected at most 8 dimensions, got 9',
    ],
    ['a negative size', fileOf(dict("'<i2'", 'False', '(-2,)'), two), 'expected a header with'],
    ['a huge shape', fileOf(dict("'<i2'", 'False', `(${'9'.repeat(30)},)`), two), 'expected a shape of integers'],
    ['a shape with holes', fileOf(dict("'<i2'", 'False', '(2,,)'), two), 'expected a shape of integers'],
    ['a shape that is a text', fileOf(dict("'<i2'", 'False', "'2'"), two), 'expected a shape of integers'],
    [
      'no shape',
      fileOf("{'descr': '<i2', 'fortran_order': False}", two),
      'expected a header with descr, fortran_order',
    ],
    [
      'a field twice',
      fileOf("{'descr': '<i2', 'descr': '<i4', 'fortran_order': False, 'shape': (2,)}", two),
      'a header',
    ],
    [
      'code',
      fileOf("{'descr': __import__('os'), 'fortran_order': False, 'shape': (2,)}", two),
      'expected a header with',
    ],
    [
      'a wide integer',
      fileOf(dict("'<i8'", 'False', '(1,)'), Uint8Array.of(0, 0, 0, 0x80, 0, 0, 0, 0)),
      'value 0 is 2147483648, expected integers of at most 32 bits',
    ],
    ['trailing bytes', fileOf(dict("'<i2'", 'False', '(1,)'), two), 'shape [1] of int16 takes 2 data bytes, got 4'],
    [
      'NaN',
      fileOf(dict("'<f4'", 'False', '(1,)'), Uint8Array.of(0, 0, 0xc0, 0x7f)),
      'value 0 (row-major) is NaN, expected only finite values',
    ],
  ])('%s', (_, bytes, text) => {
    expect(() => parseNpy(bytes, 'a.npy')).toThrow(EsegenError);
    expect(() => parseNpy(bytes, 'a.npy')).toThrow(text);
  });

  test('every truncation', () => {
    const bytes = encodeNpy(NUMPY[0]![0]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseNpy(bytes.subarray(0, length), 'a')).toThrow(EsegenError);
    }
  });

  test('600 files with random bytes changed give an array or an EsegenError', () => {
    const good = encodeNpy(NUMPY[0]![0]);
    const rng = new Rng(5);
    for (let n = 0; n < 600; n++) {
      const bytes = good.slice();
      for (let change = rng.integer(1, 3); change > 0; change--) bytes[rng.integer(0, 90)] = rng.integer(0, 127);
      try {
        parseNpy(bytes, 'a');
      } catch (error) {
        expect(error).toBeInstanceOf(EsegenError);
      }
    }
  });

  test('the writer refuses what the reader would', () => {
    const data = Float32Array.of(1, Number.NaN);
    expect(() => encodeNpy({ dtype: 'float32', shape: [2], data })).toThrow('npy: value 1 (row-major) is NaN');
    expect(() => encodeNpy({ dtype: 'float32', shape: [3], data })).toThrow(
      'npy: expected a shape of at most 8 dimensions with 2 elements, got [3]',
    );
    expect(() => encodeNpy({ dtype: 'float32', shape: [1, 1, 1, 1, 1, 1, 1, 1, 2], data })).toThrow(
      'at most 8 dimensions',
    );
  });
});
