import type { Floats } from './graph.ts';

/** Peephole weights, one per cell: `i` and `f` look at the previous cell state, `o` at the new one. */
export interface Peepholes {
  readonly i: Floats;
  readonly f: Floats;
  readonly o: Floats;
}

/**
 * One LSTMP layer as the one-layer compiler takes it: `stacked` makes it of a layer of the graph. Rows of the stacked gate matrices are in the order
 * i, f, g, o (PyTorch's), each `cells` rows high.
 */
export interface StackedLayer {
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
  readonly layer: StackedLayer;
  readonly outputLayer: OutputLayer | null;
}
