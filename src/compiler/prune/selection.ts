import { ColumnPath } from './column_path.ts';
import type { LaneShare } from './lane_share.ts';

/** A weight, and what it costs to take it in or out: less than 0 where that gains. */
export interface Exchange {
  readonly column: number;
  readonly row: number;
  readonly cost: number;
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
  readonly #share: LaneShare;
  readonly #reach: number;
  readonly #paddingPrice: number;
  readonly #path: ColumnPath;
  readonly #prices: Float64Array;

  constructor(share: LaneShare, reach: number, paddingPrice: number) {
    this.mask = new Uint8Array(share.magnitudes.length);
    this.counts = new Int32Array(share.keep.length);
    this.columnCounts = new Int32Array(share.columns);
    this.#share = share;
    this.#reach = reach;
    this.#paddingPrice = paddingPrice;
    this.#path = new ColumnPath(share.rows, reach);
    this.#prices = new Float64Array(share.rows);
  }

  /** Selects the best weights of every column at these prices, one for each sub-matrix. */
  selectAt(prices: readonly number[]): void {
    const { rows, magnitudes } = this.#share;
    for (let row = 0; row < rows; row++) this.#prices[row] = prices[row % prices.length]!;
    this.mask.fill(0);
    for (let base = 0; base < magnitudes.length; base += rows) {
      this.#path.mark(magnitudes, base, this.#prices, this.#paddingPrice, this.mask);
    }
    this.#count();
  }

  /**
   * The weight of a column that is cheapest to give up; null where none is kept.
   *
   * @param part of this sub-matrix only
   */
  cheapestOut(column: number, part?: number): Exchange | null {
    const { rows, magnitudes, keep } = this.#share;
    const base = column * rows;
    let best = -1;
    let cost = Number.POSITIVE_INFINITY;
    for (let row = part ?? 0; row < rows; row += part === undefined ? 1 : keep.length) {
      if (this.mask[base + row] === 0) continue;
      const worth = magnitudes[base + row]! - this.#prices[row]!;
      if (worth >= cost) continue;
      const withPadding = worth + this.#paddingPrice * this.#paddingWithout(base, row);
      if (withPadding >= cost) continue;
      best = row;
      cost = withPadding;
    }
    return best < 0 ? null : { column, row: best, cost };
  }

  /**
   * The weight of a column that is best to take in; null where all are kept.
   *
   * @param part of this sub-matrix only
   */
  cheapestIn(column: number, part?: number): Exchange | null {
    const { rows, magnitudes, keep } = this.#share;
    const base = column * rows;
    let best = -1;
    let cost = Number.POSITIVE_INFINITY;
    for (let row = part ?? 0; row < rows; row += part === undefined ? 1 : keep.length) {
      if (this.mask[base + row] === 1) continue;
      const worth = magnitudes[base + row]! - this.#prices[row]!;
      if (-worth >= cost) continue;
      const withPadding = -worth + this.#paddingPrice * this.#paddingWith(base, row);
      if (withPadding >= cost) continue;
      best = row;
      cost = withPadding;
    }
    return best < 0 ? null : { column, row: best, cost };
  }

  /** Takes a weight in, or out if it is in. */
  flip({ column, row }: Exchange): void {
    const at = column * this.#share.rows + row;
    this.mask[at]! ^= 1;
    const change = this.mask[at] === 1 ? 1 : -1;
    this.counts[row % this.counts.length]! += change;
    this.columnCounts[column]! += change;
  }

  /** Padding words that are new when the weight of a row goes. */
  #paddingWithout(base: number, row: number): number {
    const above = this.#above(base, row);
    const below = this.#below(base, row);
    if (below === this.#share.rows) return 0;
    return this.#padding(above, below) - this.#padding(above, row) - this.#padding(row, below);
  }

  /** Padding words that are new when the weight of a row comes in; those that it saves do not count. */
  #paddingWith(base: number, row: number): number {
    return this.#below(base, row) < this.#share.rows ? 0 : this.#padding(this.#above(base, row), row);
  }

  /** Padding words between two kept rows. */
  #padding(above: number, below: number): number {
    return Math.floor((below - above - 1) / this.#reach);
  }

  /** Next kept row above; -1 at the top. */
  #above(base: number, row: number): number {
    let above = row - 1;
    while (above >= 0 && this.mask[base + above] === 0) above--;
    return above;
  }

  /** Next kept row below; the number of rows where there is none. */
  #below(base: number, row: number): number {
    let below = row + 1;
    while (below < this.#share.rows && this.mask[base + below] === 0) below++;
    return below;
  }

  #count(): void {
    const { rows, columns } = this.#share;
    const parts = this.counts.length;
    this.counts.fill(0);
    this.columnCounts.fill(0);
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        if (this.mask[column * rows + row] === 0) continue;
        this.counts[row % parts]!++;
        this.columnCounts[column]!++;
      }
    }
  }
}
