import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkOfTensors, parseSafetensors } from '../../../src/model/import/safetensors.ts';
import { writeSafetensors } from '../../../src/model/import/write_safetensors.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { Rng } from '../../../src/util/rng.ts';
import { checkGraph } from '../../lib/check_graph.ts';
import { fileOf, lstmTensors, partsOf } from './safetensors_fixture.ts';

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message;
  }
  throw new Error('expected an EsegenError, nothing was thrown');
}

const parseHeaderText = (header: string, data: Uint8Array | number = 0) =>
  parseSafetensors(fileOf(header, data), 'm.safetensors');

const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe('round trip', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'constructor', '../../etc/passwd', '', '7', '\u0000\u001b[2J', '\ud800'),
  );
  const tensor = fc
    .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.boolean(), fc.integer())
    .map(([shape, double, seed]) => {
      const rng = new Rng(seed);
      const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal());
      return { shape, data: double ? Float64Array.from(values) : Float32Array.from(values) };
    });
  const tensors = fc
    .array(fc.tuple(name, tensor), { maxLength: 6 })
    .map((list) => new Map(list.filter(([key]) => key !== '__metadata__')));

  test('gives every tensor and text back, whatever their names', () => {
    const texts = fc
      .array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 3 })
      .map((list) => new Map(list));
    fc.assert(
      fc.property(tensors, texts, (written, metadata) => {
        const read = parseSafetensors(writeSafetensors(written, metadata), 'm');
        expect(new Set(read.tensors.keys())).toEqual(new Set(written.keys()));
        for (const [key, { shape, data }] of written) {
          const tensor = read.tensors.get(key)!;
          expect(tensor.shape).toEqual(shape);
          expect(tensor.floats()).toEqual(data);
        }
        expect(new Map(read.metadata)).toEqual(metadata);
      }),
    );
  });

  test('the order of the map does not change the bytes', () => {
    fc.assert(
      fc.property(tensors, (written) => {
        expect(writeSafetensors(new Map([...written].reverse()))).toEqual(writeSafetensors(written));
      }),
    );
  });

  test('data begin at a multiple of 8 bytes', () => {
    for (const length of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const bytes = writeSafetensors(new Map([['x'.repeat(length), { shape: [1], data: Float64Array.of(1) }]]));
      expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
    }
  });

  test('the writer refuses a shape that does not fit, and the reserved name', () => {
    expect(messageOf(() => writeSafetensors(new Map([['a', { shape: [2, 2], data: new Float32Array(3) }]])))).toBe(
      '"a": expected as many values as shape [2, 2] has elements, got 3',
    );
    expect(
      messageOf(() => writeSafetensors(new Map([['__metadata__', { shape: [], data: new Float32Array(1) }]]))),
    ).toContain('reserved');
  });
});

describe('16-bit floats widen exactly', () => {
  const read = (dtype: string, bits: number[]) => {
    const data = new Uint8Array(2 * bits.length);
    bits.forEach((word, i) => {
      new DataView(data.buffer).setUint16(2 * i, word, true);
    });
    return parseHeaderText(`{"x":${entry(dtype, `[${bits.length}]`, `[0,${data.length}]`)}}`, data)
      .tensors.get('x')!
      .floats();
  };

  test('F16', () => {
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x8000, 0x3555];
    const values = [1, -2, 65504, 2 ** -14, 2 ** -24, 1023 * 2 ** -24, -0, 0.333251953125];
    expect(read('F16', bits)).toEqual(Float32Array.from(values));
  });

  test('BF16', () => {
    const bits = [0x3f80, 0xc000, 0x7f7f, 0x0001, 0x8000, 0x4049];
    const values = [1, -2, 255 * 2 ** 120, 2 ** -133, -0, 3.140625];
    expect(read('BF16', bits)).toEqual(Float32Array.from(values));
  });

  test.each([
    ['F16', 0x7c00, 'Infinity'],
    ['F16', 0xfe00, 'NaN'],
    ['BF16', 0xff80, '-Infinity'],
    ['BF16', 0x7fc0, 'NaN'],
  ])('%s %i is refused as %s, with its index', (dtype, word, text) => {
    expect(messageOf(() => read(dtype, [0, 0, word]))).toBe(
      `m.safetensors: "x": value 2 (row-major) is ${text}, expected only finite values. ` +
        'Check the training run for divergence and export the model again',
    );
  });
});

