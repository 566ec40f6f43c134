/** Keeps the last results of a piece of work, by what they were made from. */
export class Recent<T> {
  readonly #most: number;
  readonly #kept: { readonly key: readonly unknown[]; readonly value: T }[] = [];

  /** @param most results that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The result for a key, all parts of which are the same; `undefined`: there is none. */
  find(key: readonly unknown[]): T | undefined {
    const at = this.#kept.findIndex((own) => own.key.every((part, n) => part === key[n]));
    if (at < 0) return undefined;
    const [found] = this.#kept.splice(at, 1);
    this.#kept.push(found!);
    return found!.value;
  }

  /** Keeps a result, in place of another one for the same key; the one that was asked for longest ago goes. */
  keep(key: readonly unknown[], value: T): void {
    if (this.find(key) !== undefined) this.#kept.pop();
    this.#kept.push({ key, value });
    if (this.#kept.length > this.#most) this.#kept.shift();
  }

  /** The result for a key, made where there is none. */
  get(key: readonly unknown[], make: () => T): T {
    const found = this.find(key);
    if (found !== undefined) return found;
    const value = make();
    this.keep(key, value);
    return value;
  }
}
