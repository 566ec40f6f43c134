import { clog2 } from '../../util/fixed.ts';
import type { Family } from '../parts.ts';

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

/** A primitive of distributed RAM with a port to write and one to read: its LUTs, and its bits where it has 32 or 64 words. */
interface RamPrimitive {
  readonly luts: number;
  readonly of32: number;
  readonly of64: number;
}

/** RAM32M16 and RAM64M8 (UG574); RAM32M and RAM64M of the 7 series (UG474). */
const RAM_PRIMITIVES: Readonly<Record<Family, RamPrimitive>> = {
  xcu: { luts: 8, of32: 14, of64: 7 },
  xcup: { luts: 8, of32: 14, of64: 7 },
  xc7: { luts: 4, of32: 6, of64: 3 },
};

/** Distributed RAM. More words than a primitive has are banks of the kind that takes fewer LUTs; of the larger where it takes as many. */
export function distributedRam(words: number, bits: number, family: Family): DistributedRam {
  const primitive = RAM_PRIMITIVES[family];
  const of32 = { banks: Math.ceil(words / 32), wide: Math.ceil(bits / primitive.of32) };
  const of64 = { banks: Math.ceil(words / 64), wide: Math.ceil(bits / primitive.of64) };
  const less = of32.banks * of32.wide < of64.banks * of64.wide || (of32.banks === 3 && words > 64);
  const { banks, wide } = words <= 32 || (words > 64 && less) ? of32 : of64;
  return { lutram: primitive.luts * banks * wide, lut: banksOf(banks, bits).lut };
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

/** Bits of the wider operand of a DSP block: DSP48E2 (UG579), and DSP48E1 of the 7 series (UG479). The other one has 18. */
const DSP_BITS: Readonly<Record<Family, number>> = { xcu: 27, xcup: 27, xc7: 25 };

/** DSP blocks of a signed product. */
export function dspBlocks(a: number, b: number, family: Family): number {
  return Math.ceil(Math.max(a, b) / DSP_BITS[family]) * Math.ceil(Math.min(a, b) / 18);
}

/** Whether Yosys puts registers around a product into its DSP block: DSP48E1 alone (`xilinx_dsp`). Vivado does so in all families. */
export function packsRegisters(family: Family): boolean {
  return family === 'xc7';
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