describe('damaged containers', () => {
  const damaged = 'The file is damaged or not a safetensors file; export or copy it again';
  const ok = entry('F32', '[1]', '[0,4]');

  test('an oversized header length is refused before anything is allocated', () => {
    const bytes = new Uint8Array(64);
    new DataView(bytes.buffer).setBigUint64(0, 10_000_000_000n, true);
    expect(messageOf(() => parseSafetensors(bytes, 'm'))).toBe(
      `m: expected a header of at most 16777216 bytes, got 10000000000. ${damaged}`,
    );
    new DataView(bytes.buffer).setBigUint64(0, 57n, true);
    expect(messageOf(() => parseSafetensors(bytes, 'm'))).toBe(
      `m: expected a header of 57 bytes, but the file ends 56 bytes behind its length. ${damaged}`,
    );
  });

  test('every truncation of a good file is refused', () => {
    const bytes = writeSafetensors(new Map([['x', { shape: [2], data: Float32Array.of(1, 2) }]]));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseSafetensors(bytes.subarray(0, length), 'm')).toThrow(EsegenError);
    }
    expect(parseSafetensors(bytes, 'm').tensors.size).toBe(1);
  });

  test.each([
    ['not JSON', '{"x":', 0, 'expected a header of JSON in UTF-8'],
    ['empty header', '', 0, 'expected a header of JSON in UTF-8'],
    ['deep nesting', '['.repeat(100_000), 0, 'expected a header of at most 8 nested levels, got more'],
    ['an array', '[]', 0, 'expected a header that is a JSON object'],
    ['null', 'null', 0, 'expected a header that is a JSON object'],
    ['metadata that are no object', '{"__metadata__":3}', 0, '__metadata__: expected an object of texts'],
    ['metadata that are no text', '{"__metadata__":{"a":3}}', 0, '__metadata__ "a": expected a text'],
    ['an entry that is no object', '{"x":1}', 0, '"x": expected an object with dtype, shape and data_offsets'],
    [
      'no dtype',
      '{"x":{"shape":[1],"data_offsets":[0,4]}}',
      4,
      '"x": expected a dtype such as F32, F64, F16 or BF16, got no',
    ],
    ['an unknown dtype', `{"x":${entry('F33', '[1]', '[0,4]')}}`, 4, 'or BF16, got "F33"'],
    ['a negative size', `{"x":${entry('F32', '[-1]', '[0,4]')}}`, 4, '"x": expected a shape of non-negative integers'],
    [
      'a fractional size',
      `{"x":${entry('F32', '[0.5]', '[0,4]')}}`,
      4,
      '"x": expected a shape of non-negative integers',
    ],
    ['a size beyond integers', `{"x":${entry('F32', '[1e300]', '[0,4]')}}`, 4, '"x": expected a shape of non-neg'],
    ['a size that is a text', `{"x":${entry('F32', '["1"]', '[0,4]')}}`, 4, '"x": expected a shape of non-negative'],
    [
      'a huge product',
      `{"x":${entry('F32', '[9000000000,9000000000]', '[0,4]')}}`,
      4,
      'more elements than a file can hold',
    ],
    [
      'three offsets',
      `{"x":${entry('F32', '[1]', '[0,4,8]')}}`,
      4,
      '"x": expected data_offsets [begin, end] of non-neg',
    ],
    ['reversed offsets', `{"x":${entry('F32', '[1]', '[4,0]')}}`, 4, "inside the file's 4 data bytes, got [4, 0]"],
    ['offsets past the end', `{"x":${entry('F32', '[2]', '[0,8]')}}`, 4, "inside the file's 4 data bytes, got [0, 8]"],
    [
      'a shape that does not fit',
      `{"x":${entry('F32', '[2]', '[0,4]')}}`,
      4,
      'shape [2] of F32 takes 8 bytes, but data_',
    ],
    [
      'an overlap',
      `{"x":${ok},"y":${ok}}`,
      4,
      '"y": overlaps the tensor before it: expected to begin at data byte 4, got 0',
    ],
    ['a gap', `{"x":${ok},"y":${entry('F32', '[1]', '[8,12]')}}`, 12, '"y": leaves a gap behind the tensor before it'],
    ['data before the first', `{"x":${entry('F32', '[1]', '[4,8]')}}`, 8, '"x": leaves a gap'],
    ['data behind the last', `{"x":${ok}}`, 8, 'the tensors fill 4 bytes, but the file holds 8 data bytes'],
    ['a name that occurs twice', `{"x":${ok},"x" : ${ok}}`, 4, 'the header holds "x" twice, expected unique names'],
    ['a name that occurs twice, escaped', `{"x":${ok},"\\u0078":${ok}}`, 4, 'the header holds "x" twice'],
    [
      'a field that occurs twice',
      `{"x":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}}`,
      4,
      '"dtype" twice',
    ],
  ])('%s', (_, header, data, text) => {
    const message = messageOf(() => parseHeaderText(header, data));
    expect(message).toContain(text);
    expect(message).toMatch(/^m\.safetensors: /);
    expect(message.endsWith(damaged)).toBe(true);
  });

  test('keys with quotes, braces and colons inside are not taken for others', () => {
    const header = `{"a\\":{":${ok},"a\\":{ ":${entry('F32', '[1]', '[4,8]')},"__metadata__":{"a":"a\\\\","b":"a:"}}`;
    expect([...parseHeaderText(header, 8).tensors.keys()]).toEqual(['a":{', 'a":{ ']);
    expect(parseHeaderText(`{"${'[{\\"'.repeat(20)}":${ok}}`, 4).tensors.size).toBe(1);
  });

  test('hostile names are quoted and cut in messages', () => {
    const name = '\u001b[2J\u202e/../__proto__\u0085\u{e0001}';
    const message = messageOf(() => parseHeaderText(JSON.stringify({ [name]: 1, [`${'n'.repeat(200)}`]: 2 })));
    expect(message).toContain('"\\u001b[2J\\u{202e}/../__proto__\\u{85}\\u{e0001}"');
    expect(messageOf(() => parseHeaderText(JSON.stringify({ ['n'.repeat(200)]: 2 })))).toContain(
      `"${'n'.repeat(80)}…"`,
    );
  });

  test('__proto__ is a name like any other', () => {
    const { tensors } = parseHeaderText(`{"__proto__":${ok}}`, 4);
    expect([...tensors.keys()]).toEqual(['__proto__']);
    expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  });
});

