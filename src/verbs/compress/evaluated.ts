import { join } from 'node:path';
import { pruneGraph, pruneRecurrent } from '../../compiler/prune/prune_graph.ts';
import { HOST_PATHS } from '../../design/host_files.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph } from '../../model/graph.ts';
import { importModel } from '../../model/import/read_model.ts';
import { EsegenError } from '../../util/errors.ts';
import { openDesign } from '../opened/open_design.ts';
import { readNetworkCalibration } from '../run/calibration.ts';
import { refuseForDesign } from '../run/design_options.ts';
import { type GoldenModel, goldenModels } from '../run/golden_model.ts';
import type { EvaluateOptions } from './evaluation.ts';
import { checkDensities, checkVectorBits, checkWeightBits, configOf } from './input.ts';

/** The golden model at a pair of widths. */
export interface EvaluatedGolden {
  readonly weightBits: number;
  readonly vectorBits: number;
  readonly make: () => Pick<GoldenModel, 'engine' | 'warnings'>;
}

/** A network pruned in one way, and its golden models. */
export interface EvaluatedVariant {
  readonly graph: Graph;
  readonly golden: readonly EvaluatedGolden[];
}

/** What is evaluated. */
export interface Evaluated {
  /** Path of a model file, or of one beside the labels of a design: labels are in its folder. */
  readonly path: string;
  /** As given. */
  readonly graph: Graph;
  readonly config: Config;
  /** What the number formats come from. */
  readonly calibration: string;
  readonly variants: readonly EvaluatedVariant[];
}

/**
 * A model, pruned to every density, with golden models of all widths.
 *
 * @throws EsegenError where an option or a file is not valid
 */
export function evaluatedModel(options: EvaluateOptions): Evaluated {
  const { model: path } = options;
  if (options.config === undefined) throw new EsegenError(path, 'is a model, which needs a config to be evaluated');
  const config = configOf(options.config);
  const weights = checkWeightBits(options.weights ?? [config.weightBits]);
  const vectors = checkVectorBits(options.vectors ?? [config.vectorBits]);
  const densities = options.densities === undefined ? [null] : checkDensities(options.densities);
  const { graph } = importModel(path, options.importOptions);
  const calibration = readNetworkCalibration(path, options.calibrate, graph);
  const variants = densities.map((density): EvaluatedVariant => {
    const pruned = density === null ? pruneGraph(graph, config) : pruneRecurrent(graph, config, density);
    let models: ReturnType<typeof goldenModels> | null = null;
    const make = (weightBits: number, vectorBits: number) => () => {
      models ??= goldenModels(path, pruned, calibration);
      return models({ ...config, weightBits, vectorBits });
    };
    const golden = weights.flatMap((weightBits) =>
      vectors.map((vectorBits) => ({ weightBits, vectorBits, make: make(weightBits, vectorBits) })),
    );
    return { graph: pruned, golden };
  });
  return { path, graph, config, calibration: calibration.origin, variants };
}

/**
 * A design directory: its pruned model, and the golden model of its hardware.
 *
 * @throws EsegenError where it is not one, or an option does not go with it
 */
export function evaluatedDesign(options: EvaluateOptions): Evaluated {
  const { model: dir, calibrate, densities, weights, vectors } = options;
  refuseForDesign(dir, { config: options.config, calibrate, densities, weights, vectors }, options.importOptions);
  const design = openDesign(dir);
  const { graph, config } = design;
  const { weightBits, vectorBits } = config;
  const golden = [{ weightBits, vectorBits, make: () => design.golden() }];
  const path = join(dir, HOST_PATHS.labels);
  return { path, graph, config, calibration: `the formats of ${dir}`, variants: [{ graph, golden }] };
}
