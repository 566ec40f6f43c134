/** A product of a sum: fraction bits of its matrix by least squared error, null for one of zeros, and those of its source. */
export interface ProductScale {
  readonly best: number | null;
  readonly frac: number;
}

/** Fraction bits of a sum and what brings its products there: weight + source + align = sum. */
export interface SumScale {
  readonly frac: number;
  /** Fraction bits of the coarsest product before any alignment. */
  readonly coarse: number;
  readonly products: readonly { readonly weightFrac: number; readonly align: number }[];
}

/**
 * One number of fraction bits for all products of a sum: that of the finest. The others are shifted left at their source; where
 * that does not reach, the finer matrix gives up fraction bits. A matrix of zeros takes the fraction bits of the others.
 *
 * @param limits `least` fraction bits of the sum and `most`, the largest alignment, and the fraction bits where all matrices are zero
 */
export function alignProducts(
  products: readonly ProductScale[],
  limits: { readonly least: number; readonly most: number; readonly maxAlign: number; readonly allZero: number },
): SumScale {
  const given = products.flatMap(({ best, frac }) => (best === null ? [] : [best + frac]));
  const coarse = given.length === 0 ? limits.allZero : Math.min(...given);
  const finest = Math.min(coarse + limits.maxAlign, limits.most);
  const fracs = products.map(({ best, frac }) => Math.min(best === null ? coarse : best + frac, finest));
  const sum = Math.max(...fracs, limits.least);
  return {
    frac: sum,
    coarse,
    products: products.map(({ frac }, n) => ({ weightFrac: fracs[n]! - frac, align: sum - fracs[n]! })),
  };
}
