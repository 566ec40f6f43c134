import { PEEP_BITS } from '../../machine/formats.ts';
import type { Floats, NodeId } from '../../model/graph.ts';
import type { MatrixName } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';
import { bitsFor } from '../../util/fixed.ts';
import { bestWeightFraction } from '../fraction_bits.ts';
import type { TermWindow } from '../legal_graph.ts';
import type { Fixed, ProductSource, Sums } from '../quantized_graph.ts';
import { largestRow, peakOf, quantizeBias, quantizeMatrix } from './integers.ts';
import { matrixNoise } from './noise.ts';
import { alignProducts } from './scales.ts';
import { MAX_SUM_BITS, maxAlign, type Widths } from './widths.ts';

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

/** What is asked of sums. */
export interface SumsSpec {
  /** Layer, for messages and the report. */
  readonly layer: NodeId;
  /** What the sums are called in messages, e.g. `gate sums`. */
  readonly what: string;
  readonly products: readonly FloatProduct[];
  /** [rows]. */
  readonly bias: Floats;
  /** Least and most fraction bits of the sums. */
  readonly least: number;
  readonly most: number;
  /** Fraction bits where all matrices are zero. */
  readonly allZero: number;
  /** Largest magnitude of what is added beside products and bias, in units of the sums, once their fraction bits are known. */
  readonly beside?: (frac: number) => number;
}

/**
 * Rounds the products of a sum and finds its widths: a power-of-two scale per matrix, accumulators as wide as the worst case of
 * these very weights, or of the config's width.
 *
 * @throws EsegenError where the products are too far apart, or the sums do not fit into doubles
 */
export function quantizeSums(spec: SumsSpec, widths: Widths): Sums {
  const { what, products } = spec;
  const where = `layer ${spec.layer}`;
  const { weightBits, vectorBits, groups } = widths;
  const align = maxAlign(widths);
  const scales = products.map(({ weight, format }) => ({
    best: bestWeightFraction(weight.values, weightBits),
    frac: format.frac,
  }));
  const limits = { least: spec.least, most: spec.most, maxAlign: align, allZero: spec.allZero };
  const { frac, coarse, products: aligned } = alignProducts(scales, limits);
  if (aligned.some((product) => product.align > align)) {
    throw new EsegenError(
      where,
      `products of the ${what} have ${coarse} fraction bits with ${weightBits}-bit weights and ${vectorBits}-bit vectors, at least ${spec.least - align} are needed`,
      'Use wider weights or vectors, or check the model for very large weights',
    );
  }
  const made = products.map(({ source, weight, weights, names, window }, n) => {
    const { weightFrac, align: shift } = aligned[n]!;
    const values = quantizeMatrix(weight.values, weightFrac, weightBits);
    const format = { bits: weightBits, frac: weightFrac };
    const rounded = { columns: weight.columns, names, exact: weight.values, integers: values, format };
    widths.record?.(matrixNoise(spec.layer, source, rounded));
    const matrix = { rows: weight.rows, columns: weight.columns, values, format };
    return { source, matrix, weights, align: shift, window };
  });
  const bias = quantizeBias(spec.bias, frac);
  const bits = accumulatorBits(made, widths, spec.bias.length);
  const beside = spec.beside === undefined ? 0 : spec.beside(frac);
  const sumBits = sumBitsFor({ groups, vectorBits, accBits: bits, biasBits: biasBitsFor(bias), beside });
  if (sumBits > MAX_SUM_BITS) {
    throw new EsegenError(
      where,
      `${what} need ${sumBits} bits, at most ${MAX_SUM_BITS} are supported`,
      'Use narrower weights or vectors, force accumulatorBits, or check the model for very large biases and peepholes',
    );
  }
  const saturate = widths.accumulatorBits !== 'exact';
  return { rows: spec.bias.length, products: made, frac, bits, saturate, bias };
}

function accumulatorBits(products: Sums['products'], widths: Widths, rows: number): number {
  const { accumulatorBits: forced, weightBits, vectorBits, groups } = widths;
  if (forced !== 'exact') return forced;
  const parts = products.map(({ matrix, align, window }) => ({
    weights: matrix.values,
    columns: matrix.columns,
    largest: 2 ** (vectorBits - 1 + align),
    dealt: window === null,
  }));
  const widest = Math.max(...products.map(({ align }) => vectorBits + align));
  return Math.max(bitsFor(largestRow(rows, groups, parts)), widest + weightBits + 1);
}

/** Bits of the largest bias. */
export function biasBitsFor(bias: Float64Array): number {
  return Math.max(bitsFor(peakOf(bias)), 2);
}

/**
 * Bits of the exact sum: accumulators of all groups, bias, and what else is added.
 *
 * @param beside largest magnitude of a peephole product, aligned; 0 without
 */
export function sumBitsFor({
  groups,
  vectorBits,
  accBits,
  biasBits,
  beside,
}: {
  readonly groups: number;
  readonly vectorBits: number;
  readonly accBits: number;
  readonly biasBits: number;
  readonly beside: number;
}): number {
  return Math.max(
    bitsFor(groups * 2 ** (accBits - 1) + 2 ** (biasBits - 1) + beside),
    PEEP_BITS + vectorBits + 1,
    accBits + Math.log2(groups) + 1,
    biasBits + 1,
  );
}
