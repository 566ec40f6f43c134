import { type Turning, turnedQueue, turnedSpectrum } from '../../machine/transform_cycles.ts';
import type { SpectralCopy } from './spectral_copy.ts';

/** A word is read -> it is at its turn. */
const READ = 3;

/** Twin of spectral_copy where blocks are longer than a word. */
export class TurnedTwin implements SpectralCopy {
  readonly #words: number;
  /** Words in the queue, or on their way to it, up to which one more is read. */
  readonly #most: number;
  #reading = false;
  #fill = false;
  #level = 0;
  #lastRead = false;
  #number = 0;
  /** Cycles since a block was complete; bit n of the pipeline at n. */
  readonly #way: boolean[];
  /** Words of the block that goes into the queue, which are still to come. */
  #coming = 0;
  #there = 0;

  constructor(blocks: readonly number[], turning: Turning) {
    this.#words = turning.words;
    this.#most = turnedQueue(blocks, turning) - 1;
    this.#way = new Array<boolean>(READ + turnedSpectrum(blocks, turning)).fill(false);
  }

  get read(): boolean {
    return this.#reading && this.#level < this.#most;
  }

  get write(): boolean {
    return this.#there > 0;
  }

  get lastWrite(): boolean {
    return this.write && this.#lastRead && this.#level === 1;
  }

  tick(start: boolean, readReady: boolean, last: boolean, writeReady: boolean): void {
    const reads = this.read && readReady;
    const fills = this.#fill && this.#level < this.#most;
    const moves = reads || fills;
    const written = this.write && writeReady;
    const endsBlock = this.#number === this.#words - 1;

    if (this.#way.pop() === true) this.#coming = this.#words;
    this.#way.unshift(moves && endsBlock);
    const push = this.#coming > 0;
    if (push) this.#coming--;
    this.#there += Number(push) - Number(written);
    this.#level += Number(moves) - Number(written);
    if (start) this.#lastRead = false;
    else if (endsBlock && ((reads && last) || fills)) this.#lastRead = true;
    if (reads && last && !endsBlock) this.#fill = true;
    else if (fills && endsBlock) this.#fill = false;
    if (moves) this.#number = endsBlock ? 0 : this.#number + 1;
    if (start) this.#reading = true;
    else if (reads && last) this.#reading = false;
  }
}
