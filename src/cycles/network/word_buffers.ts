import type { NetworkSizes, WeightStream } from '../../machine/network_sizes.ts';
import { weightWordBits } from '../../machine/word_format.ts';

/** Rows of the image of the weights: which lanes get a word. */
export class RowImage {
  readonly #image: Uint8Array;
  readonly #lanes: number;
  readonly #bytes: number;
  readonly #filler: number;

  /** @param image see `weightImage` */
  constructor(image: Uint8Array, sizes: NetworkSizes, { wordSlot }: WeightStream) {
    this.#image = image;
    this.#lanes = sizes.groups * sizes.lanes;
    this.#bytes = wordSlot / 8;
    this.#filler = 2 ** (weightWordBits(sizes) - 1);
  }

  /** Whether a lane, counted through all groups, gets a word of a row. */
  has(row: number, lane: number): boolean {
    const at = (row * this.#lanes + lane) * this.#bytes;
    let word = 0;
    for (let byte = this.#bytes - 1; byte >= 0; byte--) word = word * 256 + this.#image[at + byte]!;
    return word !== this.#filler;
  }
}

/** Twin of the word buffers of a group. */
export class BufferTwin {
  /** Whether a lane has a word, by lane. */
  readonly ready: Uint8Array;
  /** Twin of `room`: all were below their limit a cycle ago. */
  room = false;
  readonly #levels: Int32Array;
  readonly #limit: number;
  readonly #rows: RowImage;
  readonly #firstLane: number;
  #low = false;
  /** Row on its way to the buffers. */
  #row: number | null = null;

  constructor(rows: RowImage, group: number, lanes: number, limit: number) {
    this.ready = new Uint8Array(lanes);
    this.#levels = new Int32Array(lanes);
    this.#limit = limit;
    this.#rows = rows;
    this.#firstLane = group * lanes;
  }

  /** A lane takes a word, in this cycle. */
  take(lane: number): void {
    this.#levels[lane]!--;
  }

  /** @param row that is on its way to the groups */
  tick(row: number | null): void {
    const levels = this.#levels;
    if (this.#row !== null) {
      for (let lane = 0; lane < levels.length; lane++) {
        if (this.#rows.has(this.#row, this.#firstLane + lane)) levels[lane]!++;
      }
    }
    this.#row = row;
    this.room = this.#low;
    let low = true;
    for (let lane = 0; lane < levels.length; lane++) {
      this.ready[lane] = levels[lane]! > 0 ? 1 : 0;
      if (levels[lane]! > this.#limit) low = false;
    }
    this.#low = low;
  }
}
