import { Timing } from '../machine/timing.ts';

/** frame_in fed with batches that follow each other without a gap: when each batch can be read. Two fit in. */
export class BatchSource {
  readonly #beats: number;
  readonly #batches: number;
  /** Cycle in which the last beat of each batch is taken. */
  readonly #committed: number[] = [];
  /** Cycle of the last release of each batch. */
  readonly #released: number[] = [];

  /**
   * @param beats beats of a batch
   * @param batches batches that the stream holds
   */
  constructor(beats: number, batches: number) {
    this.#beats = beats;
    this.#batches = batches;
  }

  /**
   * First cycle in which a batch can be read; infinite after the end of the stream. Batches are asked for in order, each after
   * all groups have released the one two before it.
   */
  readyAt(batch: number): number {
    if (batch >= this.#batches) return Number.POSITIVE_INFINITY;
    const before = this.#committed[batch - 1] ?? Timing.firstBeat - 1;
    this.#committed[batch] = Math.max(before, this.#released[batch - 2] ?? 0) + this.#beats;
    return this.#committed[batch] + 1;
  }

  /** A group has read a batch. */
  release(batch: number, cycle: number): void {
    this.#released[batch] = Math.max(this.#released[batch] ?? 0, cycle);
  }
}
