import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMem, memFromBigInts, memFromWords, memWord, parseMem } from '../../src/program/mem_image.ts';
import { EsegenError } from '../../src/util/errors.ts';

const images = fc
  .integer({ min: 1, max: 130 })
  .chain((width) =>
    fc
      .array(fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n }), { maxLength: 20 })
      .map((values) => ({ width, values })),
  );

describe('formatMem', () => {
  it('writes a fixed number of digits, a word a line', () => {
    expect(formatMem(memFromWords(13, Uint32Array.of(0, 1, 0x1fff)))).toBe('0000\n0001\n1fff\n');
    expect(formatMem(memFromWords(1, Uint32Array.of(1, 0)))).toBe('1\n0\n');
    expect(formatMem(memFromWords(32, Uint32Array.of(0xdeadbeef)))).toBe('deadbeef\n');
    expect(formatMem(memFromBigInts(33, [0x1_0000_0000n, 5n]))).toBe('100000000\n000000005\n');
    expect(formatMem(memFromWords(8, new Uint32Array(0)))).toBe('');
  });

  it('writes what BigInt writes', () => {
    fc.assert(
      fc.property(images, ({ width, values }) => {
        const digits = Math.ceil(width / 4);
        const lines = values.map((value) => `${value.toString(16).padStart(digits, '0')}\n`);
        expect(formatMem(memFromBigInts(width, values))).toBe(lines.join(''));
      }),
    );
  });
});

describe('images', () => {
  it('hold the words they were made from', () => {
    fc.assert(
      fc.property(images, ({ width, values }) => {
        const image = memFromBigInts(width, values);
        expect(image.depth).toBe(values.length);
        expect(values.map((_, at) => memWord(image, at))).toEqual(values);
      }),
    );
  });

  it('are the same from either kind of words', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), (words) => {
        expect(memFromWords(16, Uint32Array.from(words))).toEqual(memFromBigInts(16, words.map(BigInt)));
      }),
    );
  });

  it('reject words that are too wide', () => {
    expect(() => memFromWords(4, Uint32Array.of(15, 16))).toThrow(
      new EsegenError('word 1', 'expected a word of 4 bits, got 10'),
    );
    expect(() => memFromBigInts(64, [1n << 64n])).toThrow('word 0: expected a word of 64 bits, got 10000000000000000');
    expect(() => memFromBigInts(8, [-1n])).toThrow('word 0: expected a word of 8 bits, got -1');
  });
});

describe('parseMem', () => {
  it('gives back the image', () => {
    fc.assert(
      fc.property(images, ({ width, values }) => {
        const image = memFromBigInts(width, values);
        expect(parseMem(formatMem(image), width, image.depth, 'w.mem')).toEqual(image);
      }),
    );
  });

  it('reads upper-case digits', () => {
    expect(parseMem('aB\nFF\n', 8, 2, 'w.mem')).toEqual(memFromWords(8, Uint32Array.of(0xab, 0xff)));
  });

  it.each([
    ['00\n', 8, 2, 'w.mem: expected 2 lines, one for each word, got 1'],
    ['00\n11\n22\n', 8, 2, 'w.mem: expected 2 lines, one for each word, got 3'],
    ['', 8, 1, 'w.mem: expected 1 lines, one for each word, got 0'],
    ['00\n11', 8, 2, 'w.mem: expected a newline at the end. The file is cut short; write it again'],
    ['00\n1x\n', 8, 2, 'w.mem: line 2: expected 2 hexadecimal digits, got "1x"'],
    ['00\r\n', 8, 1, 'w.mem: line 1: expected 2 hexadecimal digits, got "00\\r"'],
    ['00\n\n', 8, 2, 'w.mem: line 2: expected 2 hexadecimal digits, got ""'],
    ['00\n1\n', 8, 2, 'w.mem: line 2: expected 2 hexadecimal digits, got 1'],
    ['000\n', 8, 1, 'w.mem: line 1: expected 2 hexadecimal digits, got 3'],
    ['100\n', 8, 1, 'w.mem: line 1: expected a word of 8 bits, got 100'],
    ['1f\n2f\n', 5, 2, 'w.mem: line 2: expected a word of 5 bits, got 2f'],
    ['200000000\n', 33, 1, 'w.mem: line 1: expected a word of 33 bits, got 200000000'],
    ['@0\n', 8, 1, 'w.mem: line 1: expected 2 hexadecimal digits, got "@0"'],
  ])('rejects %j of %i bits and %i words', (text, width, depth, message) => {
    const parse = () => parseMem(text, width, depth, 'w.mem');
    expect(parse).toThrow(EsegenError);
    let got = '';
    try {
      parse();
    } catch (error) {
      got = (error as EsegenError).message;
    }
    expect(got).toBe(message);
  });
});
