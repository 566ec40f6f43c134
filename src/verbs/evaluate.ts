import { measureVectors } from '../compiler/calibrate.ts';
import { compilePruned } from '../compiler/compile.ts';
import { pruneLayer, selectWeights } from '../compiler/prune/prune_layer.ts';
import { readCalibration } from '../data/frame_sets.ts';
import type { Frames } from '../data/frames.ts';
import { SignalNoise } from '../data/signal_noise.ts';
import { Saturation } from '../golden/saturation.ts';
import type { Config, Matrix } from '../machine/config.ts';
import { hardwareModel } from '../model/import/hardware_model.ts';
import { importModel } from '../model/import/read_model.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';
import { checkCellLimit } from './compress/cell_limit.ts';
import type { Accuracy, DensityRow, EvaluateOptions, Evaluation, GoldenRow } from './compress/evaluation.ts';
import { checkSweep, checkVectorBits, checkWeightBits, configOf } from './compress/input.ts';
import { floatOutputs, goldenOutputs } from './compress/outputs.ts';
import { readTask, type Task } from './compress/task.ts';
import { evaluateNetwork } from './evaluate_network.ts';
import { isOneLayer } from './run/open_engine.ts';

/**
 * Evaluates a model as it is, pruned, and in fixed point: density by density and width by width. Writes nothing.
 *
 * @throws EsegenError where an input is not valid
 */
export function evaluate(options: EvaluateOptions): Evaluation {
  const { model: path, data, labels, calibrate, progress = () => {} } = options;
  const config = configOf(options.config);
  const weights = checkWeightBits(options.weights ?? [config.weightBits]);
  const vectors = checkVectorBits(options.vectors ?? [config.vectorBits]);
  const densities =
    options.densities === undefined ? [null] : checkSweep('--densities', options.densities, 0.001, 1, false);
  const { graph } = importModel(path, options.importOptions);
  if (!isOneLayer(graph) || options.task !== undefined) {
    return evaluateNetwork(graph, { ...options, config, weights, vectors, densities });
  }
  const model = hardwareModel(path, graph);
  const task = readTask(path, model, data, labels);
  const calibration = readCalibration(path, calibrate, model.layer.inputs);
  for (const set of [task.set, calibration]) checkCellLimit(path, graph, model.layer, set);

  const total = 1 + densities.length * (1 + weights.length * vectors.length);
  let done = 0;
  const next = (what: string) => progress(done++, total, what);
  next('dense, double precision');
  const exact = floatOutputs(model.layer, task.set);
  const rows = densities.map((density): DensityRow => {
    const pruned =
      density === null ? pruneLayer(model.layer, config) : selectWeights(model.layer, withDensity(config, density));
    const share = keptShare(pruned.layer);
    const name = `${(100 * share).toFixed(1)} %`;
    next(`${name}, double precision`);
    const values = measureVectors(pruned.layer, calibration);
    const float = floatOutputs(pruned.layer, task.set);
    const golden = weights.flatMap((weightBits) =>
      vectors.map((vectorBits): GoldenRow => {
        next(`${name}, ${weightBits}-bit weights, ${vectorBits}-bit vectors`);
        const { design } = compilePruned(pruned, { ...config, weightBits, vectorBits }, values);
        const tally = new Saturation(design.formats);
        const y = goldenOutputs(design, task.set, null, undefined, tally);
        const saturation = tally.report();
        return {
          weightBits,
          vectorBits,
          accuracy: judge(task, exact, y),
          ofPruned: judge(task, float, y),
          saturation,
          warnings: [],
        };
      }),
    );
    return { density: share, float: judge(task, exact, float), golden };
  });
  progress(total, total, 'done');
  return {
    data: task.set.origin,
    calibration: calibration.origin,
    words: task.wordErrors?.(exact) ?? null,
    densities: rows,
  };
}

/** One density for all sub-matrices. */
function withDensity(config: Config, density: number): Config {
  const all = Object.keys(config.density).map((matrix) => [matrix, density]);
  return { ...config, density: Object.fromEntries(all) as Record<Matrix, number> };
}

function keptShare({ weightX, weightR, weightP }: StackedLayer): number {
  const matrices = weightP === null ? [weightX, weightR] : [weightX, weightR, weightP];
  let kept = 0;
  let all = 0;
  for (const matrix of matrices) {
    for (let i = 0; i < matrix.length; i++) if (matrix[i] !== 0) kept++;
    all += matrix.length;
  }
  return kept / all;
}

function judge(task: Task, exact: Frames, y: Frames): Accuracy {
  const noise = new SignalNoise();
  noise.add(exact.data, y.data);
  return { sqnrDb: noise.db, largestError: noise.largest, words: task.wordErrors?.(y) ?? null };
}
