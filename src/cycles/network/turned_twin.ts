import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { largestBlock, type Turning, turnedQueue, turnedSpectrum } from '../../machine/transform_cycles.ts';
import type { SpectralCopy } from './spectral_copy.ts';

/** A word is read -> it is at its turn. */
const READ = 3;

/** Twin of spectral_copy where blocks are longer than a word. */
export class TurnedTwin implements SpectralCopy {
  address = 0;
  readonly #slice: number;
  readonly #spread: number;
  /** Half a block of real parts comes before the imaginary ones of the same groups. */
  readonly #apart: boolean;
  /** Number of the word to write in its block; its block of groups. */
  #place = 0;
  #select = 0;
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

  constructor({ blocks, groups, slice, spread }: NetworkSizes, turning: Turning) {
    this.#slice = slice;
    this.#spread = spread;
    this.#apart = 2 * groups > largestBlock(blocks).block;
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

  tick(begin: number | null, readReady: boolean, last: boolean, writeReady: boolean): void {
    const start = begin !== null;
    const reads = this.read && readReady;
    const fills = this.#fill && this.#level < this.#most;
    const moves = reads || fills;
    const written = this.write && writeReady;
    const endsBlock = this.#number === this.#words - 1;

    if (this.#way.pop() === true) this.#coming = this.#words;
    this.#way.unshift(moves && endsBlock);
    if (start) {
      this.address = begin;
      this.#place = 0;
      this.#select = 0;
    } else if (written) this.#next();
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

  /** The place of the next word: in the next groups, and behind the last of them at the next address. */
  #next(): void {
    const words = this.#words;
    const place = this.#place;
    this.#place = (place + 1) % words;
    if (this.#spread === 1) {
      this.address += this.#slice;
      return;
    }
    const lastGroups = this.#select === this.#spread - 1;
    if (!this.#apart) {
      if (lastGroups) this.address++;
      this.#select = lastGroups ? 0 : this.#select + 1;
      return;
    }
    const half = words / 2;
    const imaginary = place >= half;
    const halfEnds = place % half === half - 1;
    if (halfEnds) this.address += !imaginary || lastGroups ? 1 : -1;
    if (halfEnds && !imaginary) this.#select -= this.#select % half;
    else this.#select = lastGroups ? 0 : this.#select + 1;
  }
}
