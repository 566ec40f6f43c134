import type {
  Activation,
  Graph,
  GruLayer,
  LstmLayer,
  Matrix,
  NodeId,
  PickLayer,
  TensorId,
  Window,
} from '../model/graph.ts';

/** A sliding window of a term over the positions of a step and over time; see ConvLayer. */
export interface TermWindow {
  /** Channels of the source: the first axis of its shape, whose other axes are those of `space`. */
  readonly channels: number;
  readonly space: readonly Window[];
  readonly time: Window;
}

/** A product of a sum: a tensor with its matrix. */
export interface AffineTerm {
  readonly source: TensorId;
  /** [outputs, elements of the source], or with a window [outputs, channels · kernels] as in ConvLayer with one group. */
  readonly weight: Matrix;
  /** Elements of the matrix that the model has; the others are zeros of its structure, as beside the ones of a sum. */
  readonly weights: number;
  /** null: the whole vector of a step. */
  readonly window: TermWindow | null;
}

/**
 * y = f(Σ W·source + b): linear layers, convolutions, additions, batch-norms and layout changes that could not be folded into
 * their neighbours. With windows the sum is computed for every position, output channel by output channel: the output has the
 * shape [outputs, …positions].
 */
export interface AffineLayer {
  readonly kind: 'affine';
  readonly terms: readonly AffineTerm[];
  /** [outputs]. */
  readonly bias: Float64Array;
  readonly activation: Activation | null;
}

/** An LSTM or GRU whose x is several tensors side by side: the columns of its x matrices in this order. */
export interface RecurrentLayer {
  readonly kind: 'recurrent';
  readonly layer: LstmLayer | GruLayer;
  readonly sources: readonly TensorId[];
}

/** What the hardware executes; everything else has been folded, rewritten or refused. */
export type LegalLayer = AffineLayer | RecurrentLayer | (PickLayer & { readonly source: TensorId });

export interface LegalNode {
  readonly id: NodeId;
  readonly name: string;
  readonly layer: LegalLayer;
  readonly output: TensorId;
}

/** A graph of which the hardware can execute every node. */
export interface LegalGraph extends Pick<Graph, 'tensors' | 'inputs' | 'outputs' | 'states'> {
  readonly nodes: readonly LegalNode[];
}
