import type { TrainedModel } from '../lstm.ts';

/** What an importer found in a file. */
export interface ImportedModel {
  readonly model: TrainedModel;
  /** Every tensor of the file, those that are not of the model included. */
  readonly tensors: readonly TensorSummary[];
  /** Kinds of the operators or components that are not part of the model and stay on the host, each once. */
  readonly leftOut: readonly string[];
}

/** A tensor as the file describes it. */
export interface TensorSummary {
  readonly name: string;
  /** Element type, e.g. `F32`. */
  readonly dtype: string;
  /** Dimensions, outermost first. */
  readonly shape: readonly number[];
}
