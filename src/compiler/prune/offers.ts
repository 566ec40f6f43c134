import { Exchanges, type Selection } from './selection.ts';

/** A weight to give up or to take in. */
export interface Exchange {
  readonly column: number;
  readonly row: number;
}

/** The cheapest exchanges of every sub-matrix in every column, kept up to date while weights are exchanged. */
export class Offers {
  readonly columns: number;
  readonly #selection: Selection;
  readonly #parts: number;
  /** [columns, 2, parts]: those to take in, then those to give up. */
  readonly #found: Exchanges;

  constructor(selection: Selection) {
    this.columns = selection.columnCounts.length;
    this.#selection = selection;
    this.#parts = selection.counts.length;
    this.#found = new Exchanges(this.columns * 2 * this.#parts);
    for (let column = 0; column < this.columns; column++) this.#update(column);
  }

  /** What it costs to give a weight of a sub-matrix up (`kept`) or to take one in; infinite where there is none. */
  cost(column: number, kept: boolean, part: number): number {
    return this.#found.costs[this.#at(column, kept) + part]!;
  }

  exchange(column: number, kept: boolean, part: number): Exchange {
    return { column, row: this.#found.rows[this.#at(column, kept) + part]! };
  }

  /** Gives a weight up, or takes it in. */
  flip({ column, row }: Exchange): void {
    this.#selection.flip(column, row);
    this.#update(column);
  }

  #at(column: number, kept: boolean): number {
    return (2 * column + (kept ? 1 : 0)) * this.#parts;
  }

  #update(column: number): void {
    this.#selection.findToTakeIn(column, this.#found, this.#at(column, false));
    this.#selection.findToGiveUp(column, this.#found, this.#at(column, true));
  }
}
