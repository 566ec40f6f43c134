import { EsegenError } from '../util/errors.ts';

/** Results of work that several points share, the latest few of them; what was refused is refused again without the work. */
export class Shared<T> {
  readonly #most: number;
  readonly #made = new Map<string, { readonly value: T } | { readonly fault: EsegenError }>();
  /** How often the work was done. */
  done = 0;

  /** @param most results that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws EsegenError as `make` does, or did */
  get(key: string, make: () => T): T {
    let entry = this.#made.get(key);
    if (entry === undefined) {
      // Room first: two large results need not be there at the same time.
      for (const oldest of this.#made.keys()) {
        if (this.#made.size < this.#most) break;
        this.#made.delete(oldest);
      }
      entry = attempt(make);
      this.done++;
    } else this.#made.delete(key);
    this.#made.set(key, entry);
    if ('fault' in entry) throw entry.fault;
    return entry.value;
  }
}

function attempt<T>(make: () => T): { readonly value: T } | { readonly fault: EsegenError } {
  try {
    return { value: make() };
  } catch (error) {
    if (!(error instanceof EsegenError)) throw error;
    return { fault: error };
  }
}
