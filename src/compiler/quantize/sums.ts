import { PEEP_BITS } from '../../machine/formats.ts';
import type { Floats, NodeId } from '../../model/graph.ts';
import { inverseBits } from '../../program/transform_bounds.ts';
import { EsegenError } from '../../util/errors.ts';
import { bitsFor } from '../../util/fixed.ts';
import { bestWeightFraction } from '../fraction_bits.ts';
import type { Sums } from '../quantized_graph.ts';
import type { FloatProduct } from './float_product.ts';
import { type BoundPart, largestRow, peakOf, quantizeBias, quantizeMatrix, quantizeSpectra } from './integers.ts';
import { matrixNoise } from './noise.ts';
import { alignProducts } from './scales.ts';
import { dropFor, spectralProduct } from './spectra.ts';
import { MAX_SUM_BITS, maxAlign, type Widths } from './widths.ts';

/** What is asked of sums. */
export interface SumsSpec {
  /** Layer, for messages and the report. */
  readonly layer: NodeId;
  /** What the sums are called in messages, e.g. `gate sums`. */
  readonly what: string;
  readonly products: readonly FloatProduct[];
  /** Block of which all their matrices are block-circulant, to be kept as spectra; null: they are kept as they are. */
  readonly block: number | null;
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
  const { what, block } = spec;
  const where = `layer ${spec.layer}`;
  const { weightBits, vectorBits, groups } = widths;
  const align = maxAlign(widths);
  const products = block === null ? spec.products : spec.products.map((own) => spectralProduct(own, block, groups));
  const gained = block === null ? 0 : Math.log2(block);
  const scales = products.map(({ weight, format }) => ({
    best: bestWeightFraction(weight.values, weightBits),
    frac: format.frac,
  }));
  const limits = {
    ...{ least: spec.least - gained, most: spec.most - gained },
    ...{ maxAlign: align, allZero: spec.allZero - gained },
  };
  const { frac: summed, coarse, products: aligned } = alignProducts(scales, limits);
  if (aligned.some((product) => product.align > align)) {
    throw new EsegenError(
      where,
      `products of the ${what} have ${coarse} fraction bits with ${weightBits}-bit weights and ${vectorBits}-bit vectors, at least ${limits.least - align} are needed`,
      'Use wider weights or vectors, or check the model for very large weights',
    );
  }
  const made = products.map(({ source, weight, weights, names, window }, n) => {
    const { weightFrac, align: shift } = aligned[n]!;
    const values = (block === null ? quantizeMatrix : quantizeSpectra)(weight.values, weightFrac, weightBits);
    const format = { bits: weightBits, frac: weightFrac };
    const rounded = { columns: weight.columns, names, exact: weight.values, integers: values, format };
    widths.record?.(matrixNoise(spec.layer, source, rounded));
    const matrix = { rows: weight.rows, columns: weight.columns, values, format };
    return { source, matrix, weights, align: shift, window };
  });
  const parts = boundParts(made, widths);
  const { rows } = made[0]!.matrix;
  const bits = accumulatorBits(made, widths, largestRow(rows, groups, parts));
  const drop = block === null ? 0 : dropFor(Math.min(largestRow(rows, 1, parts), groups * 2 ** (bits - 1)), block);
  const frac = summed - drop + gained;
  if (frac < spec.least) {
    throw new EsegenError(
      where,
      `spectra of the ${what} keep ${frac} fraction bits where the inverse transform has ${inverseBits(block!)} bits, at least ${spec.least} are needed`,
      'Use narrower weights, or check the model for very large weights',
    );
  }
  const bias = quantizeBias(spec.bias, frac);
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
  const spectral = block === null ? null : { block, drop };
  return { rows: spec.bias.length, products: made, spectral, frac, bits, saturate, bias };
}

function boundParts(products: Sums['products'], { vectorBits }: Widths): BoundPart[] {
  return products.map(({ matrix, align, window }) => ({
    weights: matrix.values,
    columns: matrix.columns,
    largest: 2 ** (vectorBits - 1 + align),
    dealt: window === null,
  }));
}

/** Bits of an accumulator, whose sums are at most `worst`. */
function accumulatorBits(products: Sums['products'], widths: Widths, worst: number): number {
  const { accumulatorBits: forced, weightBits, vectorBits } = widths;
  if (forced !== 'exact') return forced;
  const widest = Math.max(...products.map(({ align }) => vectorBits + align));
  return Math.max(bitsFor(worst), widest + weightBits + 1);
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
