import type { Exchange, Selection } from './selection.ts';

/** The cheapest exchange of a sub-matrix in every column, kept up to date while weights are exchanged. */
export class Offers {
  readonly #selection: Selection;
  /** By sub-matrix: weights to give up, and to take in. Only those that have been asked for. */
  readonly #out = new Map<number, (Exchange | null)[]>();
  readonly #into = new Map<number, (Exchange | null)[]>();

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** Weights to give up (`kept`) or to take in, by column; null where there is none. */
  of(kept: boolean, part: number): readonly (Exchange | null)[] {
    const table = kept ? this.#out : this.#into;
    let offers = table.get(part);
    if (offers === undefined) {
      const { columnCounts } = this.#selection;
      offers = Array.from(columnCounts, (_, column) => this.#selection.cheapest(column, kept, part));
      table.set(part, offers);
    }
    return offers;
  }

  /** Gives a weight up, or takes it in. */
  flip(exchange: Exchange): void {
    const { column } = exchange;
    this.#selection.flip(exchange);
    for (const [part, offers] of this.#out) offers[column] = this.#selection.cheapest(column, true, part);
    for (const [part, offers] of this.#into) offers[column] = this.#selection.cheapest(column, false, part);
  }
}
