import { type Formats, Z_BITS, Z_FRAC } from '../machine/formats.ts';
import { GATES } from '../machine/tiles.ts';
import { roundHalfUp } from '../util/fixed.ts';
import type { CellObserver } from './lstm_slot.ts';

/** Number of the gate g. */
const CANDIDATE = 2;

/** Values that were computed, and how many of them lay outside. */
export interface Tally {
  values: number;
  outside: number;
}

/** Share of the values of a vector that its format cut off. */
export interface VectorShare {
  readonly name: 'x' | 'c' | 'y' | 'z';
  readonly share: number;
  /** Largest value that the format holds. */
  readonly reach: number;
}

/** Share of the gate pre-activations that read the first or the last word of a table. */
export interface TableShare {
  readonly name: 'sigmoid' | 'tanh';
  readonly range: number;
  readonly share: number;
  /** By how much such a word is wrong at most: at the border of the range. */
  readonly error: number;
  /** By how much the other words are wrong at most: half a step at the steepest place. */
  readonly stepError: number;
}

/** What saturated in a run of the golden model. */
export interface SaturationReport {
  readonly vectors: readonly VectorShare[];
  readonly tables: readonly TableShare[];
}

const empty = (): Tally => ({ values: 0, outside: 0 });

/**
 * Counts what saturates, over all frames and channels of a run of the golden model of one layer. Of c, y and z a value at an end of its
 * format counts as cut off.
 */
export class Saturation {
  readonly #formats: Formats;
  readonly x = empty();
  readonly c = empty();
  readonly y = empty();
  readonly z = empty();
  /** Pre-activations of i, f and o beyond the sigmoid's table, and of g beyond the tanh's. */
  readonly gates = empty();
  readonly candidates = empty();

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** Takes in what is inside a cell. */
  readonly observe: CellObserver = (_cell, { z, c }) => {
    const { vectorBits, sigmoidRange, tanhRange } = this.#formats;
    for (let gate = 0; gate < GATES; gate++) {
      const value = z[gate]!;
      countEnd(this.z, value, Z_BITS);
      const [tally, range] = gate === CANDIDATE ? [this.candidates, tanhRange] : [this.gates, sigmoidRange];
      const limit = range * 2 ** Z_FRAC;
      tally.values++;
      // The format of z ends at 16, as the widest table does.
      if (value >= Math.min(limit, 2 ** (Z_BITS - 1) - 1) || value < -limit) tally.outside++;
    }
    countEnd(this.c, c, vectorBits);
  };

  /** Takes outputs in. */
  addOutputs(y: Int16Array): void {
    for (let i = 0; i < y.length; i++) countEnd(this.y, y[i]!, this.#formats.vectorBits);
  }

  /** Takes inputs in that are still reals. */
  addInputs(values: ArrayLike<number>): void {
    const { xFrac, vectorBits } = this.#formats;
    const scale = 2 ** xFrac;
    const limit = 2 ** (vectorBits - 1);
    this.x.values += values.length;
    for (let i = 0; i < values.length; i++) {
      const integer = roundHalfUp(values[i]! * scale);
      if (integer >= limit || integer < -limit) this.x.outside++;
    }
  }

  report(): SaturationReport {
    const { vectorBits, xFrac, cFrac, yFrac, sigmoidRange, tanhRange } = this.#formats;
    const vector = (name: VectorShare['name'], tally: Tally, bits: number, frac: number): VectorShare[] =>
      tally.values === 0 ? [] : [{ name, share: shareOf(tally), reach: 2 ** (bits - 1 - frac) }];
    return {
      vectors: [
        ...vector('x', this.x, vectorBits, xFrac),
        ...vector('c', this.c, vectorBits, cFrac),
        ...vector('y', this.y, vectorBits, yFrac),
        ...vector('z', this.z, Z_BITS, Z_FRAC),
      ],
      tables: [
        {
          name: 'sigmoid',
          range: sigmoidRange,
          share: shareOf(this.gates),
          error: 1 / (1 + Math.exp(sigmoidRange)),
          stepError: sigmoidRange / 2 ** 13,
        },
        {
          name: 'tanh',
          range: tanhRange,
          share: shareOf(this.candidates),
          error: 1 - Math.tanh(tanhRange),
          stepError: tanhRange / 2 ** 11,
        },
      ],
    };
  }
}

function countEnd(tally: Tally, value: number, bits: number): void {
  const end = 2 ** (bits - 1);
  tally.values++;
  if (value === end - 1 || value === -end) tally.outside++;
}

function shareOf({ values, outside }: Tally): number {
  return values === 0 ? 0 : outside / values;
}
