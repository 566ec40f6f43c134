import type { Fields } from './sequencer.ts';

/** Twin of word_walk: words of the runs of a frame, of which the last of each may be partial. */
export class WordWalk {
  readonly #elems: number;
  #left = 0;
  #rows = 0;

  constructor(elems: number) {
    this.#elems = elems;
  }

  start({ run, rows }: Fields): void {
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

  step({ run }: Fields): void {
    if (this.#left > this.#elems) this.#left -= this.#elems;
    else {
      this.#left = run!;
      this.#rows--;
    }
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
