import { clog2 } from '../../util/fixed.ts';

/** A memory as several primitives one behind the other: how many, and what its words are chosen with. */
export interface Banks {
  readonly banks: number;
  /** LUTs of the multiplexer over the banks and of their enables. */
  readonly lut: number;
}

/** LUTs of what chooses between banks of a memory, a bit, as Yosys maps it: one to four in a LUT, more behind F7 and F8. */
function choice(banks: number): number {
  return banks < 2 ? 0 : banks <= 4 ? 1 : banks === 5 ? 4 : 3;
}

function banksOf(banks: number, bits: number): Banks {
  return { banks, lut: banks < 2 ? 0 : bits * choice(banks) + banks };
}

/** LUTs that are memory in a distributed RAM with a port to write and one to read, and those of the choice between its banks. */
export interface DistributedRam {
  readonly lutram: number;
  readonly lut: number;
}

/**
 * Distributed RAM: eight LUTs are 14 bits of 32 words (RAM32M16) or 7 bits of 64 words (RAM64M8), UG574. More words are banks of the kind that
 * takes fewer LUTs; of the larger where it takes as many.
 */
export function distributedRam(words: number, bits: number): DistributedRam {
  const of32 = { banks: Math.ceil(words / 32), wide: Math.ceil(bits / 14) };
  const of64 = { banks: Math.ceil(words / 64), wide: Math.ceil(bits / 7) };
  const less = of32.banks * of32.wide < of64.banks * of64.wide || (of32.banks === 3 && words > 64);
  const { banks, wide } = words <= 32 || (words > 64 && less) ? of32 : of64;
  return { lutram: 8 * banks * wide, lut: banksOf(banks, bits).lut };
}

/** Shapes of a block RAM with one port to read and one to write: bits of a word, words, BRAM36 (UG573). */
const SHAPES: readonly (readonly [bits: number, words: number, rams: number])[] = [
  [1, 16_384, 0.5],
  [2, 8192, 0.5],
  [4, 4096, 0.5],
  [9, 2048, 0.5],
  [18, 1024, 0.5],
  [36, 512, 0.5],
  [1, 32_768, 1],
  [2, 16_384, 1],
  [4, 8192, 1],
  [9, 4096, 1],
  [18, 2048, 1],
  [36, 1024, 1],
  [72, 512, 1],
];

/** A memory in block RAM. */
export interface BlockRam extends Banks {
  readonly bram: number;
  /** Registers of the address bits that choose the bank. */
  readonly ff: number;
}

/** Block RAM of a memory: the shape that takes the fewest, of these the one with the fewest banks. */
export function blockRam(words: number, bits: number): BlockRam {
  const [best] = SHAPES.map(([width, depth, rams]) => {
    const banks = Math.ceil(words / depth);
    return { bram: Math.ceil(bits / width) * banks * rams, banks };
  }).toSorted((a, b) => a.bram - b.bram || a.banks - b.banks);
  const { bram, banks } = best!;
  return { bram, ...banksOf(banks, bits), ff: clog2(banks) };
}

/**
 * Block RAMs of 36 Kbit that a memory takes, in halves.
 *
 * @param words at least 1
 * @param bits of a word, at least 1
 */
export function blockRams(words: number, bits: number): number {
  return blockRam(words, bits).bram;
}

/** UltraRAMs of 288 Kbit that a memory takes, 72 bits and 4,096 words each (UG573). */
export function ultraRams(words: number, bits: number): number {
  return Math.ceil(bits / 72) * Math.ceil(words / 4096);
}

/** DSP blocks of a signed product: one of 27 x 18 bits (UG579). */
export function dspBlocks(a: number, b: number): number {
  return Math.ceil(Math.max(a, b) / 27) * Math.ceil(Math.min(a, b) / 18);
}

/** Bits of the place of an element among several. */
type Place = 'short' | 'long';

/**
 * DSP blocks with which Yosys finds an element of a word by its place times the width: none where the width is a power of two. Of an odd width it chooses
 * by a short place in a multiplexer.
 */
export function placeProduct(width: number, place: Place): number {
  if (Number.isInteger(Math.log2(width))) return 0;
  return place === 'short' && width % 2 === 1 ? 0 : 1;
}
