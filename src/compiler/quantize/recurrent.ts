import { Z_FRAC } from '../../machine/formats.ts';
import type { Activation, Matrix, TensorId } from '../../model/graph.ts';
import type { MatrixName } from '../../model/matrices.ts';
import { roundHalfUp } from '../../util/fixed.ts';
import { fractionFor } from '../fraction_bits.ts';
import type { Fixed, GateFunction } from '../quantized_graph.ts';
import type { FloatProduct } from './float_product.ts';
import { interleaveRows, type StackedRows } from './rows.ts';

/** A tensor that a recurrent layer reads as part of x. */
export interface XSource {
  readonly tensor: TensorId;
  readonly elements: number;
  readonly format: Fixed;
}

/** Some matrices of a layer by their names, whose rows take turns; null is a row of zeros. */
export type Turns = readonly (readonly [MatrixName, Matrix] | null)[];

/** Products of the x matrices of some gates, source by source. */
export function xProducts(turns: Turns, sources: readonly XSource[]): readonly FloatProduct[] {
  const [names, matrices] = split(turns);
  let from = 0;
  return sources.map(({ tensor, elements, format }) => {
    const weight = interleaveRows(matrices, from, from + elements);
    from += elements;
    return { source: { tensor }, format, weight, weights: weightsOf(weight, names), names, window: null };
  });
}

function split(turns: Turns) {
  return [turns.map((turn) => turn?.[0] ?? null), turns.map((turn) => turn?.[1] ?? null)] as const;
}

/** The product of recurrent matrices of some gates with a vector of the layer's own. */
export function ownProduct(own: 'y' | 'h' | 'rh', turns: Turns, format: Fixed): FloatProduct {
  const [names, matrices] = split(turns);
  const columns = matrices.find((matrix) => matrix !== null)!.columns;
  const weight = interleaveRows(matrices, 0, columns);
  return { source: { own }, format, weight, weights: weightsOf(weight, names), names, window: null };
}

/** Elements of matrices whose rows take turns, without the rows of zeros. */
function weightsOf({ rows, columns }: StackedRows, names: readonly (MatrixName | null)[]): number {
  return (rows / names.length) * columns * names.filter((name) => name !== null).length;
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
