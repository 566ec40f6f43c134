import { Timing } from '../machine/timing.ts';
import { Source, type Step, When } from '../program/schedule.ts';
import type { BatchSource } from './batch_source.ts';
import type { LaneArray } from './lane_array.ts';

/** A part of a vector that is being written: its words get readable from cycle `first` on, one every `period` cycles. */
export interface VectorPart {
  /** Number of its first word. */
  readonly from: number;
  readonly first: number;
  readonly period: number;
}

/**
 * A vector that is being written, part after part. An element of the group is in the word numbered
 * `offset + spread · floor(element / slice)`.
 */
export type Vector = readonly VectorPart[];

/** First cycle in which a word of a vector can be read. */
export function readableAt(vector: Vector, word: number): number {
  const part = vector.findLast(({ from }) => word >= from)!;
  return part.first + part.period * (word - part.from);
}

/** A vector whose elements the issuers do not wait for. */
export const AT_HAND: Vector = [{ from: 0, first: 0, period: 0 }];

/** How the elements of y and m come to a group. */
export interface Slicing {
  readonly slice: number;
  readonly spread: number;
  readonly offset: number;
}

/** When an issuer, or all of them together, worked on a step. */
export interface Span {
  /** Cycle in which the issuer comes to the step. */
  readonly begin: number;
  /** Cycle of its first column or marker. */
  readonly first: number;
  /** Cycle in which the issuer leaves it. */
  readonly end: number;
}

/** What a group has of a segment. */
export interface GroupSegment {
  /** Word counts by column, [columns][feeds] flat. */
  readonly counts: Uint16Array;
  /** Rows in external memory. */
  readonly rows: number;
  /** Words of each feed over all columns. */
  readonly totals: Int32Array;
}

/** Words of each lane over all columns. */
export function wordsOfLanes(counts: Uint16Array, lanes: number): Int32Array {
  const words = new Int32Array(lanes);
  for (let at = 0; at < counts.length; at++) words[at % lanes]! += counts[at]!;
  return words;
}

/** column_issuer with the lanes of its group. */
export class Issuer {
  readonly #feeds: number;
  readonly #array: LaneArray;
  /** By first pointer. */
  readonly #segments: ReadonlyMap<number, GroupSegment>;
  readonly #slicing: Slicing;
  /** Cycle in which the issuer stands at the next step. */
  #now: number;
  #prefetched = false;

  /**
   * @param segments by their first pointer
   * @param start cycle in which it stands at the first step
   */
  constructor(
    feeds: number,
    array: LaneArray,
    segments: ReadonlyMap<number, GroupSegment>,
    slicing: Slicing,
    start: number,
  ) {
    this.#feeds = feeds;
    this.#array = array;
    this.#segments = segments;
    this.#slicing = slicing;
    this.#now = start;
  }

  get array(): LaneArray {
    return this.#array;
  }

  /** Passes over a step. */
  pass(): void {
    this.#now++;
  }

  /**
   * x of the frame at hand or of the next one.
   *
   * @param free cycle from which the bank is free
   * @param waits whether a step of the next frame waits for its bank, or else is left out
   * @returns null when the step is left out
   */
  input(step: Step, source: BatchSource, batch: number, free: number, waits: boolean): Span | null {
    const next = step.when === When.next;
    const decides = next && !step.follow;
    const planning = decides && this.#array.supplied;
    const arrived = step.follow ? 0 : source.readyAt(batch) + (planning ? Timing.planMade : 0);
    const leftOut = this.#now + (planning ? Timing.planAsked : 0);
    const late = decides && (waits ? arrived : Math.max(arrived, free)) > leftOut;
    // The reader waits for the batch, or for the issuer at this step, before it reads on.
    if (planning) this.#array.hold((late ? leftOut : arrived) + Timing.planToAsk);
    if (next ? late || (step.follow && !this.#prefetched) : this.#prefetched) {
      if (!next && step.release) this.#prefetched = false;
      this.#now = leftOut + 1;
      return null;
    }
    const begin = this.#now;
    const first = this.#columns(step, step.size, [{ from: 0, first: Math.max(arrived, free), period: 0 }]);
    this.#prefetched = next;
    if (step.release) source.release(batch, this.#now - 1);
    return { begin, first, end: this.#now - 1 };
  }

  /**
   * Columns of y or m, and the marker behind them where the step has one.
   *
   * @param free cycle from which the bank is free
   * @returns `taken`: cycle in which the last lane takes the marker; null when there is nothing to do
   */
  recurrent(step: Step, columns: number, vector: Vector, free: number): (Span & { readonly taken: number }) | null {
    const begin = this.#now;
    if (columns === 0 && !step.marker) {
      this.#now++;
      return null;
    }
    const seen = vector === AT_HAND ? 0 : Timing.writtenSeen;
    this.#now = Math.max(columns > 0 ? begin + seen : begin, free);
    const first = this.#columns(step, columns, vector);
    if (!step.marker) return { begin, first, end: this.#now - 1, taken: 0 };
    const { issued, taken } = this.#array.marker(this.#now);
    this.#now = issued + 1;
    return { begin, first: first < 0 ? issued : first, end: issued, taken };
  }

  /** @returns cycle of the first column, -1 without columns */
  #columns(step: Step, columns: number, vector: Vector): number {
    const { counts, rows, totals } = this.#segments.get(step.pointer)!;
    this.#array.beginMatrix(rows, totals);
    const { slice, spread, offset } = this.#slicing;
    const atOnce = vector === AT_HAND || step.source === Source.x;
    const seen = atOnce ? 0 : Timing.writtenSeen;
    let start = -1;
    for (let column = 0; column < columns; column++) {
      const word = atOnce ? 0 : Math.floor(column / slice) * spread + offset;
      const issued = this.#array.column(
        Math.max(this.#now, readableAt(vector, word) + seen),
        counts,
        column * this.#feeds,
      );
      if (start < 0) start = issued;
      this.#now = issued + 1;
    }
    return start;
  }
}
