import { clog2 } from '../util/fixed.ts';
import type { NetworkSizes } from './network_sizes.ts';

/**
 * Cycles of a stage of the forward network for blocks of so many elements: rotations take two more, for their products and sums. The first two stages are one
 * sum of four.
 */
export function forwardStageCycles(m: number, block: number): number {
  if (m === 2) return block === 2 ? 1 : 0;
  return m < 8 ? 1 : 3;
}

/** The same of the inverse network, of which the last two stages go into the register of its elements. */
export function inverseStageCycles(m: number): number {
  return m < 8 ? 0 : 3;
}

/** Cycles of all stages of a network for blocks of so many elements. */
function stagesCycles(block: number, cyclesOf: (m: number) => number): number {
  let cycles = 0;
  for (let m = 2; m <= block; m *= 2) cycles += cyclesOf(m);
  return cycles;
}

/** A block at the forward network -> its spectrum: the stages, the division. */
export function forwardCycles(blocks: readonly number[]): number {
  const { block } = largestBlock(blocks);
  return stagesCycles(block, (m) => forwardStageCycles(m, block)) + 1;
}

/** A word is read for its spectra -> they are turned: VMEM, the network, the turn. */
export function spectrumArrives(blocks: readonly number[]): number {
  return 3 + forwardCycles(blocks) + 1;
}

/** Sums of a block at the inverse network -> its elements: two cycles of shifts, rounding, the stages, of which the last ones are with the order of time. */
export function inverseCycles(blocks: readonly number[]): number {
  return 3 + stagesCycles(largestBlock(blocks).block, inverseStageCycles) + 1;
}

/** The largest of the blocks, and its logarithm: the size of the networks. */
export function largestBlock(blocks: readonly number[]): { readonly block: number; readonly bits: number } {
  const block = Math.max(...blocks);
  return { block, bits: clog2(block) };
}

/** Elements of whole blocks whose pairs are turned at once: a word, or a block that is longer. */
export function turnedElements({ blocks, elemLanes }: Pick<NetworkSizes, 'blocks' | 'elemLanes'>): number {
  return Math.max(elemLanes, largestBlock(blocks).block);
}

/** Bits of the turn of a block's pairs, as in spectral_order.ts: those of the number of its word, above those of its place in it. */
export function turnBits(
  sizes: Pick<NetworkSizes, 'blocks' | 'elemLanes' | 'groups'>,
  block: number,
): { readonly number: number; readonly numberShift: number; readonly place: number; readonly placeShift: number } {
  const groupBits = clog2(sizes.groups);
  const bits = Math.min(clog2(block / 2), groupBits);
  const shift = groupBits - bits;
  const placeBits = clog2(turnedElements(sizes) / block);
  const place = Math.min(bits, Math.max(0, placeBits - shift));
  return { number: bits - place, numberShift: Math.max(0, shift - placeBits), place, placeShift: shift };
}

/** How blocks that are longer than a word are turned: words of some voices side by side into blocks of one voice after the other, and back. */
export interface Turning {
  /** Words of the largest block, at least 2. */
  readonly words: number;
  /** Voices that share a network; one block leaves in a cycle, so they are at most `words`. */
  readonly voices: number;
  /** Networks of either direction. */
  readonly networks: number;
}

/** The turning of a design; null where a word has whole blocks, or there are none. */
export function turningOf({
  blocks,
  elemLanes,
  channels,
}: Pick<NetworkSizes, 'blocks' | 'elemLanes' | 'channels'>): Turning | null {
  if (blocks.length === 0) return null;
  const words = largestBlock(blocks).block / elemLanes;
  if (words <= 1) return null;
  return { words, voices: Math.min(words, channels), networks: Math.max(1, channels / words) };
}

/** A word goes into a turn -> what it completes can be read; it is read -> it is out. */
const TURN_WRITE = 2;
const TURN_READ = 2;

/** The last word of a block goes into its turn -> the first voice's block enters a network. */
export const TURN_CYCLES = TURN_WRITE + TURN_READ;

/** The last word of a block at its turn -> the first word of its spectrum goes into the queue of spectral_copy. */
export function turnedSpectrum(blocks: readonly number[], { voices }: Turning): number {
  return TURN_CYCLES + forwardCycles(blocks) + 1 + (voices - 1) + TURN_CYCLES;
}

/** Words of the queue of spectral_copy: those of the blocks on their way, so that a word is read in every cycle. */
export function turnedQueue(blocks: readonly number[], turning: Turning): number {
  return 2 ** clog2(3 + turning.words + turnedSpectrum(blocks, turning) + 3);
}

/** Rows of a cell. */
export const PERIODS = { lstm: 4, gruAfter: 4, gruBefore: 2, gruReset: 1, affine: 1 } as const;

type Inverse = Pick<NetworkSizes, 'blocks' | 'elemLanes' | 'channels' | 'kinds'>;

/** Most rows of a cell that are read one after the other. */
function longestPeriod({ kinds }: Inverse): number {
  return Math.max(...kinds.map((kind) => PERIODS[kind]));
}

/** A sum behind the adder tree -> its row at the lanes; blocks that are turned come back when all rows of their cells have been read. */
export function inverseDelay(sizes: Inverse): number {
  const turning = turningOf(sizes);
  const cycles = inverseCycles(sizes.blocks);
  if (turning === null) return cycles;
  const rows = longestPeriod(sizes) * turning.words;
  return rows - 1 + TURN_CYCLES + cycles + (turning.voices - 1) + TURN_CYCLES;
}

/** Cycles by which rows of an LSTM lag at most, beyond its gates (cell_issue). */
const LAG = 12;

/**
 * Logarithm of the places of the turn back: in each a block of every voice waits for the rows of other gates. Blocks take them in turn, one
 * in as many cycles as they have words, and none is taken before its last row has been read.
 */
export function turnPlaceBits(sizes: Inverse): number {
  const { words } = turningOf(sizes)!;
  const period = longestPeriod(sizes);
  const longest = Math.max((period - 1) * words - period - 6, LAG - 7, words);
  const stays = longest + inverseDelay(sizes) - inverseCycles(sizes.blocks);
  return clog2(Math.ceil(stays / words));
}
