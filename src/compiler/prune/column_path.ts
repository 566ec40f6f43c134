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
 */
export class ColumnPath {
  readonly #rows: number;
  readonly #reach: number;
  /** By row + 1; 0 is the start. */
  readonly #best: Float64Array;
  /** Station before, or ~station where the step is a padding word. */
  readonly #from: Int32Array;
  /** Stations within reach that no later one beats, best first. */
  readonly #queue: Int32Array;

  constructor(rows: number, reach: number) {
    this.#rows = rows;
    this.#reach = reach;
    this.#best = new Float64Array(rows + 1);
    this.#from = new Int32Array(rows + 1);
    this.#queue = new Int32Array(rows + 1);
  }

  /**
   * Marks the weights of the best path in `mask`; among paths of equal worth, the one that ends first.
   *
   * @param magnitudes the column stands at `base` in it, and in `mask`
   * @param prices price of each row
   * @param mask its column is zero
   */
  mark(magnitudes: Float64Array, base: number, prices: Float64Array, paddingPrice: number, mask: Uint8Array): void {
    const rows = this.#rows;
    const reach = this.#reach;
    const best = this.#best;
    const from = this.#from;
    const queue = this.#queue;
    let head = 0;
    let tail = 1;
    queue[0] = 0;
    let last = 0;
    let lastWorth = -paddingPrice * Math.floor(rows / reach);
    for (let station = 1; station <= rows; station++) {
      while (queue[head]! < station - reach) head++;
      let before = queue[head]!;
      let worth = best[before]! + magnitudes[base + station - 1]! - prices[station - 1]!;
      if (station >= reach) {
        const padded = best[station - reach]! - paddingPrice;
        if (padded > worth) {
          worth = padded;
          before = ~(station - reach);
        }
      }
      best[station] = worth;
      from[station] = before;
      while (tail > head && best[queue[tail - 1]!]! <= worth) tail--;
      queue[tail++] = station;
      const endWorth = worth - paddingPrice * Math.floor((rows - station) / reach);
      if (endWorth > lastWorth) {
        last = station;
        lastWorth = endWorth;
      }
    }
    for (let station = last; station > 0; ) {
      const before = from[station]!;
      if (before >= 0) mask[base + station - 1] = 1;
      station = before >= 0 ? before : ~before;
    }
  }
}
