import type { Floats } from '../../model/graph.ts';
import type { MatrixName } from '../../model/matrices.ts';
import type { TermWindow } from '../legal_graph.ts';
import type { Fixed, ProductSource } from '../quantized_graph.ts';

/** A product before it is rounded: rows in the order of the accumulators. */
export interface FloatProduct {
  readonly source: ProductSource;
  /** Format of the source. */
  readonly format: Fixed;
  readonly weight: { readonly rows: number; readonly columns: number; readonly values: Floats };
  /** Elements of it that the model has. */
  readonly weights: number;
  /** Matrices of the layer whose rows take turns in it; null is a row of zeros. */
  readonly names: readonly (MatrixName | null)[];
  readonly window: TermWindow | null;
}
