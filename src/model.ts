/** Values of an imported tensor, row-major, in the precision of its source. */
export type Floats = Float32Array | Float64Array;

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
  readonly bias: Floats;
}

/** An imported model: what every importer returns and every later stage starts from. */
export interface LstmModel {
  readonly layer: LstmLayer;
  readonly outputLayer: OutputLayer | null;
}
