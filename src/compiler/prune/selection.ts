import { ColumnPath } from './column_path.ts';
import type { RankedShare } from './lane_share.ts';

/** Weights to give up or to take in, the cheapest of those offered. */
export class Exchanges {
  /** -1 where there is none. */
  readonly rows: Int32Array;
  /** What they cost: less than 0 where they gain, infinite where there is none. */
  readonly costs: Float64Array;

  constructor(size: number) {
    this.rows = new Int32Array(size);
    this.costs = new Float64Array(size);
  }

  clear(at: number, length: number): void {
    this.rows.fill(-1, at, at + length);
    this.costs.fill(Number.POSITIVE_INFINITY, at, at + length);
  }

  offer(at: number, row: number, cost: number): void {
    if (cost >= this.costs[at]!) return;
    this.rows[at] = row;
    this.costs[at] = cost;
  }
}

/**
 * The weights that a lane keeps, and what it costs to change them. Every sub-matrix has a price per weight, so that a
 * weight is worth its magnitude less its price, and padding has one.
 */
export class Selection {
  /** 1 for every weight that stays, [columns, rows]. */
  readonly mask: Uint8Array;
  /** Number of weights that stay of each sub-matrix. */
  readonly counts: Int32Array;
  /** Number of weights that stay in each column. */
  readonly columnCounts: Int32Array;
  readonly #share: RankedShare;
  readonly #reach: number;
  readonly #paddingPrice: number;
  readonly #path: ColumnPath;
  /** By row: its price and its sub-matrix. */
  readonly #prices: Float64Array;
  readonly #parts: Uint8Array;
  /** Whether the weights are those of the prices, none exchanged. */
  #selected = false;

  constructor(share: RankedShare, reach: number, paddingPrice: number) {
    this.mask = new Uint8Array(share.magnitudes.length);
    this.counts = new Int32Array(share.keep.length);
    this.columnCounts = new Int32Array(share.columns);
    this.#share = share;
    this.#reach = reach;
    this.#paddingPrice = paddingPrice;
    this.#path = new ColumnPath(share.rows, reach, paddingPrice, share.largest);
    this.#prices = new Float64Array(share.rows);
    this.#parts = Uint8Array.from({ length: share.rows }, (_, row) => row % share.keep.length);
  }

  /** Selects the best weights of every column at these prices, one for each sub-matrix. */
  selectAt(prices: readonly number[]): void {
    if (this.#selected && prices.every((price, part) => price === this.#prices[part])) return;
    this.#selected = true;
    const { rows, columns, magnitudes } = this.#share;
    for (let row = 0; row < rows; row++) this.#prices[row] = prices[this.#parts[row]!]!;
    this.mask.fill(0);
    this.counts.fill(0);
    const { taken } = this.#path;
    for (let column = 0; column < columns; column++) {
      const base = column * rows;
      const count = this.#path.find(magnitudes, base, this.#prices);
      for (let n = 0; n < count; n++) {
        this.mask[base + taken[n]!] = 1;
        this.counts[this.#parts[taken[n]!]!]!++;
      }
      this.columnCounts[column] = count;
    }
  }

  /**
   * Finds the weights of a column that are cheapest to give up.
   *
   * @param found where they go to, by sub-matrix from `at` on
   */
  findToGiveUp(column: number, found: Exchanges, at: number): void {
    const { rows, magnitudes } = this.#share;
    const prices = this.#prices;
    const base = column * rows;
    found.clear(at, this.counts.length);
    let above = -1;
    let row = this.#below(base, above);
    while (row < rows) {
      const below = this.#below(base, row);
      let cost = magnitudes[base + row]! - prices[row]!;
      if (below - above > this.#reach) cost += this.#paddingSaved(above, row, below);
      found.offer(at + this.#parts[row]!, row, cost);
      above = row;
      row = below;
    }
  }

  /** Finds the weights of a column that are best to take in, as {@link findToGiveUp} does. */
  findToTakeIn(column: number, found: Exchanges, at: number): void {
    const { rows, magnitudes } = this.#share;
    const prices = this.#prices;
    const parts = this.#parts;
    const base = column * rows;
    found.clear(at, this.counts.length);
    let above = -1;
    while (above < rows) {
      const below = this.#below(base, above);
      const isWide = below - above > this.#reach;
      for (let row = above + 1; row < below; row++) {
        let cost = prices[row]! - magnitudes[base + row]!;
        if (isWide) cost -= this.#paddingSaved(above, row, below);
        found.offer(at + parts[row]!, row, cost);
      }
      above = below;
    }
  }

  /** Gives a weight up, or takes it in. */
  flip(column: number, row: number): void {
    const at = column * this.#share.rows + row;
    this.mask[at]! ^= 1;
    const change = this.mask[at] === 1 ? 1 : -1;
    this.counts[this.#parts[row]!]! += change;
    this.columnCounts[column]! += change;
    this.#selected = false;
  }

  /** Price of the padding that a weight spares between its neighbours. */
  #paddingSaved(above: number, row: number, below: number): number {
    return this.#paddingPrice * (this.#padding(above, below) - this.#padding(above, row) - this.#padding(row, below));
  }

  /** Padding words between two kept rows. */
  #padding(above: number, below: number): number {
    return Math.floor((below - above - 1) / this.#reach);
  }

  /** Next kept row below; the number of rows where there is none. */
  #below(base: number, row: number): number {
    let below = row + 1;
    while (below < this.#share.rows && this.mask[base + below] === 0) below++;
    return below;
  }
}
