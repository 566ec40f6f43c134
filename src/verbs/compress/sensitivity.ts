import { selectWeights } from '../../compiler/prune/prune_layer.ts';
import { SignalNoise } from '../../data/signal_noise.ts';
import { type Config, MATRICES, type Matrix } from '../../machine/config.ts';
import type { LstmLayer } from '../../model/lstm.ts';
import type { Progress } from '../../util/report.ts';
import { floatOutputs } from './outputs.ts';
import type { Task } from './task.ts';

/** Densities at which every sub-matrix is tried, falling. */
export const SCANNED = [0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03] as const;

/** What pruning does to the outputs. */
export interface PrunedAccuracy {
  /** Root of the squared error of y over that of y itself, against the model as it was given. */
  readonly relativeError: number;
  /** Word error rate, 0 to 1 and above; null without references. */
  readonly wordErrorRate: number | null;
}

/** One sub-matrix pruned, the others as they are. */
export interface SensitivityPoint extends PrunedAccuracy {
  readonly matrix: Matrix;
  readonly density: number;
}

/** How much each sub-matrix can bear, and densities made from it. */
export interface Sensitivity {
  /** Word error rate of the model as it was given; null without references. */
  readonly wordErrorRate: number | null;
  readonly points: readonly SensitivityPoint[];
  /** Densities by sub-matrix that come to the target over all. */
  readonly proposal: Readonly<Partial<Record<Matrix, number>>>;
  /** The layer pruned to the proposal, and to the target everywhere. */
  readonly proposed: PrunedAccuracy;
  readonly uniform: PrunedAccuracy;
}

/** Sub-matrices of a layer, with their numbers of weights. */
function sizesOf({ inputs, cells, outputs, weightP }: LstmLayer): ReadonlyMap<Matrix, number> {
  const names = MATRICES.filter((matrix) => matrix !== 'ym' || weightP !== null);
  return new Map(
    names.map((matrix) => [matrix, matrix === 'ym' ? outputs * cells : cells * (matrix[1] === 'x' ? inputs : outputs)]),
  );
}

/**
 * Scans what pruning each sub-matrix alone does to the outputs, and proposes densities: the first step of the loop of Deep
 * Compression (Han et al., ICLR 2016), before any retraining.
 *
 * @param config its array and rule prune; its densities do not count
 * @param target share of all weights that is to stay, at least the least density of the scan
 */
export function scanSensitivity(
  layer: LstmLayer,
  config: Config,
  task: Task,
  target: number,
  progress: Progress = () => {},
): Sensitivity {
  progress('dense model');
  const exact = floatOutputs(layer, task.set);
  const judge = (densities: Readonly<Partial<Record<Matrix, number>>>, rule: Config): PrunedAccuracy => {
    const density = Object.fromEntries(MATRICES.map((matrix) => [matrix, densities[matrix] ?? 1]));
    const pruned = selectWeights(layer, { ...rule, density: density as Config['density'] });
    const y = floatOutputs(pruned.layer, task.set);
    const noise = new SignalNoise();
    noise.add(exact.data, y.data);
    return { relativeError: noise.relative, wordErrorRate: task.wordErrors?.(y).rate ?? null };
  };
  const sizes = sizesOf(layer);
  // The balanced rules differ little in accuracy; the scan takes the fastest.
  const fastest: Config = { ...config, encoding: 'ese' };
  const points = [...sizes.keys()].flatMap((matrix) =>
    SCANNED.map((density): SensitivityPoint => {
      progress(`${matrix} at ${density}`);
      return { matrix, density, ...judge({ [matrix]: density }, fastest) };
    }),
  );
  const proposal = propose(points, sizes, target);
  progress('proposal');
  const everywhere = Object.fromEntries([...sizes.keys()].map((matrix) => [matrix, target]));
  return {
    wordErrorRate: task.wordErrors?.(exact).rate ?? null,
    points,
    proposal,
    proposed: judge(proposal, config),
    uniform: judge(everywhere, config),
  };
}

/** Decimal places of a proposed density. */
const PLACES = 4;

/**
 * Chooses densities: from all dense on, the sub-matrix whose next step down costs least squared error of y a weight gives up
 * weights, until the target is met; the last step is cut to meet it. Errors of sub-matrices are taken to add up.
 *
 * @param sizes weights of each sub-matrix
 * @param target share of all weights that is to stay
 */
export function propose(
  points: readonly SensitivityPoint[],
  sizes: ReadonlyMap<Matrix, number>,
  target: number,
): Readonly<Partial<Record<Matrix, number>>> {
  const density = new Map([...sizes.keys()].map((matrix) => [matrix, 1]));
  const error = new Map([...sizes.keys()].map((matrix) => [matrix, 0]));
  const all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let surplus = all * (1 - target);
  while (surplus > 1e-9 * all) {
    let best: { readonly point: SensitivityPoint; readonly saved: number; readonly price: number } | null = null;
    for (const point of points) {
      const saved = (density.get(point.matrix)! - point.density) * sizes.get(point.matrix)!;
      if (saved <= 0) continue;
      const price = Math.max(point.relativeError ** 2 - error.get(point.matrix)!, 0) / saved;
      if (best === null || price < best.price) best = { point, saved, price };
    }
    if (best === null) break;
    const { matrix } = best.point;
    const share = Math.min(1, surplus / best.saved);
    const before = density.get(matrix)!;
    density.set(matrix, before - share * (before - best.point.density));
    error.set(matrix, Math.max(best.point.relativeError ** 2, error.get(matrix)!));
    surplus -= share * best.saved;
  }
  return Object.fromEntries([...density].map(([matrix, value]) => [matrix, Number(value.toFixed(PLACES))]));
}
