import type { CoarseMatrix } from '../compiler/coarse_weights.ts';
import type { SaturationReport, TableShare, VectorShare } from '../golden/saturation.ts';
import { RESOURCES } from '../machine/resources/counts.ts';
import type { PartEstimate } from '../machine/resources/part_estimate.ts';
import type { Graph } from '../model/graph.ts';
import { NO_LAYER } from '../model/import/pytorch/network_of_layers.ts';
import { quoteNames } from '../util/quote_name.ts';
import type { SaturatedVector } from './run/engine.ts';

/** Share of the values from which saturation is worth a warning. */
const NOTABLE = 0.001;

const FIXES: Readonly<Record<VectorShare['name'], string>> = {
  x: 'normalize the features, and calibrate with frames like these',
  c: 'calibrate with frames like these, or use wider vectors',
  y: 'calibrate with frames like these, or use wider vectors',
  z: '',
};

/**
 * Lines on what saturates in more than a thousandth of the values. z is left out: both tables end where its format does or before, so
 * a z that is cut off reads the word that it would have read. Values beyond a table count where the limit of the function, which
 * they read, is further from it than the table's other words are.
 *
 * @param where what the frames were, e.g. `calibration`
 */
export function saturationWarnings({ vectors, tables }: SaturationReport, where: string): string[] {
  return [
    ...vectors.flatMap(({ name, share, reach }) =>
      name === 'z' || share <= NOTABLE
        ? []
        : [`${where}: ${percent(share)} of the values of ${name} are beyond ±${reach} and saturate: ${FIXES[name]}`],
    ),
    ...tables.flatMap((table) =>
      table.share > NOTABLE && table.error > table.stepError ? [tableLine(table, where)] : [],
    ),
  ];
}

/** A line on a vector that saturates in more than a thousandth of its values. */
export function saturatedWarning({ vector, share }: SaturatedVector, where: string): readonly string[] {
  if (share <= NOTABLE) return [];
  return [`${where}: ${percent(share)} of the values of ${vector} saturate: calibrate with frames like these`];
}

function tableLine({ name, range, share, error }: TableShare, where: string): string {
  const inputs = name === 'sigmoid' ? 'pre-activations of i, f and o' : 'pre-activations of g';
  const effect = `read the limit of the function, wrong by up to ${error.toPrecision(2)}`;
  return `${where}: ${percent(share)} of the ${inputs} are beyond ±${range}, the range of the ${name} table, and ${effect}: use a larger tables.${name}Range`;
}

/** A line for each matrix of which many weights round to zero. */
export function coarseWarnings(matrices: readonly CoarseMatrix[], weightBits: number): string[] {
  return matrices.map(({ name, weights, roundedToZero, largest, row, column, next }) => {
    const share = `${roundedToZero} of ${weights} weights of ${name} round to zero with ${weightBits} bits`;
    const outlier = `the largest, ${largest.toPrecision(3)} in row ${row}, column ${column}, sets their scale, the next has ${next.toPrecision(3)}`;
    return `${share}: ${outlier}. Use wider weights, or check that weight`;
  });
}

/** A line on tensors of a state dict that no layer takes: they may be layers that the file's names do not connect. */
export function unusedTensorsWarning({ outside }: Graph): readonly string[] {
  const unused = outside.filter(({ reason }) => reason === NO_LAYER).map(({ name }) => name);
  if (unused.length === 0) return [];
  const what = `no layer takes the tensors ${quoteNames(unused)}, so the network is without them`;
  return [`${what}: if they are trained layers, name all layers in a layer file (docs/model-format.md)`];
}

/** A line where the estimate is more than the part has. */
export function fitWarning({ fit }: PartEstimate): readonly string[] {
  if (fit === null || fit.verdict === 'fits') return [];
  const { part, shares } = fit;
  const over = RESOURCES.filter(([key]) => shares[key] > 1).map(([key, name]) => {
    return Number.isFinite(shares[key]) ? `${name} ${percent(shares[key])}` : `${name}, which it does not have`;
  });
  const fix = 'make the array smaller, or name a larger part; esegen synth counts it exactly';
  return [`by the estimate it does not fit ${part.name} (${over.join(', ')} of what it has): ${fix}`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
}
