import { maskNode, selectNodeWeights } from '../../compiler/prune/prune_node.ts';
import type { Frames } from '../../data/frames.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph } from '../../model/graph.ts';
import { matricesOf } from '../../model/matrices.ts';
import type { Progress } from '../../util/report.ts';
import { floatEngine } from '../run/engine.ts';
import type { OutputJudge } from './judged_outputs.ts';

/** Densities at which every matrix is tried, falling. */
export const SCANNED = [0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03] as const;

/** What pruning does to the outputs. */
export interface PrunedAccuracy {
  /** Root of the squared error of the output over that of the output itself, against the model as it was given. */
  readonly relativeError: number;
  /** Word error rate, 0 to 1 and above; null without references. */
  readonly wordErrorRate: number | null;
}

/** One matrix pruned, the others as they are. */
export interface SensitivityPoint extends PrunedAccuracy {
  /** `rnn1.ix`: node and matrix. */
  readonly matrix: string;
  readonly density: number;
}

/** How much each matrix can bear, and densities made from it. */
export interface Sensitivity {
  /** Word error rate of the model as it was given; null without references. */
  readonly wordErrorRate: number | null;
  readonly points: readonly SensitivityPoint[];
  /** Densities by matrix that come to the target over all. */
  readonly proposal: Readonly<Record<string, number>>;
  /** The network pruned to the proposal, and to the target everywhere. */
  readonly proposed: PrunedAccuracy;
  readonly uniform: PrunedAccuracy;
}

/** Matrices of the recurrent layers of a network, with their numbers of weights. */
function sizesOf(graph: Graph): ReadonlyMap<string, number> {
  return new Map(
    graph.nodes
      .filter(({ layer }) => layer.kind === 'lstm' || layer.kind === 'gru')
      .flatMap(({ id, layer }) =>
        matricesOf(layer).map(([name, { values }]): [string, number] => [`${id}.${name}`, values.length]),
      ),
  );
}

/** The network with its recurrent layers pruned: a matrix that has no density stays as it is. */
function prunedTo(graph: Graph, config: Config, densities: ReadonlyMap<string, number>): Graph {
  const nodes = graph.nodes.map((node) => {
    const { id, layer } = node;
    if (!matricesOf(layer).some(([name]) => densities.has(`${id}.${name}`))) return node;
    const masks = selectNodeWeights(layer, config, (matrix) => densities.get(`${id}.${matrix}`) ?? 1);
    return { ...node, layer: maskNode(layer, masks) };
  });
  return { ...graph, nodes };
}

/**
 * Scans what pruning each matrix of each recurrent layer alone does to the output, and proposes densities: the first step of the loop of
 * Deep Compression (Han et al., ICLR 2016), before any retraining.
 *
 * @param config its array and rule prune; its densities do not count
 * @param judge what the outputs are compared by
 * @param target share of all weights that is to stay, at least the least density of the scan
 */
export function scanSensitivity(
  graph: Graph,
  config: Config,
  judge: OutputJudge,
  target: number,
  progress: Progress = () => {},
): Sensitivity {
  progress('dense model');
  const exact = judge.run(floatEngine(graph));
  const wordErrorRate = (outputs: readonly Frames[]) => judge.words(outputs)?.rate ?? null;
  const accuracyOf = (densities: ReadonlyMap<string, number>, rule: Config): PrunedAccuracy => {
    const outputs = judge.run(floatEngine(prunedTo(graph, rule, densities)));
    return { relativeError: judge.noise(exact, outputs).relative, wordErrorRate: wordErrorRate(outputs) };
  };
  const sizes = sizesOf(graph);
  // The balanced rules differ little in accuracy; the scan takes the fastest.
  const fastest: Config = { ...config, encoding: 'ese' };
  const points = [...sizes.keys()].flatMap((matrix) =>
    SCANNED.map((density): SensitivityPoint => {
      progress(`${matrix} at ${density}`);
      return { matrix, density, ...accuracyOf(new Map([[matrix, density]]), fastest) };
    }),
  );
  const proposal = propose(points, sizes, target);
  progress('proposal');
  return {
    wordErrorRate: wordErrorRate(exact),
    points,
    proposal,
    proposed: accuracyOf(new Map(Object.entries(proposal)), config),
    uniform: accuracyOf(new Map([...sizes.keys()].map((matrix) => [matrix, target])), config),
  };
}

/** Decimal places of a proposed density. */
const PLACES = 4;

/**
 * Chooses densities: from all dense on, the matrix whose next step down costs least squared error of the output a weight gives up weights,
 * until the target is met; the last step is cut to meet it. Errors of matrices are taken to add up.
 *
 * @param sizes weights of each matrix
 * @param target share of all weights that is to stay
 */
export function propose(
  points: readonly SensitivityPoint[],
  sizes: ReadonlyMap<string, number>,
  target: number,
): Readonly<Record<string, number>> {
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
