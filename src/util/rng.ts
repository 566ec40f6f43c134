/**
 * Seeded random numbers for stimuli, synthetic weights and random designs: xorshift32 (Marsaglia, "Xorshift RNGs", 2003,
 * triple 13/17/5). Same seed, same sequence, on every machine.
 */
export class Rng {
  #state: number;

  /** @param seed any integer; its low 32 bits are mixed so that neighbouring seeds give unrelated sequences */
  constructor(seed: number) {
    let h = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b);
    h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
    this.#state = (h ^ (h >>> 16)) >>> 0 || 0x9e3779b9;
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    let s = this.#state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.#state = s >>> 0;
    return this.#state;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform integer in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** One element of a non-empty list. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** Standard normal (Box-Muller, one value per call). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}
