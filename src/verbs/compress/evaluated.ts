import { join } from 'node:path';
import { pruneGraph } from '../../compiler/prune/prune_graph.ts';
import { HOST_PATHS } from '../../design/host_files.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph } from '../../model/graph.ts';
import { importModel } from '../../model/import/read_model.ts';
import { type StoredWords, storedWords } from '../../program/network/stored_words.ts';
import { EsegenError } from '../../util/errors.ts';
import { openDesign } from '../opened/open_design.ts';
import { readNetworkCalibration } from '../run/calibration.ts';
import { refuseForDesign } from '../run/design_options.ts';
import { type GoldenModel, goldenModels } from '../run/golden_model.ts';
import type { EvaluateOptions } from './evaluation.ts';
import { checkBlocks, checkDensities, checkVectorBits, checkWeightBits, configOf } from './input.ts';
import { AS_BUILT, type Structure, structuresOf, withStructure } from './structures.ts';

/** The golden model at a pair of widths. */
export interface EvaluatedGolden {
  readonly weightBits: number;
  readonly vectorBits: number;
  readonly make: () => Pick<GoldenModel, 'engine' | 'warnings'> & { readonly stored: StoredWords };
}

/** A network compressed in one way, and its golden models. */
export interface EvaluatedVariant {
  readonly structure: Structure;
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
 * A model, pruned to every density and with all blocks, with golden models of all widths.
 *
 * @throws EsegenError where an option or a file is not valid
 */
export function evaluatedModel(options: EvaluateOptions): Evaluated {
  const { model: path } = options;
  if (options.config === undefined) throw new EsegenError(path, 'is a model, which needs a config to be evaluated');
  const config = configOf(options.config);
  const weights = checkWeightBits(options.weights ?? [config.weightBits]);
  const vectors = checkVectorBits(options.vectors ?? [config.vectorBits]);
  const structures = structuresOf(
    options.densities === undefined ? null : checkDensities(options.densities),
    options.blocks === undefined ? null : checkBlocks(options.blocks),
  );
  const { graph } = importModel(path, options.importOptions);
  const calibration = readNetworkCalibration(path, options.calibrate, graph);
  const variants = structures.map((structure): EvaluatedVariant => {
    const compressed =
      structure === AS_BUILT
        ? pruneGraph(graph, config)
        : withStructure(path, { graph, given: graph }, config, structure);
    let models: ReturnType<typeof goldenModels> | null = null;
    const make = (weightBits: number, vectorBits: number) => () => {
      models ??= goldenModels(path, compressed, calibration);
      const made = models({ ...config, weightBits, vectorBits });
      return { ...made, stored: storedWords(made.program, [config.indexBits, 0], config.activationQueue === 'group') };
    };
    const golden = weights.flatMap((weightBits) =>
      vectors.map((vectorBits) => ({ weightBits, vectorBits, make: make(weightBits, vectorBits) })),
    );
    return { structure, graph: compressed, golden };
  });
  return { path, graph, config, calibration: calibration.origin, variants };
}

/**
 * A design directory: its pruned model, and the golden model of its hardware.
 *
 * @throws EsegenError where it is not one, or an option does not go with it
 */
export function evaluatedDesign(options: EvaluateOptions): Evaluated {
  const { model: dir, calibrate, densities, blocks, weights, vectors } = options;
  const model = { config: options.config, calibrate, densities, blocks, weights, vectors };
  refuseForDesign(dir, model, options.importOptions);
  const design = openDesign(dir);
  const { graph, config } = design;
  const { weightBits, vectorBits, indexBits, activationQueue } = config;
  const make = () => {
    const made = design.golden();
    return { ...made, stored: storedWords(made.program, [indexBits], activationQueue === 'group') };
  };
  const golden = [{ weightBits, vectorBits, make }];
  const path = join(dir, HOST_PATHS.labels);
  return {
    path,
    graph,
    config,
    calibration: dir,
    variants: [{ structure: AS_BUILT, graph, golden }],
  };
}
