import type { Graph, NodeId } from '../graph.ts';
import type { MatrixName } from '../matrices.ts';

/** What an importer found in a file. */
export interface ImportedModel {
  readonly graph: Graph;
  /** Every tensor of the file, those that are not of the model included. */
  readonly tensors: readonly TensorSummary[];
  /** Where a PyTorch state dict has the matrices that pruning knows; not of other formats. */
  readonly weightTensors?: readonly WeightTensor[];
}

/** A tensor of a state dict that holds matrices of a node on top of each other. */
export interface WeightTensor {
  readonly tensor: string;
  readonly node: NodeId;
  readonly matrices: readonly MatrixName[];
}

/** A tensor as the file describes it. */
export interface TensorSummary {
  readonly name: string;
  /** Element type, e.g. `F32`. */
  readonly dtype: string;
  /** Dimensions, outermost first. */
  readonly shape: readonly number[];
}
