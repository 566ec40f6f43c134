import { pruneGraph } from '../compiler/prune/prune_graph.ts';
import type { Config } from '../machine/config.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import type { Progress } from '../util/report.ts';
import { checkCellLimit } from './compress/cell_limit.ts';
import { checkBlocks, checkDensities, checkVectorBits, checkWeightBits, configOf } from './compress/input.ts';
import { type JudgeOptions, OutputJudge, readJudgedData } from './compress/judged_outputs.ts';
import { type QuantizeReport, quantizeReport } from './compress/quantize_report.ts';
import type { Widths } from './compress/width_sweep.ts';
import type { Layout } from './run/array_reading.ts';
import { readNetworkCalibration } from './run/calibration.ts';

/** What to report on. */
export interface QuantizeOptions extends JudgeOptions {
  /** Path of the trained model. */
  readonly model: string;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** A config, or the path of one. */
  readonly config: string | Config;
  /** Frames, as in `build`; of a network, all that `run` takes. */
  readonly calibrate?: string | undefined;
  /** Data on which outputs are compared, likewise; default the calibration frames. */
  readonly data?: string | undefined;
  /** What the axes of the data are, where they can be read in two ways. */
  readonly layout?: Layout | undefined;
  /** Bits of weights to compare, 4 to 16, and of vectors, 8 to 16; those of the config where only others are given. */
  readonly weights?: readonly number[] | undefined;
  readonly vectors?: readonly number[] | undefined;
  /** Densities of recurrent layers to compare, above 0; those of the config where none are given. */
  readonly densities?: readonly number[] | undefined;
  /** Blocks of recurrent layers to compare: the nearest block-circulant matrices to those given. */
  readonly blocks?: readonly number[] | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/**
 * Says what the number formats of a network lose, and what other widths, densities and blocks would, of all layers and of each; writes nothing.
 *
 * @throws EsegenError where an input is not valid, or the network has several outputs
 */
export function quantizeModel(options: QuantizeOptions): QuantizeReport {
  const { model: path, calibrate, data, layout, progress = () => {} } = options;
  const config = configOf(options.config);
  const sweep = widthsOf(options, config);
  progress('read model');
  const { graph: given } = importModel(path, options.importOptions);
  progress('prune');
  const graph = pruneGraph(given, config);
  const calibration = readNetworkCalibration(path, calibrate, graph);
  const judged = data === undefined ? calibration : readJudgedData(graph, data, layout);
  for (const set of new Set([calibration, judged])) checkCellLimit(path, graph, config, set);
  const judge = new OutputJudge(path, graph, judged, options);
  return quantizeReport({ path, graph, given, config, calibration, judge }, sweep, progress);
}

function widthsOf({ weights, vectors, densities, blocks }: QuantizeOptions, config: Config): Widths | null {
  if ([weights, vectors, densities, blocks].every((given) => given === undefined)) return null;
  return {
    weightBits: checkWeightBits(weights ?? [config.weightBits]),
    vectorBits: checkVectorBits(vectors ?? [config.vectorBits]),
    densities: densities === undefined ? null : checkDensities(densities),
    blocks: blocks === undefined ? null : checkBlocks(blocks),
  };
}
