import { compileNetwork } from '../compiler/pipeline.ts';
import { selectNodeWeights } from '../compiler/prune/prune_node.ts';
import type { Frames } from '../data/frames.ts';
import { SignalNoise } from '../data/signal_noise.ts';
import type { Config } from '../machine/config.ts';
import type { Graph } from '../model/graph.ts';
import { matricesOf, withMatrices } from '../model/matrices.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteNames } from '../util/quote_name.ts';
import { DensityTable, isPrunable } from './compress/densities.ts';
import type { Accuracy, DensityRow, EvaluateOptions, Evaluation, GoldenRow } from './compress/evaluation.ts';
import { type Judge, readJudge } from './compress/judge.ts';
import { type NetworkData, readNetworkCalibration, readNetworkData } from './run/calibration.ts';
import { type Engine, floatEngine } from './run/engine.ts';
import { GoldenEngine } from './run/golden_engine.ts';

/** Options whose sweeps have been checked; a density of null is the network as it is. */
export interface NetworkEvaluateOptions extends Omit<EvaluateOptions, 'config' | 'densities'> {
  readonly config: Config;
  readonly densities: readonly (number | null)[];
  readonly weights: readonly number[];
  readonly vectors: readonly number[];
}

/**
 * Evaluates a network of any layers, see `evaluate`: matrices of its recurrent layers are pruned to each density, the whole network is
 * run in integers.
 *
 * @throws EsegenError where an input is not valid, or the network has several outputs
 */
export function evaluateNetwork(graph: Graph, options: NetworkEvaluateOptions): Evaluation {
  const { model: path, config, densities, weights, vectors, progress = () => {} } = options;
  const [output, other] = graph.outputs;
  if (output === undefined || other !== undefined) {
    const names = quoteNames(graph.outputs.map(({ name }) => name));
    throw new EsegenError(path, `expected one output to evaluate, got ${names}`, 'Choose it with --to');
  }
  const data = readNetworkData(graph, [{ name: null, path: options.data }], options.layout);
  const calibration = readNetworkCalibration(path, options.calibrate, graph);
  const judge =
    options.labels === undefined
      ? null
      : readJudge(path, graph.tensors.get(output.tensor)!, options.task, options.labels, data.utterances.length);
  const outputsOf = (engine: Engine) => runAll(engine, data, output.tensor);

  const total = 1 + densities.length * (1 + weights.length * vectors.length);
  let done = 0;
  const next = (what: string) => progress(done++, total, what);
  next('as given, double precision');
  const exact = outputsOf(floatEngine(graph));
  const rows = densities.map((density): DensityRow => {
    const pruned = density === null ? graph : prunedTo(graph, config, density);
    const share = keptShare(pruned);
    const name = `${(100 * share).toFixed(1)} %`;
    next(`${name}, double precision`);
    const float = outputsOf(floatEngine(pruned));
    const golden = weights.flatMap((weightBits) =>
      vectors.map((vectorBits): GoldenRow => {
        next(`${name}, ${weightBits}-bit weights, ${vectorBits}-bit vectors`);
        const own = { ...config, weightBits, vectorBits };
        const compiled = compileNetwork(pruned, own, calibration.utterances);
        const y = outputsOf(new GoldenEngine(pruned, compiled));
        const { warnings } = compiled.report;
        const [accuracy, ofPruned] = [compare(judge, exact, y), compare(judge, float, y)];
        return { weightBits, vectorBits, accuracy, ofPruned, saturation: null, warnings };
      }),
    );
    return { density: share, float: compare(judge, exact, float), golden };
  });
  progress(total, total, 'done');
  return { data: data.origin, calibration: calibration.origin, words: judge?.(exact) ?? null, densities: rows };
}

function runAll(engine: Engine, { utterances }: NetworkData, output: string): readonly Frames[] {
  return utterances.map((inputs) => engine.run(inputs).outputs.get(output)!);
}

/** The matrices of recurrent layers pruned to a density by the config's rule. */
function prunedTo(graph: Graph, config: Config, density: number): Graph {
  const densities = new DensityTable(graph, config, new Map([['default', density]]));
  const nodes = graph.nodes.map((node) => {
    if (!isPrunable(node) || node.layer.kind === 'linear') return node;
    const masks = selectNodeWeights(node.layer, config, (matrix) => densities.of(node, matrix));
    const layer = withMatrices(node.layer, (name, matrix) => {
      const mask = masks.get(name);
      return mask === undefined ? matrix : { ...matrix, values: matrix.values.map((value, i) => value * mask[i]!) };
    });
    return { ...node, layer };
  });
  return { ...graph, nodes };
}

/** Share of the weights of recurrent layers that is not zero; 1 without such layers. */
function keptShare(graph: Graph): number {
  let kept = 0;
  let all = 0;
  for (const { layer } of graph.nodes) {
    if (layer.kind !== 'lstm' && layer.kind !== 'gru') continue;
    for (const [, { values }] of matricesOf(layer)) {
      for (let i = 0; i < values.length; i++) if (values[i] !== 0) kept++;
      all += values.length;
    }
  }
  return all === 0 ? 1 : kept / all;
}

function compare(judge: Judge | null, exact: readonly Frames[], y: readonly Frames[]): Accuracy {
  const noise = new SignalNoise();
  for (const [n, { data }] of exact.entries()) noise.add(data, y[n]!.data);
  return { sqnrDb: noise.db, largestError: noise.largest, words: judge?.(y) ?? null };
}
