import { Z_FRAC } from '../../machine/formats.ts';
import type { Activation, Matrix, TensorId } from '../../model/graph.ts';
import { roundHalfUp } from '../../util/fixed.ts';
import { fractionFor } from '../fraction_bits.ts';
import type { Fixed, GateFunction } from '../quantized_graph.ts';
import { interleaveRows } from './rows.ts';
import type { FloatProduct } from './sums.ts';

/** A tensor that a recurrent layer reads as part of x. */
export interface XSource {
  readonly tensor: TensorId;
  readonly elements: number;
  readonly format: Fixed;
}

/** Products of the x matrices of some gates, source by source; their rows take turns, null is a row of zeros. */
export function xProducts(matrices: readonly (Matrix | null)[], sources: readonly XSource[]): readonly FloatProduct[] {
  let from = 0;
  return sources.map(({ tensor, elements, format }) => {
    const weight = interleaveRows(matrices, from, from + elements);
    from += elements;
    return { source: { tensor }, format, weight, window: null };
  });
}

/** The product of recurrent matrices of some gates with a vector of the layer's own. */
export function ownProduct(own: 'y' | 'h' | 'rh', matrices: readonly (Matrix | null)[], format: Fixed): FloatProduct {
  const columns = matrices.find((matrix) => matrix !== null)!.columns;
  return { source: { own }, format, weight: interleaveRows(matrices, 0, columns), window: null };
}

/** How the hardware computes a gate; the slope of a hard sigmoid is in the weights already. */
export function gateFunction(gate: Activation): GateFunction {
  return gate.kind === 'hardSigmoid' ? 'unitClip' : 'sigmoid';
}

/** A limit of magnitudes in units of z; null where z ends before. */
export function zLimit(clip: number): number | null {
  const limit = clip * 2 ** Z_FRAC;
  return limit < 2 ** 15 ? roundHalfUp(limit) : null;
}

/** Fraction bits of outputs within ±1, less where an initial state is beyond. */
export function unitFraction(bits: number, initialPeak: number): number {
  return initialPeak > 1 ? Math.min(fractionFor(initialPeak, bits), bits - 1) : bits - 1;
}
