import { clog2 } from '../util/fixed.ts';
import type { Config } from './config.ts';

/** How the sequence memory lies in external memory: lines of one beat or more, in which every frame begins anew. */
export interface SequenceStream {
  /** Bits of the port. */
  readonly busBits: number;
  /** Bits that a word of elemLanes elements takes: a power of two, at least 8. */
  readonly wordSlot: number;
  /** Words of a line and beats of a line; one of them is 1. */
  readonly lineWords: number;
  readonly lineBeats: number;
  /** Lines of the longest burst. */
  readonly burstLines: number;
  /** Lines that are read ahead at most, a power of two. */
  readonly aheadLines: number;
  /** Words of the program that reads, at least 2. */
  readonly programDepth: number;
}

/** Beats of the longest burst where a line is one beat: long enough for a memory controller, short enough to be held. */
const BURST_BEATS = 16;
/** Words that are read ahead at least: they cover a latency of as many cycles twice, at one word a cycle. */
const AHEAD_WORDS = 512;
/** Bursts that are read ahead at least. */
const AHEAD_BURSTS = 8;

/** Lines of external memory for the sequences of a config; null where the sequence memory is on chip. */
export function sequenceStreamOf(config: Config): Omit<SequenceStream, 'programDepth'> | null {
  if (config.sequence?.memory !== 'dram') return null;
  const busBits = config.memoryBusBits;
  const wordSlot = Math.max(2 ** clog2(config.elemLanes * config.vectorBits), 8);
  const lineWords = Math.max(busBits / wordSlot, 1);
  const lineBeats = Math.max(wordSlot / busBits, 1);
  const burstLines = Math.max(BURST_BEATS / lineBeats, 1);
  const aheadLines = Math.max(AHEAD_WORDS / lineWords, AHEAD_BURSTS * burstLines);
  return { busBits, wordSlot, lineWords, lineBeats, burstLines, aheadLines };
}

/** Bytes of a line. */
export function lineBytes({ busBits, lineBeats }: Pick<SequenceStream, 'busBits' | 'lineBeats'>): number {
  return (lineBeats * busBits) / 8;
}

/** Lines that wait in the writer at most: those of a burst that is sent, and of the next. */
export function waitingLines({ burstLines }: Pick<SequenceStream, 'burstLines'>): number {
  return Math.max(2 * burstLines, 4);
}

/** Bursts of the writer that are not answered, at most. */
export const WRITES_OUTSTANDING = 16;

/** Bytes of the sequence memory in external memory; 0 where it is on chip. */
export function sequenceBytes({ sequenceWords, sequenceStream }: SequenceSizes): number {
  return sequenceStream === null ? 0 : sequenceWords * lineBytes(sequenceStream);
}

interface SequenceSizes {
  readonly sequenceWords: number;
  readonly sequenceStream: SequenceStream | null;
}
