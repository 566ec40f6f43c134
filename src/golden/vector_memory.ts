import type { Program, Vector, View } from '../program/program.ts';

/** Counters of the loops that an instruction stands in. */
export interface Counters {
  t: number;
  p: number;
  q: number;
}

/** VMEM of a voice. Element e of an interleaved frame is at word · G + e, as its groups lie side by side here. */
export class VectorMemory {
  readonly values: Int32Array;
  readonly #vectors: readonly Vector[];
  readonly #views: readonly View[];
  readonly #groups: number;

  constructor({ vectors, views, machine }: Program) {
    this.#vectors = vectors;
    this.#views = views;
    this.#groups = machine.groups;
    const words = vectors.reduce((most, { base, slots, slotWords }) => Math.max(most, base + slots * slotWords), 0);
    this.values = new Int32Array(words * this.#groups);
  }

  /** Place of the first element of a frame of a vector. */
  frame(vector: number, slot: number): number {
    const { base, slots, slotWords } = this.#vectors[vector]!;
    return (base + (slot & (slots - 1)) * slotWords) * this.#groups;
  }

  /** Place of the first element of a view at a tap. */
  start(view: number, tap: number, { t, p, q }: Counters): number {
    const { vector, slot, offset, pStride, qStride } = this.#views[view]!;
    const number = slot.t * t + slot.p * p + slot.offset + slot.step * tap;
    return this.frame(vector, number) + offset + p * pStride + q * qStride;
  }

  /**
   * Reads the elements of a view in their order.
   *
   * @param shift left shift of each
   * @param padded elements that a run takes in `out`, at least its own
   */
  gather(view: number, counters: Counters, out: Int32Array, shift: number, padded: number): void {
    const { taps, rows, rowStride, run } = this.#views[view]!;
    const { values } = this;
    let to = 0;
    for (let tap = 0; tap < taps; tap++) {
      let from = this.start(view, tap, counters);
      for (let row = 0; row < rows; row++, from += rowStride, to += padded) {
        for (let at = 0; at < run; at++) out[to + at] = values[from + at]! << shift;
      }
    }
  }

  /** Writes a frame into a view, from `at` of an array on; zeros where there is none. */
  write(view: number, counters: Counters, frame: Int16Array | null, at: number): void {
    const { rows, rowStride, run } = this.#views[view]!;
    let to = this.start(view, 0, counters);
    for (let row = 0; row < rows; row++, to += rowStride, at += run) {
      if (frame === null) this.values.fill(0, to, to + run);
      else this.values.set(frame.subarray(at, at + run), to);
    }
  }

  /** Reads the frame of a view into an array, from `at` on. */
  read(view: number, counters: Counters, frame: Int16Array, at: number): void {
    const { rows, rowStride, run } = this.#views[view]!;
    let from = this.start(view, 0, counters);
    for (let row = 0; row < rows; row++, from += rowStride, at += run) {
      frame.set(this.values.subarray(from, from + run), at);
    }
  }
}
