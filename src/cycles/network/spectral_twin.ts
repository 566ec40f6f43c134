import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { spectrumArrives, turningOf } from '../../machine/transform_cycles.ts';
import type { SpectralCopy } from './spectral_copy.ts';
import { TurnedTwin } from './turned_twin.ts';

/** Words in the queue, or on their way to it, up to which one more is read. */
const ROOM = 31;

/** Twin of spectral_copy for the blocks of a design. */
export function spectralCopyTwin(sizes: NetworkSizes): SpectralCopy {
  const turning = turningOf(sizes);
  return turning === null ? new SpectralTwin(sizes) : new TurnedTwin(sizes, turning);
}

/** Twin of spectral_copy where words have whole blocks. */
class SpectralTwin implements SpectralCopy {
  address = 0;
  readonly #halves: boolean;
  readonly #slice: number;
  readonly #spread: number;
  #reading = false;
  #level = 0;
  #lastRead = false;
  #odd = false;
  #fill = false;
  /** Words on their way: bit n of the pipeline at n. */
  readonly #way: boolean[];
  #second = false;
  #imaginary = false;
  #there = 0;
  /** The word to write has imaginary parts; its block of groups. */
  #half = false;
  #select = 0;

  constructor({ blocks, elemLanes, groups, slice, spread }: NetworkSizes) {
    this.#halves = elemLanes < 2 * groups;
    this.#slice = slice;
    this.#spread = spread;
    this.#way = new Array<boolean>(blocks.length === 0 ? 0 : spectrumArrives(blocks)).fill(false);
  }

  get read(): boolean {
    return this.#reading && this.#level < ROOM;
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
    const fills = this.#fill && this.#level < ROOM;
    const written = this.write && writeReady;
    const arrives = this.#way.at(-1) ?? false;
    const push = this.#halves ? (arrives && this.#second) || this.#imaginary : arrives;
    const ends = reads && last && (!this.#halves || this.#odd);

    if (start) {
      this.address = begin;
      this.#half = false;
      this.#select = 0;
    } else if (written) this.#next();
    this.#there += Number(push) - Number(written);
    this.#imaginary = this.#halves && arrives && this.#second;
    if (start) this.#second = false;
    else if (arrives) this.#second = !this.#second;
    this.#way.unshift(reads || fills);
    this.#way.pop();
    this.#level += Number(reads || fills) - Number(written);
    if (start) this.#lastRead = false;
    else if (ends || fills) this.#lastRead = true;
    if (reads && last && this.#halves && !this.#odd) this.#fill = true;
    else if (fills) this.#fill = false;
    if (start) this.#odd = false;
    else if (reads) this.#odd = !this.#odd;
    if (start) this.#reading = true;
    else if (reads && last) this.#reading = false;
  }

  /** Imaginary parts are at the next address; then come the next groups. */
  #next(): void {
    if (!this.#halves) {
      this.address += this.#slice;
      return;
    }
    const lastGroups = this.#select === this.#spread - 1;
    this.address += !this.#half || lastGroups ? 1 : -1;
    if (this.#half) this.#select = (this.#select + 1) % this.#spread;
    this.#half = !this.#half;
  }
}
