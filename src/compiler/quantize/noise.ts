import type { Floats, NodeId } from '../../model/graph.ts';
import type { Fixed, ProductSource } from '../quantized_graph.ts';

/** What rounding does to a matrix. */
export interface MatrixNoise {
  readonly layer: NodeId;
  readonly source: ProductSource;
  readonly format: Fixed;
  /** Weights other than 0; of these, those beyond the largest integer, and those that round to 0. */
  readonly weights: number;
  readonly saturated: number;
  readonly roundedToZero: number;
  /** Largest magnitude, and root of the mean square of the weights other than 0. */
  readonly peak: number;
  readonly rms: number;
  /** dB; null where nothing is lost, or there is nothing. */
  readonly sqnrDb: number | null;
}

/** Compares a matrix with its integers, which stand in the same order. */
export function matrixNoise(
  layer: NodeId,
  source: ProductSource,
  exact: Floats,
  integers: Int16Array,
  format: Fixed,
): MatrixNoise {
  const unit = 2 ** -format.frac;
  const limit = (2 ** (format.bits - 1) - 0.5) * unit;
  let [weights, saturated, roundedToZero, peak, signal, noise] = [0, 0, 0, 0, 0, 0];
  for (let n = 0; n < exact.length; n++) {
    const weight = exact[n]!;
    if (weight === 0) continue;
    const magnitude = Math.abs(weight);
    weights++;
    if (magnitude > peak) peak = magnitude;
    if (magnitude >= limit) saturated++;
    if (integers[n] === 0) roundedToZero++;
    signal += weight * weight;
    noise += (weight - integers[n]! * unit) ** 2;
  }
  const sqnrDb = noise === 0 || signal === 0 ? null : 10 * Math.log10(signal / noise);
  const rms = weights === 0 ? 0 : Math.sqrt(signal / weights);
  return { layer, source, format, weights, saturated, roundedToZero, peak, rms, sqnrDb };
}
