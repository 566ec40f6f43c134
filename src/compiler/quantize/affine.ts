import { Z_FRAC } from '../../machine/formats.ts';
import { type Activation, type NodeId, type TensorId, windowOutputs } from '../../model/graph.ts';
import { quantize, roundHalfUp } from '../../util/fixed.ts';
import { roomyFraction } from '../fraction_bits.ts';
import type { AffineLayer } from '../legal_graph.ts';
import type { Fixed, QuantizedAffine } from '../quantized_graph.ts';
import type { ValueHistogram } from '../value_histogram.ts';
import { blockOfProducts } from './spectra.ts';
import { quantizeSums } from './sums.ts';
import { FINEST_BELOW, MAX_GATE_FRAC, MAX_SHIFT, type Widths } from './widths.ts';

/** Format and shape of what a term reads. */
export interface TermSource {
  readonly format: Fixed;
  readonly shape: readonly number[];
}

/** Fraction bits of a slope of the negative half. */
const SLOPE_FRAC = 15;

/**
 * Rounds an affine layer; its output gets fraction bits of least squared error with some room, or those of the tables.
 *
 * @param values of its output
 * @throws EsegenError where the ranges of the layer are too far apart for the widths
 */
export function quantizeAffine(
  id: NodeId,
  { terms, bias, activation }: AffineLayer,
  sourceOf: (tensor: TensorId) => TermSource,
  values: ValueHistogram,
  widths: Widths,
): { readonly layer: QuantizedAffine; readonly format: Fixed } {
  const { vectorBits } = widths;
  const table = activation?.kind === 'sigmoid' || activation?.kind === 'tanh' ? activation.kind : null;
  const wanted =
    table !== null ? vectorBits - 1 : roomyFraction(values, limitOf(activation), vectorBits, 0, vectorBits + 7);
  const limits =
    table !== null
      ? { least: Z_FRAC, most: MAX_GATE_FRAC, allZero: Z_FRAC }
      : { least: 0, most: Math.min(wanted + FINEST_BELOW, MAX_SHIFT), allZero: wanted };
  const products = terms.map(({ source, weight, weights, window }) => {
    const own = { source: { tensor: source }, format: sourceOf(source).format };
    return { ...own, weight, weights, names: ['w'] as const, window };
  });
  const sums = quantizeSums(
    { layer: id, what: 'sums', products, block: blockOfProducts(id, products, widths), bias, ...limits },
    widths,
  );
  const format = { bits: vectorBits, frac: table !== null ? wanted : Math.min(wanted, sums.frac) };
  const [first] = terms;
  const { shape } = sourceOf(first!.source);
  const sizes = first!.window?.space.map((window, axis) => windowOutputs(window, shape[axis + 1]!)) ?? [];
  const layer: QuantizedAffine = {
    kind: 'affine',
    sums,
    positions: sizes.reduce((product, size) => product * size, 1),
    shift: sums.frac - (table !== null ? Z_FRAC : format.frac),
    activation: quantizeActivation(activation, format),
  };
  return { layer, format };
}

/** Largest magnitude that an activation lets through. */
function limitOf(activation: Activation | null): number {
  return activation?.kind === 'clip' ? Math.max(-activation.low, activation.high) : Number.POSITIVE_INFINITY;
}

function quantizeActivation(activation: Activation | null, { bits, frac }: Fixed): QuantizedAffine['activation'] {
  if (activation === null) return { kind: 'none' };
  switch (activation.kind) {
    case 'sigmoid':
    case 'tanh':
      return { kind: 'table', table: activation.kind };
    case 'relu':
      return { kind: 'clip', low: 0, high: 2 ** (bits - 1) - 1 };
    case 'clip':
      return { kind: 'clip', low: quantize(activation.low, frac, bits), high: quantize(activation.high, frac, bits) };
    case 'leakyRelu': {
      const most = 2 ** SLOPE_FRAC - 1;
      const slope = roundHalfUp(activation.alpha * 2 ** SLOPE_FRAC);
      return { kind: 'leaky', slope: Math.min(Math.max(slope, -most), most) };
    }
    case 'hardSigmoid':
      throw new Error('legalization makes a clip of a hard sigmoid');
  }
}
