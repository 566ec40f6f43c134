/**
 * The best weights of a column at given prices. Kept weights and padding words are the stations of a path down the
 * column, from above row 0 to below the last row, with no step longer than `reach` rows. A weight is worth its magnitude
 * less its price; a padding word costs its price and moves on by `reach` rows. The path of highest worth is
 *
 *     best[row] = max(magnitude[row] - price[row] + max(best[row - reach .. row - 1]), best[row - reach] - paddingPrice)
 *
 * The way from the last weight to the end of the column counts, although no words are stored for it: were it free, columns
 * would do best to end early, and the lower rows of a lane would lose most of their weights.
 *
 * Example with reach 4, price 3, padding price 2 and magnitudes (5, 1, 2, 1, 1, 9): from row 0 to row 5 it takes a station
 * in between; the 2 costs 1 and padding 2, so rows 0, 2 and 5 stay.
 *
 * A weight above its price is a station of every best path, for it never makes padding longer. So only the gaps between such
 * weights that are wider than `reach` have to be searched, and a column as a whole where rounding may decide.
 */
export class ColumnPath {
  /** Rows of the best path, in no order; as many as {@link find} found. */
  readonly taken: Int32Array;
  readonly #rows: number;
  readonly #reach: number;
  readonly #paddingPrice: number;
  /** What rounding may make of a sum of the column. */
  readonly #rounding: number;
  /** By station, row of the gap + reach. The gap is entered from station reach - 1; none comes from those before. */
  readonly #best: Float64Array;
  /** Station before, or ~station where the step is a padding word. */
  readonly #from: Int32Array;
  /** Best station from this one to the end of its block, of equal ones the last. */
  readonly #onward: Int32Array;
  #count = 0;

  /** @param largest the largest magnitude of all columns */
  constructor(rows: number, reach: number, paddingPrice: number, largest: number) {
    this.taken = new Int32Array(rows);
    this.#rows = rows;
    this.#reach = reach;
    this.#paddingPrice = paddingPrice;
    this.#rounding = 2 ** -50 * rows * (largest + paddingPrice);
    this.#best = new Float64Array(reach + rows).fill(Number.NEGATIVE_INFINITY);
    this.#from = new Int32Array(reach + rows);
    this.#onward = new Int32Array(reach + rows).fill(reach - 1, 0, reach);
  }

  /**
   * Finds the best path; among paths of equal worth, the one that ends first.
   *
   * @param magnitudes the column stands at `base` in it
   * @param prices price of each row
   * @returns number of rows
   */
  find(magnitudes: Float64Array, base: number, prices: Float64Array): number {
    const rows = this.#rows;
    const reach = this.#paddingPrice > 0 ? this.#reach : Number.POSITIVE_INFINITY;
    const rounding = this.#rounding;
    this.#count = 0;
    let worth = 0;
    let above = -1;
    for (let row = 0; row < rows; row++) {
      const magnitude = magnitudes[base + row]!;
      const gain = magnitude - prices[row]!;
      if (gain < -rounding) continue;
      if (gain <= rounding) return this.#findInAll(magnitudes, base, prices);
      if (row - above > reach) worth = this.#bridge(magnitudes, base, prices, above, row, worth);
      worth = worth + magnitude - prices[row]!;
      this.taken[this.#count++] = row;
      above = row;
    }
    if (rows - above > reach) this.#bridge(magnitudes, base, prices, above, rows, worth);
    return this.#count;
  }

  #findInAll(magnitudes: Float64Array, base: number, prices: Float64Array): number {
    this.#count = 0;
    this.#bridge(magnitudes, base, prices, -1, this.#rows, 0);
    return this.#count;
  }

  /**
   * Takes the best way over a gap.
   *
   * Rows go by blocks of `reach`: the best of the last `reach` stations is either in this block so far, or in the block
   * before from the station `reach` ago on (van Herk's running maximum, 1992).
   *
   * @param above station above the gap
   * @param below station below it, or the end of the column
   * @param start worth of the path above
   * @returns worth of the path to the last station of the gap
   */
  #bridge(
    magnitudes: Float64Array,
    base: number,
    prices: Float64Array,
    above: number,
    below: number,
    start: number,
  ): number {
    const reach = this.#reach;
    const paddingPrice = this.#paddingPrice;
    const best = this.#best;
    const from = this.#from;
    const onward = this.#onward;
    const first = above + 1;
    const rows = below - first;
    best[reach - 1] = start;
    let newest = 0;
    let most = 0;
    for (let block = 0; block <= rows; block += reach) {
      if (block > 0) this.#lookOnward(block);
      // The last station of the block before is within reach of all this block.
      newest = block + reach - 1;
      most = best[newest]!;
      const end = Math.min(block + reach, rows);
      for (let row = block; row < end; row++) {
        let before = newest;
        let worth = most;
        const early = onward[row]!;
        if (best[early]! > worth) {
          before = early;
          worth = best[early]!;
        }
        worth = worth + magnitudes[base + first + row]! - prices[first + row]!;
        const padded = best[row]! - paddingPrice;
        if (padded > worth) {
          worth = padded;
          before = ~row;
        }
        best[row + reach] = worth;
        from[row + reach] = before;
        if (worth >= most) {
          newest = row + reach;
          most = worth;
        }
      }
    }
    const early = onward[rows]!;
    const last = below === this.#rows ? this.#lastOf(rows) : best[early]! > most ? early : newest;
    this.#trace(last, first);
    return best[last]!;
  }

  /** The last station of the best path to the end of the column, from a gap of this many rows: of equal ones the first. */
  #lastOf(rows: number): number {
    const start = this.#reach - 1;
    let last = start;
    let most = Number.NEGATIVE_INFINITY;
    for (let station = start; station <= start + rows; station++) {
      const padding = Math.floor((start + rows - station) / this.#reach);
      const worth = this.#best[station]! - this.#paddingPrice * padding;
      if (worth > most) {
        last = station;
        most = worth;
      }
    }
    return last;
  }

  /** Finds the best stations onward in the block of `reach` stations from `start` on. */
  #lookOnward(start: number): void {
    const best = this.#best;
    const onward = this.#onward;
    let newest = start + this.#reach - 1;
    let most = best[newest]!;
    for (let station = newest; station >= start; station--) {
      if (best[station]! > most) {
        newest = station;
        most = best[station]!;
      }
      onward[station] = newest;
    }
  }

  /** Follows a path back through the gap from its last station. */
  #trace(last: number, first: number): void {
    const reach = this.#reach;
    for (let station = last; station >= reach; ) {
      const before = this.#from[station]!;
      if (before >= 0) this.taken[this.#count++] = first + station - reach;
      station = before >= 0 ? before : ~before;
    }
  }
}
