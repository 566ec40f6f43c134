/** How far values are from what they stand for, added up over a stream. */
export class SignalNoise {
  #signal = 0;
  #noise = 0;
  #largest = 0;

  /** Takes pairs in; both of the same length. */
  add(exact: ArrayLike<number>, values: ArrayLike<number>): void {
    for (let i = 0; i < exact.length; i++) this.addPair(exact[i]!, values[i]!);
  }

  /** Takes one pair in. */
  addPair(exact: number, value: number): void {
    const error = Math.abs(exact - value);
    this.#signal += exact * exact;
    this.#noise += error * error;
    if (error > this.#largest) this.#largest = error;
  }

  /** Signal to noise ratio in dB; null where there is no noise, or no signal. */
  get db(): number | null {
    return this.#noise === 0 || this.#signal === 0 ? null : 10 * Math.log10(this.#signal / this.#noise);
  }

  /** Root of noise over signal; 0 where there is no signal. */
  get relative(): number {
    return this.#signal === 0 ? 0 : Math.sqrt(this.#noise / this.#signal);
  }

  /** Largest error. */
  get largest(): number {
    return this.#largest;
  }
}
