import type { NodeId, Port, StateBinding, Tensor, TensorId } from '../model/graph.ts';
import type { Fixed } from '../util/fixed.ts';
import type { TermWindow } from './legal_graph.ts';

export type { Fixed };

/** A matrix in integers, within ±(2^(bits-1) - 1). */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns]. */
  readonly values: Int16Array;
  readonly format: Fixed;
}

/** What a product reads: a tensor of the graph, or a vector that the node itself makes. */
export type ProductSource =
  | { readonly tensor: TensorId }
  /** y of an LSTM, or h of a GRU, of the step before; m of an LSTM before its projection; r⊙h' of a GRU. */
  | { readonly own: 'y' | 'h' | 'm' | 'rh' };

/** A matrix-vector product, added to accumulators: matrix · (source << align). */
export interface Product {
  readonly source: ProductSource;
  readonly matrix: QuantizedMatrix;
  /** Elements of the matrix that the model has; the others are zeros of its structure. */
  readonly weights: number;
  /** Left shift of the source, 0 to 15: matrix.frac + source.frac + align = frac of the sums. */
  readonly align: number;
  /** null: the whole vector. */
  readonly window: TermWindow | null;
}

/** Accumulators of a part of a node; all products have the same rows. */
export interface Sums {
  readonly rows: number;
  readonly products: readonly Product[];
  /**
   * Block of the spectra that the products add: their matrices have the rows and columns of `spectralMatrix`, whole blocks of them, columns in the order of
   * `spectralColumns`; and the right shift of a sum before it is transformed back. null where products add the sums themselves.
   */
  readonly spectral: { readonly block: number; readonly drop: number } | null;
  /** Fraction bits of sums and biases. */
  readonly frac: number;
  /** Bits of an accumulator; exact accumulation never leaves it. */
  readonly bits: number;
  /** Whether it saturates after every addition instead, because the config forces its width. */
  readonly saturate: boolean;
  /** [rows], integers of `frac` fraction bits. */
  readonly bias: Float64Array;
}

/** A gate function: by table, or max(0, min(1, v)), to which a hard sigmoid's slope and offset are folded. */
export type GateFunction = 'sigmoid' | 'tanh' | 'unitClip';

/** An LSTM; gate sums are in rows 4k + gate (i, f, c, o) of cell k. */
export interface QuantizedLstm {
  readonly kind: 'lstm';
  readonly cells: number;
  readonly gates: Sums;
  /** Right shift of a gate sum to z, which has 16 bits and 11 fraction bits. */
  readonly zShift: number;
  /** Limit of |z| in z's units; null where there is none that z could reach. */
  readonly zClip: number | null;
  readonly gate: GateFunction;
  /** Peephole weights [H] each of 16 bits; their product with c is shifted left by `shift` to the fraction bits of the sums. */
  readonly peepholes: {
    readonly i: Int16Array;
    readonly f: Int16Array;
    readonly o: Int16Array;
    readonly frac: number;
    readonly shift: number;
  } | null;
  readonly c: Fixed;
  /** Limit of |c| in c's units, or steps of its upper 16 bits (`clipUnit`); null where there is none that c could reach. */
  readonly cellClip: number | null;
  readonly m: Fixed;
  /** Projection sums, rows [P], and their right shift to y; null where y = m. */
  readonly projection: { readonly sums: Sums; readonly shift: number } | null;
  /** Format of y: m's without a projection. */
  readonly y: Fixed;
  readonly reverse: boolean;
  /** Integers in the formats of y and c. */
  readonly initial: { readonly y: Int32Array; readonly c: Int32Array } | null;
}

/**
 * A GRU. Reset after the product: one stage, sums in rows 4k + (r, z, nx, nh). Reset before it: first the sums of r in rows k,
 * which give r⊙h'; then rows 2k + (z, n).
 */
export interface QuantizedGru {
  readonly kind: 'gru';
  readonly cells: number;
  readonly stages:
    | {
        readonly reset: 'after';
        readonly sums: Sums;
        /** Format of nh before it meets r, of 16 bits, and the right shift of its sum to it. */
        readonly hidden: Fixed;
        readonly hiddenShift: number;
      }
    | { readonly reset: 'before'; readonly resetSums: Sums; readonly sums: Sums; readonly resetShift: number };
  /** Right shift of a sum to z's format, 16 bits and 11 fraction bits: of r, z, and n without r⊙nh. */
  readonly zShift: number;
  readonly zClip: number | null;
  readonly gate: GateFunction;
  readonly h: Fixed;
  readonly reverse: boolean;
  readonly initial: { readonly h: Int32Array } | null;
}

/**
 * y = f(sums + bias). Without a table: shifted right by `shift` to the output format, then kept within `low` and `high`, or the
 * negative half multiplied by `slope` / 2^15 (leaky ReLU). With one: shifted to z's format, looked up, and rounded to the output
 * format.
 */
export interface QuantizedAffine {
  readonly kind: 'affine';
  /** Rows: output channels. With windows they are computed at every position. */
  readonly sums: Sums;
  /** Output positions of a step: 1 without windows. */
  readonly positions: number;
  readonly shift: number;
  readonly activation:
    | { readonly kind: 'none' }
    | { readonly kind: 'clip'; readonly low: number; readonly high: number }
    | { readonly kind: 'leaky'; readonly slope: number }
    | { readonly kind: 'table'; readonly table: 'sigmoid' | 'tanh' };
}

export interface QuantizedPick {
  readonly kind: 'pick';
  readonly source: TensorId;
  readonly at: 'first' | 'last';
}

export type QuantizedLayer = QuantizedLstm | QuantizedGru | QuantizedAffine | QuantizedPick;

/** All sums of a layer, in the order of their work. */
export function sumsOfLayer(layer: QuantizedLayer): readonly Sums[] {
  switch (layer.kind) {
    case 'lstm':
      return [layer.gates, ...(layer.projection === null ? [] : [layer.projection.sums])];
    case 'gru':
      return [...(layer.stages.reset === 'before' ? [layer.stages.resetSums] : []), layer.stages.sums];
    case 'affine':
      return [layer.sums];
    case 'pick':
      return [];
  }
}

export interface QuantizedNode {
  readonly id: NodeId;
  readonly name: string;
  readonly layer: QuantizedLayer;
  readonly output: TensorId;
}

/** A network in integers: what is lowered to a Program. */
export interface QuantizedGraph {
  readonly tensors: ReadonlyMap<TensorId, Tensor>;
  /** Format of every tensor that the hardware holds. */
  readonly formats: ReadonlyMap<TensorId, Fixed>;
  readonly nodes: readonly QuantizedNode[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly states: readonly StateBinding[];
  /** Half the input range of the activation tables, powers of two. */
  readonly tables: { readonly sigmoidRange: number; readonly tanhRange: number };
}
