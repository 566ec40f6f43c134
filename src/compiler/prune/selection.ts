import { ColumnPath } from './column_path.ts';
import type { LaneShare } from './lane_share.ts';

/** A weight to give up or to take in, and what that costs: less than 0 where it gains. */
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
   * The weight of a column that is cheapest to give up, or best to take in; null where there is none.
   *
   * @param kept whether to choose among those that stay
   * @param part of this sub-matrix only
   */
  cheapest(column: number, kept: boolean, part?: number): Exchange | null {
    const { rows, magnitudes, keep } = this.#share;
    const mask = this.mask;
    const base = column * rows;
    let best = -1;
    let cost = Number.POSITIVE_INFINITY;
    let above = -1;
    let below = this.#below(base, -1);
    for (let row = 0; row < rows; row++) {
      const isKept = mask[base + row] === 1;
      if (isKept) below = this.#below(base, row);
      if (isKept === kept && (part === undefined || row % keep.length === part)) {
        const worth = magnitudes[base + row]! - this.#prices[row]! + this.#paddingSaved(above, row, below);
        const rowCost = kept ? worth : -worth;
        if (rowCost < cost) {
          cost = rowCost;
          best = row;
        }
      }
      if (isKept) above = row;
    }
    return best < 0 ? null : { column, row: best, cost };
  }

  /** Gives a weight up, or takes it in. */
  flip({ column, row }: Exchange): void {
    const at = column * this.#share.rows + row;
    this.mask[at]! ^= 1;
    const change = this.mask[at] === 1 ? 1 : -1;
    this.counts[row % this.counts.length]! += change;
    this.columnCounts[column]! += change;
  }

  /** Price of the padding that a weight spares between its neighbours. */
  #paddingSaved(above: number, row: number, below: number): number {
    if (below - above <= this.#reach) return 0;
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
