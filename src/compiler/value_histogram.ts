/** Octaves of the magnitudes of doubles. */
const OCTAVES = 2048;
const BIAS = 1023;

/** A double, and its upper half: sign, 11 bits of exponent, 20 bits of fraction. */
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * Magnitudes of a stream of numbers by octaves, [2^e, 2^(e+1)): how many there are, their sum and the sum of their squares. It
 * takes constant space, and gives the squared error of every fixed-point format afterwards.
 */
export class ValueHistogram {
  readonly #counts = new Float64Array(OCTAVES);
  readonly #sums = new Float64Array(OCTAVES);
  readonly #squares = new Float64Array(OCTAVES);
  #peak = 0;
  #count = 0;

  /** Largest magnitude, 0 where there is no value. */
  get peak(): number {
    return this.#peak;
  }

  /** How many values there are. */
  get count(): number {
    return this.#count;
  }

  /** Sum of the squares of all values. */
  get energy(): number {
    return this.#squares.reduce((sum, octave) => sum + octave, 0);
  }

  /** How many values have a magnitude of at least 2^exponent. */
  countFrom(exponent: number): number {
    const first = Math.min(Math.max(exponent + BIAS, 0), OCTAVES);
    return this.#counts.subarray(first).reduce((sum, octave) => sum + octave, 0);
  }

  /** Takes finite values in. */
  add(values: ArrayLike<number>): void {
    this.#count += values.length;
    for (let i = 0; i < values.length; i++) {
      const magnitude = Math.abs(values[i]!);
      if (magnitude > this.#peak) this.#peak = magnitude;
      double[0] = magnitude;
      const octave = halves[UPPER]! >>> 20;
      this.#counts[octave]!++;
      this.#sums[octave]! += magnitude;
      this.#squares[octave]! += magnitude * magnitude;
    }
  }

  /**
   * Sum of squared errors of the values in a fixed-point format. Exact where values saturate, and below the unit; step² / 12
   * for each value between, the mean over evenly spread remainders.
   *
   * @param fractionBits binary places
   * @param bits width, 2 or more
   */
  squaredError(fractionBits: number, bits: number): number {
    const unit = 2 ** -fractionBits;
    const limit = (2 ** (bits - 1) - 1) * unit;
    let error = 0;
    for (let octave = 0; octave < OCTAVES; octave++) {
      const count = this.#counts[octave]!;
      if (count === 0) continue;
      const squares = this.#squares[octave]!;
      // Octave relative to the unit: below -1 values round to 0, in -1 to the unit.
      const relative = octave - BIAS + fractionBits;
      if (relative >= bits - 1) error += distance(count, this.#sums[octave]!, squares, limit);
      else if (relative < -1) error += squares;
      else if (relative === -1) error += distance(count, this.#sums[octave]!, squares, unit);
      else error += (count * unit * unit) / 12;
    }
    return error;
  }
}

/** Sum of (v - point)² over values v of known count, sum and squares; never below 0. */
function distance(count: number, sum: number, squares: number, point: number): number {
  return Math.max(squares - 2 * point * sum + count * point * point, 0);
}
