import { Z_FRAC } from '../../machine/formats.ts';
import type { GruLayer, GruMatrix, NodeId } from '../../model/graph.ts';
import { bestFraction } from '../fraction_bits.ts';
import type { QuantizedGru } from '../quantized_graph.ts';
import type { ValueHistogram } from '../value_histogram.ts';
import type { FloatProduct } from './float_product.ts';
import { peakOf, quantizeState } from './integers.ts';
import { gateFunction, ownProduct, unitFraction, type XSource, xProducts, zLimit } from './recurrent.ts';
import { interleave } from './rows.ts';
import { blockOfProducts } from './spectra.ts';
import { quantizeSums, type SumsSpec } from './sums.ts';
import { MAX_GATE_FRAC, type Widths } from './widths.ts';

/** Bits of nh before it meets r. */
const HIDDEN_BITS = 16;

/**
 * Rounds a GRU: h comes close to ±1, nh gets the fraction bits of least error.
 *
 * @param nh what calibration says of nh
 * @throws EsegenError where the ranges of the layer are too far apart for the widths
 */
export function quantizeGru(
  id: NodeId,
  layer: GruLayer,
  sources: readonly XSource[],
  nh: ValueHistogram,
  widths: Widths,
): QuantizedGru {
  const { vectorBits } = widths;
  const { cells, initial } = layer;
  const h = { bits: vectorBits, frac: unitFraction(vectorBits, initial === null ? 0 : peakOf(initial.h)) };
  const limits = { least: Z_FRAC, most: MAX_GATE_FRAC, allZero: Z_FRAC };
  const sumsOf = (spec: Pick<SumsSpec, 'what' | 'products' | 'block' | 'bias'>) =>
    quantizeSums({ layer: id, ...limits, ...spec }, widths);
  const blockOf = (products: readonly FloatProduct[]) => blockOfProducts(id, products, widths);
  const stages = layer.resetAfter
    ? oneStage(layer, sources, h, nh, sumsOf, blockOf)
    : twoStages(layer, sources, h, sumsOf, blockOf);
  const { frac } = stages.sums;
  return {
    kind: 'gru',
    cells,
    stages,
    zShift: frac - Z_FRAC,
    zClip: zLimit(layer.clip),
    gate: gateFunction(layer.gate),
    h,
    reverse: layer.reverse,
    initial: initial === null ? null : { h: quantizeState(initial.h, h) },
  };
}

type BlockOf = (products: readonly FloatProduct[]) => number | null;
type MakeSums = (spec: Pick<SumsSpec, 'what' | 'products' | 'block' | 'bias'>) => ReturnType<typeof quantizeSums>;

/** Rows r, z, nx, nh of each cell. */
function oneStage(
  { weights, bias }: GruLayer,
  sources: readonly XSource[],
  h: QuantizedGru['h'],
  nh: ValueHistogram,
  sumsOf: MakeSums,
  blockOf: BlockOf,
): QuantizedGru['stages'] {
  const of = (name: GruMatrix) => [name, weights[name]] as const;
  const products = [
    ...xProducts([of('rx'), of('zx'), of('nx'), null], sources),
    ownProduct('h', [of('rh'), of('zh'), null, of('nh')], h),
  ];
  const sums = sumsOf({
    what: 'gate sums',
    products,
    block: blockOf(products),
    bias: interleave([bias.r, bias.z, bias.n, bias.nh]),
  });
  const hidden = { bits: HIDDEN_BITS, frac: bestFraction(nh, HIDDEN_BITS, 0, Math.min(HIDDEN_BITS - 1, sums.frac)) };
  return { reset: 'after', sums, hidden, hiddenShift: sums.frac - hidden.frac };
}

/** Rows r of each cell; then rows z, n. */
function twoStages(
  { weights, bias }: GruLayer,
  sources: readonly XSource[],
  h: QuantizedGru['h'],
  sumsOf: MakeSums,
  blockOf: BlockOf,
): QuantizedGru['stages'] {
  const of = (name: GruMatrix) => [name, weights[name]] as const;
  const ofReset = [...xProducts([of('rx')], sources), ownProduct('h', [of('rh')], h)];
  const ofGates = [
    ...xProducts([of('zx'), of('nx')], sources),
    ownProduct('h', [of('zh'), null], h),
    ownProduct('rh', [null, of('nh')], h),
  ];
  // Both read h, in the same form.
  const block = blockOf([...ofReset, ...ofGates]);
  const resetSums = sumsOf({
    what: 'reset sums',
    products: ofReset,
    block,
    bias: bias.r,
  });
  const sums = sumsOf({
    what: 'gate sums',
    products: ofGates,
    block,
    bias: interleave([bias.z, bias.n.map((value, n) => value + bias.nh[n]!)]),
  });
  return { reset: 'before', resetSums, sums, resetShift: resetSums.frac - Z_FRAC };
}
