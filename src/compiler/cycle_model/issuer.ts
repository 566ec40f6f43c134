import { Source, type Step, When } from '../schedule.ts';
import type { BatchSource } from './batch_source.ts';
import type { LaneArray } from './lane_array.ts';
import { Timing } from './timing.ts';

/**
 * A vector that is being written: its words get readable from cycle `first` on, one every `period` cycles. An element of the
 * group is in the word numbered `offset + spread · floor(element / slice)`.
 */
export interface Vector {
  readonly first: number;
  readonly period: number;
}

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

/** Word counts of a group by column, [columns][lanes] flat, by source. */
export type ColumnCounts = Readonly<Record<Step['source'], Uint16Array>>;

/** Words of each lane over all columns. */
function wordsOfLanes(counts: Uint16Array, lanes: number): Int32Array {
  const words = new Int32Array(lanes);
  for (let at = 0; at < counts.length; at++) words[at % lanes]! += counts[at]!;
  return words;
}

/** column_issuer with the lanes of its group. */
export class Issuer {
  readonly #lanes: number;
  readonly #array: LaneArray;
  readonly #counts: ColumnCounts;
  readonly #totals: Readonly<Record<Step['source'], Int32Array>>;
  readonly #rows: Readonly<Record<Step['source'], number>>;
  readonly #slicing: Slicing;
  /** Cycle in which the issuer stands at the next step. */
  #now: number;
  #prefetched = false;

  /**
   * @param rows rows of the matrices in external memory, by source
   * @param start cycle in which it stands at the first step
   */
  constructor(
    lanes: number,
    array: LaneArray,
    counts: ColumnCounts,
    rows: Readonly<Record<Step['source'], number>>,
    slicing: Slicing,
    start: number,
  ) {
    this.#lanes = lanes;
    this.#array = array;
    this.#counts = counts;
    this.#rows = rows;
    this.#totals = {
      [Source.x]: wordsOfLanes(counts[Source.x], lanes),
      [Source.y]: wordsOfLanes(counts[Source.y], lanes),
      [Source.m]: wordsOfLanes(counts[Source.m], lanes),
    };
    this.#slicing = slicing;
    this.#now = start;
  }

  get array(): LaneArray {
    return this.#array;
  }

  /** Passes over a step of the sequencer. */
  pass(): void {
    this.#now++;
  }

  /**
   * x of the frame at hand or of the next one.
   *
   * @param drained cycle from which the bank is free
   * @returns null when the step is left out
   */
  input(step: Step, source: BatchSource, batch: number, drained: number): Span | null {
    const next = step.when === When.next;
    const prefetched = !next && this.#prefetched;
    const planning = next && this.#array.supplied;
    const ready = prefetched ? 0 : Math.max(source.readyAt(batch) + (planning ? Timing.planMade : 0), drained);
    const leftOut = this.#now + (planning ? Timing.planAsked : 0);
    if (prefetched || (next && ready > leftOut)) {
      this.#prefetched = false;
      this.#now = leftOut + 1;
      return null;
    }
    const begin = this.#now;
    const first = this.#columns(step, step.size, { first: ready, period: 0 });
    this.#prefetched = next;
    source.release(batch, this.#now - 1);
    return { begin, first, end: this.#now - 1 };
  }

  /**
   * Columns of y or m, and the marker behind them.
   *
   * @returns `taken`: cycle in which the last lane takes the marker
   */
  recurrent(step: Step, columns: number, vector: Vector): Span & { readonly taken: number } {
    const begin = this.#now;
    const first = this.#columns(step, columns, vector);
    const { issued, taken } = this.#array.marker(this.#now);
    this.#now = issued + 1;
    return { begin, first: first < 0 ? issued : first, end: issued, taken };
  }

  /** @returns cycle of the first column, -1 without columns */
  #columns(step: Step, columns: number, { first, period }: Vector): number {
    const counts = this.#counts[step.source];
    this.#array.beginMatrix(this.#rows[step.source], this.#totals[step.source]);
    const { slice, spread, offset } = this.#slicing;
    const atOnce = step.source === Source.x;
    let start = -1;
    for (let column = 0; column < columns; column++) {
      const word = atOnce ? 0 : Math.floor(column / slice) * spread + offset;
      const issued = this.#array.column(Math.max(this.#now, first + period * word), counts, column * this.#lanes);
      if (start < 0) start = issued;
      this.#now = issued + 1;
    }
    return start;
  }
}
