import { Timing } from '../machine/timing.ts';
import type { Dimensions } from '../program/dimensions.ts';

/** External memory as the cycle model has it. */
export interface MemoryRate {
  /** Cycles from an address to its first beat. */
  readonly latency: number;
  /** Beats in a cycle, on average, above 0 to 1. */
  readonly bandwidth: number;
}

/** Memory that estimates assume where nothing else is said: a beat a cycle, 64 cycles away. */
export const DEFAULT_MEMORY: MemoryRate = { latency: 64, bandwidth: 1 };

/**
 * Rows of words on their way from external memory to the lanes of a group (weight_reader, row_align, word_buffer): in which
 * cycle the lanes can take the words of each. Rows are counted through all matrices in the order in which they are read.
 *
 * Rows arrive at the rate of the port. A burst is asked for when the one that is as many rows back as may be under way has
 * come, and when the lanes have used up so much that their buffers are below their limit.
 */
export class WordSupply {
  readonly #interval: number;
  readonly #latency: number;
  readonly #limit: number;
  readonly #burst: number;
  readonly #ahead: number;
  /** Cycle from which row n can be taken. */
  readonly #arrivals: number[] = [];
  /** Cycle in which the last lane has used row n. */
  readonly #used: number[] = [];
  #burstStart = 0;
  /** Row from which on none was asked for before cycle `#heldUntil`. */
  #heldRow = Number.POSITIVE_INFINITY;
  #heldUntil = 0;

  constructor(d: Dimensions, { latency, bandwidth }: MemoryRate) {
    this.#interval = Math.max(1, d.rowBeats / d.beatRows / bandwidth);
    this.#latency = latency;
    this.#limit = d.bufferLimit;
    const rows = (beats: number) => Math.max(1, (beats * d.beatRows) / d.rowBeats);
    this.#burst = rows(d.burstBeats);
    this.#ahead = rows(d.outstandingBeats) - this.#burst;
  }

  /** First cycle in which a lane can take its word of a row. */
  ready(row: number): number {
    const arrivals = this.#arrivals;
    for (let n = arrivals.length; n <= row; n++) {
      const begins = n % this.#burst === 0 || n === this.#heldRow;
      if (begins) this.#burstStart = this.#askedAt(n) + this.#latency + Timing.askToWord;
      const after = n === 0 ? 0 : arrivals[n - 1]! + this.#interval;
      arrivals.push(Math.max(after, this.#burstStart));
    }
    return Math.ceil(arrivals[row]!);
  }

  /** All lanes have used the rows before `rows` by this cycle. */
  use(rows: number, cycle: number): void {
    while (this.#used.length < rows) this.#used.push(cycle);
  }

  /** The rows from `row` on are not asked for before a cycle. None of them has been waited for yet. */
  hold(row: number, cycle: number): void {
    this.#heldRow = row;
    this.#heldUntil = cycle;
  }

  /** Cycle in which the burst that begins with a row is asked for. */
  #askedAt(row: number): number {
    const drained = row - this.#limit;
    const used = drained < 0 ? 0 : (this.#used[drained] ?? this.#used.at(-1) ?? 0);
    const come = (this.#arrivals[row - this.#ahead - 1] ?? 0) - Timing.askToWord;
    const held = row >= this.#heldRow ? this.#heldUntil : 0;
    return Math.max(Timing.firstAsk, used, come, held);
  }
}
