import { blocksOf, spectralMatrix } from '../../model/circulant.ts';
import type { NodeId } from '../../model/graph.ts';
import { spectralColumns } from '../../program/spectral_order.ts';
import { inverseBits } from '../../program/transform_bounds.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { FloatProduct } from './float_product.ts';
import type { Widths } from './widths.ts';

/**
 * The largest block of which all matrices of some products are block-circulant, so that their sums can be of spectra; null where there is none.
 *
 * @param layer for messages
 * @param products of one sum, or of several that read a vector of the layer's own
 * @throws EsegenError where the config demands a block of the layer that they do not have, or that the hardware does not transform
 */
export function blockOfProducts(
  layer: NodeId,
  products: readonly FloatProduct[],
  { largestBlock, demandedBlock: demanded }: Widths,
): number | null {
  const isPlain = products.every(({ window }) => window === null);
  if (demanded === null && (largestBlock === 0 || !isPlain)) return null;
  const candidates = products.map(({ weight, names }) => (isPlain ? blocksOf(weight, names.length) : []));
  if (demanded !== null) checkDemand(layer, products, candidates, demanded, largestBlock);
  const common = (candidates[0] ?? []).filter((block) => candidates.every((blocks) => blocks.includes(block)));
  return common.find((block) => block <= largestBlock && (demanded ?? block) === block) ?? null;
}

function checkDemand(
  layer: NodeId,
  products: readonly FloatProduct[],
  candidates: readonly (readonly number[])[],
  demanded: number,
  largestBlock: number,
): void {
  const where = `layer ${layer}`;
  const at = candidates.findIndex((blocks) => !blocks.includes(demanded));
  if (at >= 0) {
    const { names, source, weight } = products[at]!;
    const matrices = names.filter((name) => name !== null).join(', ');
    const of = 'tensor' in source ? source.tensor : source.own;
    const [block] = candidates[at]!;
    const rows = weight.rows / names.length;
    // A matrix within a block is not padded to one: it would take more words than it has weights.
    const small = Math.min(rows, weight.columns) < demanded;
    const found = block === undefined ? 'not block-circulant' : `block-circulant with blocks of ${block}`;
    const is = small ? 'smaller than a block' : found;
    throw new EsegenError(
      where,
      `the config demands blocks of ${demanded}, and ${matrices} over ${quoteName(of)} [${rows} x ${weight.columns}] ${names.length === 1 ? 'is' : 'are'} ${is}`,
      small
        ? 'Use a smaller block, or take it out of the config'
        : `Project the model with prune --structure circulant --per-matrix ${layer}=${demanded}, or take the block out of the config`,
    );
  }
  if (demanded > largestBlock) {
    const has = largestBlock === 0 ? 'has no sums of spectra' : `transforms blocks of at most ${largestBlock}`;
    const fix = 'Use "accumulatorBits": "exact" and two lanes or more, or hardware that is built for this network';
    throw new EsegenError(where, `the config demands blocks of ${demanded}, the hardware ${has}`, fix);
  }
}

/** A product as it multiplies the spectrum of its source, whose elements are its columns. The spectrum is divided by the block. */
export function spectralProduct(product: FloatProduct, block: number, groups: number): FloatProduct {
  const { weight, names, format } = product;
  const packed = spectralMatrix(weight, names.length, block);
  const order = spectralColumns(block, groups, weight.columns);
  const values = new Float64Array(packed.rows * order.length);
  for (let row = 0, at = 0; row < packed.rows; row++) {
    for (let column = 0; column < order.length; column++, at++) {
      if (order[column]! >= 0) values[at] = packed.values[row * packed.columns + order[column]!]!;
    }
  }
  return {
    ...product,
    weight: { rows: packed.rows, columns: order.length, values },
    format: { bits: format.bits, frac: format.frac - Math.log2(block) },
  };
}

/** Least right shift with rounding after which sums of so large a magnitude can be transformed back. */
export function dropFor(worst: number, block: number): number {
  const most = 2 ** (inverseBits(block) - 1) - 1;
  let drop = 0;
  while (Math.floor(worst / 2 ** drop + 0.5) > most) drop++;
  return drop;
}
