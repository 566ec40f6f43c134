import type { NetworkSizes } from '../../machine/network_sizes.ts';
import type { Fields } from './sequencer.ts';

/** Twin of word_walk: words of the runs of a frame, of which the last of each may be partial. */
export class WordWalk {
  /** Address of the word at hand in its group. */
  address = 0;
  readonly #elems: number;
  readonly #slice: number;
  readonly #spread: number;
  #row = 0;
  #select = 0;
  #replicated = false;
  #left = 0;
  #rows = 0;

  constructor({ elemLanes, slice, spread }: Pick<NetworkSizes, 'elemLanes' | 'slice' | 'spread'>) {
    this.#elems = elemLanes;
    this.#slice = slice;
    this.#spread = spread;
  }

  /** @param base address of the first word, @param replicated whether every group has all elements; they do not matter where nothing asks for addresses */
  start({ run, rows }: Fields, base = 0, replicated = false): void {
    this.address = base;
    this.#row = base;
    this.#select = 0;
    this.#replicated = replicated;
    this.#left = run!;
    this.#rows = rows!;
  }

  /** Number of the last element of the word at hand. */
  get lastElem(): number {
    return Math.min(this.#left, this.#elems) - 1;
  }

  /** Whether the word at hand ends the frame. */
  get last(): boolean {
    return this.#left <= this.#elems && this.#rows === 1;
  }

  step({ run, rowStride }: Fields): void {
    if (this.#left > this.#elems) {
      this.#left -= this.#elems;
      this.#next();
      return;
    }
    this.#row += rowStride!;
    this.address = this.#row;
    this.#select = 0;
    this.#left = run!;
    this.#rows--;
  }

  /** The next word of a run: behind the last block of groups comes the next address. */
  #next(): void {
    if (this.#replicated) {
      this.address += this.#elems;
      return;
    }
    this.#select = (this.#select + 1) % this.#spread;
    if (this.#select === 0) this.address += this.#slice;
  }
}

/** Words of word_queue, and the level from which on it has no room but for those on their way. */
const ROOM = 8;

/** Twin of word_queue: how many words wait. */
export class WordQueue<T> {
  room = false;
  readonly #words: T[] = [];

  get head(): T | undefined {
    return this.#words[0];
  }

  tick(push: T | null, take: boolean): void {
    if (take) this.#words.shift();
    if (push !== null) this.#words.push(push);
    this.room = this.#words.length < ROOM;
  }
}
