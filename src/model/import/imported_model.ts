import type { Graph } from '../graph.ts';

/** What an importer found in a file. */
export interface ImportedModel {
  readonly graph: Graph;
  /** Every tensor of the file, those that are not of the model included. */
  readonly tensors: readonly TensorSummary[];
}

/** A tensor as the file describes it. */
export interface TensorSummary {
  readonly name: string;
  /** Element type, e.g. `F32`. */
  readonly dtype: string;
  /** Dimensions, outermost first. */
  readonly shape: readonly number[];
}
