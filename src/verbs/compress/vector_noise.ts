import { SignalNoise } from '../../data/signal_noise.ts';
import type { NodeId } from '../../model/graph.ts';
import { type Fixed, quantize } from '../../util/fixed.ts';

/** What happens to a vector over the calibration frames. */
export interface VectorNoise {
  /** Layer that makes it; null of an input. */
  readonly layer: NodeId | null;
  /** An input, an output, or a vector inside of a layer: c, m before a projection, nh of a GRU. */
  readonly name: 'x' | 'y' | 'c' | 'm' | 'nh';
  readonly fractionBits: number;
  /** Largest magnitude of the double-precision model, and how many of its values the format cuts. */
  readonly peak: number;
  readonly values: number;
  readonly saturated: number;
  /** Of the format alone: the values of the double-precision model, rounded and cut. dB, null where nothing is lost. */
  readonly formatSqnrDb: number | null;
  /** Of the golden model against the double-precision model: all that rounding adds up to; null of nh, too, which stays in the cell. */
  readonly goldenSqnrDb: number | null;
}

/** A vector as its values go by. */
export class VectorTally {
  readonly #layer: NodeId | null;
  readonly #name: VectorNoise['name'];
  readonly #format: Fixed;
  readonly #rounded = new SignalNoise();
  readonly #golden = new SignalNoise();
  #peak = 0;
  #values = 0;
  #saturated = 0;

  constructor(layer: NodeId | null, name: VectorNoise['name'], format: Fixed) {
    this.#layer = layer;
    this.#name = name;
    this.#format = format;
  }

  /** @param golden the same values in the golden model, in reals; null of an input, which is rounded and no more */
  add(exact: Float64Array, golden: Float64Array | null): void {
    const { bits, frac } = this.#format;
    const unit = 2 ** -frac;
    const limit = (2 ** (bits - 1) - 0.5) * unit;
    for (let i = 0; i < exact.length; i++) {
      const value = exact[i]!;
      const magnitude = Math.abs(value);
      if (magnitude > this.#peak) this.#peak = magnitude;
      if (magnitude >= limit) this.#saturated++;
      const rounded = quantize(value, frac, bits) * unit;
      this.#rounded.addPair(value, rounded);
      this.#golden.addPair(value, golden === null ? rounded : golden[i]!);
    }
    this.#values += exact.length;
  }

  report(): VectorNoise {
    return {
      layer: this.#layer,
      name: this.#name,
      fractionBits: this.#format.frac,
      peak: this.#peak,
      values: this.#values,
      saturated: this.#saturated,
      formatSqnrDb: this.#rounded.db,
      goldenSqnrDb: this.#name === 'nh' ? null : this.#golden.db,
    };
  }
}
