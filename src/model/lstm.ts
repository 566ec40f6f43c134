import type { CellRule, Floats } from './graph.ts';

export { type Activation, type CellRule, ESE_CELL, type Floats } from './graph.ts';

/** Peephole weights, one per cell: `i` and `f` look at the previous cell state, `o` at the new one. */
export interface Peepholes {
  readonly i: Floats;
  readonly f: Floats;
  readonly o: Floats;
}

/**
 * One LSTMP layer as trained, whatever file it came from. Rows of the stacked gate matrices are in the order
 * i, f, g, o (PyTorch's), each `cells` rows high.
 */
export interface LstmLayer {
  /** I: length of x. */
  readonly inputs: number;
  /** H: number of cells. */
  readonly cells: number;
  /** P: length of y; equal to `cells` without a projection. */
  readonly outputs: number;
  /** W_x, [4H, I]. */
  readonly weightX: Floats;
  /** W_r, [4H, P]. */
  readonly weightR: Floats;
  /** W_ym, [P, H]; null where y = m. */
  readonly weightP: Floats | null;
  /** Sum of all bias vectors of the source, [4H], zeros where it has none. */
  readonly bias: Float64Array;
  readonly peepholes: Peepholes | null;
}

/** Linear layer behind the LSTM; it runs on the host. */
export interface OutputLayer {
  readonly classes: number;
  /** [classes, P]. */
  readonly weight: Floats;
  /** [classes]. */
  readonly bias: Float64Array;
}

/** A model that the hardware can run: one layer, one direction, ESE's cell. Every later stage starts from it. */
export interface LstmModel {
  readonly layer: LstmLayer;
  readonly outputLayer: OutputLayer | null;
}

/** State before the first frame of an utterance. */
export interface InitialState {
  /** [P]. */
  readonly y: Floats;
  /** [H]. */
  readonly c: Floats;
}

/** One direction of a layer as trained. */
export interface LstmDirection {
  readonly layer: LstmLayer;
  readonly cell: CellRule;
  /** Whether it takes an utterance from its last frame to its first. */
  readonly reverse: boolean;
  /** null: zeros. */
  readonly initial: InitialState | null;
}

/**
 * What a model file holds, whether the hardware can run it or not; `hardwareModel` makes an {@link LstmModel} of it where it
 * can.
 */
export interface TrainedModel {
  /**
   * Stacked layers, first layer first; each has one direction, or two with the forward one first. The outputs of two
   * directions stand side by side, forward first, and are the inputs of the next layer.
   */
  readonly layers: readonly (readonly LstmDirection[])[];
  /** Its `weight` is [classes, directions · P]. */
  readonly outputLayer: OutputLayer | null;
  /** Name of a value of the model that gives initial states at run time; null where none does. */
  readonly stateInput: string | null;
  /** Fixed lengths of the utterances of a batch in frames; null where an utterance ends when its frames end. */
  readonly sequenceLengths: readonly number[] | null;
}
