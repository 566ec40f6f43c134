import { measureVectors } from '../compiler/calibrate.ts';
import { compilePruned } from '../compiler/compile.ts';
import { pruneLayer, selectWeights } from '../compiler/prune/prune_layer.ts';
import { readCalibration } from '../data/frame_sets.ts';
import type { Frames } from '../data/frames.ts';
import { SignalNoise } from '../data/signal_noise.ts';
import { Saturation, type SaturationReport } from '../golden/saturation.ts';
import type { Config, Matrix } from '../machine/config.ts';
import type { LstmLayer } from '../model/lstm.ts';
import type { WordErrors } from '../speech/ctc.ts';
import { checkCellLimit } from './compress/cell_limit.ts';
import { checkSweep, checkVectorBits, checkWeightBits, configOf, readHardwareModel } from './compress/input.ts';
import { floatOutputs, goldenOutputs } from './compress/outputs.ts';
import { readTask, type Task } from './compress/task.ts';

/** What to evaluate. */
export interface EvaluateOptions {
  /** Path of the trained model. */
  readonly model: string;
  /** A config, or the path of one; its array and rule prune. */
  readonly config: string | Config;
  /** Frames to evaluate on, with utterance borders, as calibration frames. */
  readonly data: string;
  /** Words of the utterances (JSON), see `readTask`. */
  readonly labels?: string | undefined;
  /** Frames that fix the number formats; default as in `build`. */
  readonly calibrate?: string | undefined;
  /** Densities to prune to, above 0; default what `build` makes of the model. */
  readonly densities?: readonly number[] | undefined;
  /** Bits of weights and of vectors; default those of the config. */
  readonly weights?: readonly number[] | undefined;
  readonly vectors?: readonly number[] | undefined;
  /** Called before each run of a model. */
  readonly progress?: ((done: number, total: number, what: string) => void) | undefined;
}

/** Outputs of a model against those of the model as it was given, in double precision. */
export interface Accuracy {
  /** dB; null where nothing differs. */
  readonly sqnrDb: number | null;
  readonly largestError: number;
  /** null without labels. */
  readonly words: WordErrors | null;
}

/** The golden model of a pruned layer at a pair of widths. */
export interface GoldenRow {
  readonly weightBits: number;
  readonly vectorBits: number;
  /** Against the dense model, and against the pruned one in double precision: what fixed point costs. */
  readonly accuracy: Accuracy;
  readonly ofPruned: Accuracy;
  readonly saturation: SaturationReport;
}

/** A pruned layer in double precision, and its golden models. */
export interface DensityRow {
  /** Share of weights that is left. */
  readonly density: number;
  readonly float: Accuracy;
  readonly golden: readonly GoldenRow[];
}

/** What the model and its compressed versions are worth. */
export interface Evaluation {
  readonly data: string;
  readonly calibration: string;
  /** Of the model as it was given, in double precision. */
  readonly words: WordErrors | null;
  readonly densities: readonly DensityRow[];
}

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
  const { model, graph } = readHardwareModel(path);
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
        return { weightBits, vectorBits, accuracy: judge(task, exact, y), ofPruned: judge(task, float, y), saturation };
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

function keptShare({ weightX, weightR, weightP }: LstmLayer): number {
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
