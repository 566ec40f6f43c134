import type { Floats, NodeId } from '../../model/graph.ts';
import type { MatrixName } from '../../model/matrices.ts';
import type { Fixed, ProductSource } from '../quantized_graph.ts';

/** What rounding does to weights. */
export interface WeightNoise {
  /** Weights other than 0; of these, those beyond the largest integer, and those that round to 0. */
  readonly weights: number;
  readonly saturated: number;
  readonly roundedToZero: number;
  /** dB; null where nothing is lost, or there is nothing. */
  readonly sqnrDb: number | null;
}

/** What rounding does to the matrix of a product. */
export interface MatrixNoise extends WeightNoise {
  readonly layer: NodeId;
  readonly source: ProductSource;
  readonly format: Fixed;
  /** Largest magnitude, and root of the mean square of the weights other than 0. */
  readonly peak: number;
  readonly rms: number;
  /** By matrix of the layer: the gates of a cell stand in one product. */
  readonly parts: readonly (WeightNoise & { readonly name: MatrixName })[];
}

/** A matrix before it is rounded, and as integers, which stand in the same order. */
export interface RoundedMatrix {
  readonly columns: number;
  /** Matrices of the layer whose rows take turns; null is a row of zeros. */
  readonly names: readonly (MatrixName | null)[];
  readonly exact: Floats;
  readonly integers: Int16Array;
  readonly format: Fixed;
}

interface Sum {
  weights: number;
  saturated: number;
  roundedToZero: number;
  signal: number;
  noise: number;
}

/** Compares a matrix with its integers. */
export function matrixNoise(layer: NodeId, source: ProductSource, matrix: RoundedMatrix): MatrixNoise {
  const { columns, names, exact, integers, format } = matrix;
  const unit = 2 ** -format.frac;
  const limit = (2 ** (format.bits - 1) - 0.5) * unit;
  const all: Sum = { weights: 0, saturated: 0, roundedToZero: 0, signal: 0, noise: 0 };
  const sums = names.map((): Sum => ({ ...all }));
  let peak = 0;
  for (let row = 0; row * columns < exact.length; row++) {
    const sum = sums[row % names.length]!;
    for (let n = row * columns; n < (row + 1) * columns; n++) {
      const weight = exact[n]!;
      if (weight === 0) continue;
      const magnitude = Math.abs(weight);
      sum.weights++;
      if (magnitude > peak) peak = magnitude;
      if (magnitude >= limit) sum.saturated++;
      if (integers[n] === 0) sum.roundedToZero++;
      sum.signal += weight * weight;
      sum.noise += (weight - integers[n]! * unit) ** 2;
    }
  }
  for (const sum of sums) for (const key of Object.keys(all) as (keyof Sum)[]) all[key] += sum[key];
  const rms = all.weights === 0 ? 0 : Math.sqrt(all.signal / all.weights);
  const parts = names.flatMap((name, n) => (name === null ? [] : [{ name, ...noiseOf(sums[n]!) }]));
  return { layer, source, format, ...noiseOf(all), peak, rms, parts };
}

function noiseOf({ weights, saturated, roundedToZero, signal, noise }: Sum): WeightNoise {
  const sqnrDb = noise === 0 || signal === 0 ? null : 10 * Math.log10(signal / noise);
  return { weights, saturated, roundedToZero, sqnrDb };
}