describe('mutated files', () => {
  const read = (bytes: Uint8Array) => {
    checkGraph(networkOfTensors('m', parseSafetensors(bytes, 'm').tensors));
  };
  const outcome = (bytes: Uint8Array): 'read' | 'refused' => {
    try {
      read(bytes);
      return 'read';
    } catch (error) {
      if (error instanceof EsegenError) return 'refused';
      throw error;
    }
  };

  test('600 files with random bytes changed are refused with an EsegenError or are valid models', () => {
    const good = writeSafetensors(lstmTensors());
    const rng = new Rng(7);
    const counts = { read: 0, refused: 0 };
    for (let n = 0; n < 600; n++) {
      const bytes = good.slice();
      // Mostly the header, where a change matters; sometimes the data.
      const reach = n % 4 === 0 ? bytes.length : 1000;
      for (let change = rng.integer(1, 4); change > 0; change--) {
        bytes[rng.integer(0, reach - 1)] = rng.pick([0, 0xff, 0x22, 0x7b, 0x2c, 0x30, 0x39, rng.integer(0, 255)]);
      }
      counts[outcome(bytes.subarray(0, rng.integer(0, 9) === 0 ? rng.integer(0, bytes.length) : bytes.length))]++;
    }
    expect(counts.refused).toBeGreaterThan(300);
    expect(counts.read).toBeGreaterThan(20);
  });

  test('600 files with one header token replaced are refused with an EsegenError or are valid models', () => {
    const { header, data } = partsOf(lstmTensors());
    const tokens = header.match(/"[^"]*"|\d+|[[\]{},:]/g)!;
    const others = [
      '-1',
      '0',
      '1e99',
      '4096',
      '"__proto__"',
      '"F16"',
      '"I32"',
      '"../x"',
      'null',
      'true',
      '[]',
      '{}',
      '1.5',
      '',
    ];
    const rng = new Rng(11);
    const counts = { read: 0, refused: 0 };
    for (let n = 0; n < 600; n++) {
      const changed = [...tokens];
      changed[rng.integer(0, tokens.length - 1)] = rng.pick([...others, rng.pick(tokens)]);
      counts[outcome(fileOf(changed.join(''), data))]++;
    }
    expect(counts.refused).toBeGreaterThan(300);
  });
});
