import { blocksOf, spectralMatrix } from '../../model/circulant.ts';
import { spectralColumns } from '../../program/spectral_order.ts';
import { inverseBits } from '../../program/transform_bounds.ts';
import type { FloatProduct } from './float_product.ts';
import type { Widths } from './widths.ts';

/**
 * The largest block of which all matrices of some products are block-circulant, so that their sums can be of spectra; null where there is none.
 *
 * @param products of one sum, or of several that read a vector of the layer's own
 */
export function blockOfProducts(products: readonly FloatProduct[], { largestBlock }: Widths): number | null {
  if (largestBlock === 0 || products.some(({ window }) => window !== null)) return null;
  const candidates = products.map(({ weight, names }) => blocksOf(weight, names.length));
  const common = (candidates[0] ?? []).filter((block) => candidates.every((blocks) => blocks.includes(block)));
  return common.find((block) => block <= largestBlock) ?? null;
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
