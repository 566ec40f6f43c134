import { clog2 } from '../util/fixed.ts';
import type { Config } from './config.ts';
import { weightWordBits } from './word_format.ts';

/** How the weights come from external memory: a row of one word for every lane after the other. */
export interface ExternalMemory {
  /** Bits of the port, of a word in memory, and of a row of one word for every lane. */
  readonly busBits: number;
  readonly wordSlot: number;
  readonly rowStreamBits: number;
  /** Rows of a beat and beats of a row; one of them is 1. */
  readonly beatRows: number;
  readonly rowBeats: number;
  /** Beats of a burst, and beats under way at most. */
  readonly burstBeats: number;
  readonly outstandingBeats: number;
  /** Words of a lane's buffer, and the level up to which more is asked for. */
  readonly bufferDepth: number;
  readonly bufferLimit: number;
}

/** Bits of a beat that share a register of what loads them, a net's loads. */
export const BEAT_SLICE_BITS = 256;

/** Bytes within which a burst stays (AXI4), longest burst, rows of a burst that are enough to hide its address. */
const PAGE_BYTES = 4096;
const LONGEST_BURST = 256;
const BURST_ROWS = 64;
/** Rows under way: they cover a latency of as many cycles at one row a cycle. */
const OUTSTANDING_ROWS = 256;
/** Rows that arrive while "all buffers are below their limit" makes its way to the reader, and a few to spare. */
const ROOM_DELAY = 8;

/** Beats of so many rows. */
export function beatsOf({ beatRows, rowBeats }: Pick<ExternalMemory, 'beatRows' | 'rowBeats'>, rows: number): number {
  return Math.ceil((rows * rowBeats) / beatRows);
}

/** Port, bursts and buffers of external memory for an array. */
export function externalMemoryOf(config: Config): ExternalMemory {
  const { lanes, groups } = config.array;
  const busBits = config.memoryBusBits;
  const wordSlot = Math.max(2 ** clog2(weightWordBits(config)), 8);
  const rowStreamBits = groups * lanes * wordSlot;
  const beatRows = Math.max(busBits / rowStreamBits, 1);
  const rowBeats = Math.max(rowStreamBits / busBits, 1);
  const inBeats = (rows: number) => beatsOf({ beatRows, rowBeats }, rows);
  const burstBeats = Math.min(Math.max(inBeats(BURST_ROWS), 2), LONGEST_BURST, (8 * PAGE_BYTES) / busBits);
  const outstandingBeats = Math.max(4 * burstBeats, inBeats(OUTSTANDING_ROWS));
  const outstandingRows = Math.ceil((outstandingBeats * beatRows) / rowBeats) + beatRows + ROOM_DELAY;
  const bufferDepth = 2 ** clog2(2 * outstandingRows);
  return {
    busBits,
    wordSlot,
    rowStreamBits,
    beatRows,
    rowBeats,
    burstBeats,
    outstandingBeats,
    bufferDepth,
    bufferLimit: bufferDepth - outstandingRows,
  };
}
