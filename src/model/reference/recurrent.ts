import type { Frames } from '../../data/frames.ts';
import { EsegenError } from '../../util/errors.ts';
import type { Floats, StateBinding } from '../graph.ts';

/** Parts of a recurrent layer's state: y and c of an LSTM, h of a GRU. */
export type StatePart = StateBinding['part'];

/** A state by part; what is left out starts from `initial` of the layer, or from zeros. */
export type StateValues = Readonly<Partial<Record<StatePart, Floats>>>;

/**
 * Vectors inside a recurrent layer, of every step:
 *
 * - `z`: pre-activations as the activation functions see them; [4H] of an LSTM in the order i, f, c, o, [3H] of a GRU: r, z, n;
 * - `c`, `m`: new cell state and cell outputs of an LSTM, [H];
 * - `nh`: Wnh·h' + bnh of a GRU that resets after the product, [H]; `rh`: r⊙h' of one that resets before it, [H].
 */
export type InnerVector = 'z' | 'c' | 'm' | 'nh' | 'rh';

/** How a recurrent layer is run over an utterance. */
export interface RecurrentOptions {
  /** State to start from. */
  readonly state?: StateValues | undefined;
  /** What becomes of every new c of an LSTM, or h of a GRU, e.g. to try a number format; default nothing. */
  readonly round?: ((value: number) => number) | undefined;
  /** Is handed the inner vectors of all steps at the end, in the order of time. */
  readonly observe?: ((vector: InnerVector, values: Frames) => void) | undefined;
}

/** What a recurrent layer made of an utterance. */
export interface RecurrentResult {
  /** [T, P]. */
  readonly y: Frames;
  /** State behind the last step that was taken: the first of time in a reverse layer. */
  readonly state: Readonly<Partial<Record<StatePart, Float64Array>>>;
}

/** A recurrent layer in double precision; it keeps no state between runs. */
export interface FloatRecurrent {
  /**
   * Runs an utterance.
   *
   * @param x [T, I]
   * @throws EsegenError where x or a state has another width
   */
  run(x: Frames, options?: RecurrentOptions): RecurrentResult;
}

/** Steps whose x products are computed at once. */
export const BLOCK_STEPS = 64;

/** Blocks of up to {@link BLOCK_STEPS} steps in the order in which a layer takes them; `first` is the earliest in time. */
export function* blocksOf(
  steps: number,
  reverse: boolean,
): Generator<{ readonly first: number; readonly count: number }> {
  for (let done = 0; done < steps; done += BLOCK_STEPS) {
    const count = Math.min(BLOCK_STEPS, steps - done);
    yield { first: reverse ? steps - done - count : done, count };
  }
}

/** @throws EsegenError where frames are not as wide as the layer's input */
export function checkWidth(layer: string, x: Frames, inputs: number): void {
  if (x.width === inputs) return;
  throw new EsegenError(`float ${layer}`, `frames have ${x.width} values, the layer takes ${inputs}`);
}

/**
 * A copy of a state, or zeros.
 *
 * @throws EsegenError where it has another size
 */
export function startState(part: StatePart, values: Floats | undefined, size: number): Float64Array {
  if (values === undefined) return new Float64Array(size);
  if (values.length === size) return Float64Array.from(values);
  throw new EsegenError(`state ${part}`, `has ${values.length} values, expected ${size}`);
}
