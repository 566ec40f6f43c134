import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';

/** Contents of a memory: `depth` words of `width` bits. */
export interface MemImage {
  /** Bits of a word, at least 1. */
  readonly width: number;
  /** Number of words. */
  readonly depth: number;
  /**
   * The words in limbs of 32 bits, least significant limb first, ceil(width / 32) limbs a word: up to 32 bits, element i
   * is word i. Bits beyond `width` are 0.
   */
  readonly words: Uint32Array;
}

const NEWLINE = 0x0a;
const HEX = new TextEncoder().encode('0123456789abcdef');

/**
 * Image of words of up to 32 bits.
 *
 * @param width 1 to 32
 * @param words one element per word, each below 2^width; not copied
 * @throws EsegenError where a word is too wide
 */
export function memFromWords(width: number, words: Uint32Array): MemImage {
  const limit = 2 ** width;
  for (let at = 0; at < words.length; at++) {
    if (words[at]! >= limit) throw tooWide(`word ${at}`, width, words[at]!.toString(16));
  }
  return { width, depth: words.length, words };
}

/**
 * Image of words of any width.
 *
 * @param width at least 1
 * @param values one per word, 0 to 2^width - 1
 * @throws EsegenError where a word is negative or too wide
 */
export function memFromBigInts(width: number, values: readonly bigint[]): MemImage {
  const limbs = limbsOf(width);
  const words = new Uint32Array(values.length * limbs);
  for (const [at, value] of values.entries()) {
    if (BigInt.asUintN(width, value) !== value) throw tooWide(`word ${at}`, width, value.toString(16));
    for (let limb = 0; limb < limbs; limb++)
      words[at * limbs + limb] = Number((value >> BigInt(32 * limb)) & 0xffffffffn);
  }
  return { width, depth: values.length, words };
}

/** Word `at` of an image, 0 to 2^width - 1; `at` in [0, depth). */
export function memWord(image: MemImage, at: number): bigint {
  const limbs = limbsOf(image.width);
  let value = 0n;
  for (let limb = limbs - 1; limb >= 0; limb--) value = (value << 32n) | BigInt(image.words[at * limbs + limb]!);
  return value;
}

/**
 * Text of a memory file for `$readmemh`: exactly `depth` lines, each a word of ceil(width / 4) lower-case hexadecimal
 * digits and a newline.
 */
export function formatMem(image: MemImage): string {
  const { width, depth, words } = image;
  const limbs = limbsOf(width);
  const digits = digitsOf(width);
  const text = new Uint8Array(depth * (digits + 1));
  let out = 0;
  for (let word = 0; word < depth; word++) {
    for (let digit = digits - 1; digit >= 0; digit--) {
      const limb = words[word * limbs + (digit >> 3)]!;
      text[out++] = HEX[(limb >>> (4 * (digit & 7))) & 15]!;
    }
    text[out++] = NEWLINE;
  }
  return new TextDecoder().decode(text);
}

/**
 * Parses what {@link formatMem} wrote. Upper-case digits are read as well; `$readmemh`'s comments, addresses and
 * underscores are not.
 *
 * @param width bits of a word, at least 1
 * @param depth number of words expected
 * @param where file name for messages
 * @throws EsegenError where the number of lines is not `depth`, the last one has no newline, a line has another number of
 *   digits or a character that is not one, or a word has more than `width` bits
 */
export function parseMem(text: string, width: number, depth: number, where: string): MemImage {
  checkLines(text, depth, where);
  const limbs = limbsOf(width);
  const digits = digitsOf(width);
  const words = new Uint32Array(depth * limbs);
  const top = (width - 1) % 4;
  let at = 0;
  for (let word = 0; word < depth; word++) {
    for (let digit = digits - 1; digit >= 0; digit--) {
      const value = digitValue(text.charCodeAt(at++));
      if (value < 0 || (digit === digits - 1 && value >> top > 1)) throw badLine(text, word, width, where);
      words[word * limbs + (digit >> 3)]! |= value << (4 * (digit & 7));
    }
    if (text.charCodeAt(at++) !== NEWLINE) throw badLine(text, word, width, where);
  }
  return { width, depth, words };
}

/** Value of a hexadecimal digit, -1 for any other character. */
function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** What is wrong with the line of word `word`. */
function badLine(text: string, word: number, width: number, where: string): EsegenError {
  const line = text.split('\n', word + 1)[word]!;
  const at = `${where}: line ${word + 1}`;
  if (!/^[0-9a-fA-F]+$/.test(line)) {
    return new EsegenError(at, `expected ${digitsOf(width)} hexadecimal digits, got ${quoteName(line)}`);
  }
  if (BigInt(`0x${line}`) >> BigInt(width) !== 0n)
    return tooWide(at, width, line.length > 80 ? `${line.slice(0, 80)}…` : line);
  return new EsegenError(at, `expected ${digitsOf(width)} hexadecimal digits, got ${line.length}`);
}

/** Checks that there are `depth` lines, all of them ended by a newline. */
function checkLines(text: string, depth: number, where: string): void {
  if (text.length > 0 && !text.endsWith('\n')) {
    throw new EsegenError(where, 'expected a newline at the end', 'The file is cut short; write it again');
  }
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  if (lines !== depth) throw new EsegenError(where, `expected ${depth} lines, one for each word, got ${lines}`);
}

function limbsOf(width: number): number {
  return Math.ceil(width / 32);
}

function digitsOf(width: number): number {
  return Math.ceil(width / 4);
}

function tooWide(where: string, width: number, got: string): EsegenError {
  return new EsegenError(where, `expected a word of ${width} bits, got ${got}`);
}
