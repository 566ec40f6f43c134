import { readCalibration } from '../data/frame_sets.ts';
import type { Config } from '../machine/config.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import type { Progress } from '../util/report.ts';
import { checkCellLimit } from './compress/cell_limit.ts';
import { checkVectorBits, checkWeightBits, configOf, readHardwareModel } from './compress/input.ts';
import { type QuantizeReport, quantizeReport } from './compress/quantize_report.ts';

/** What to report on. */
export interface QuantizeOptions {
  /** Path of the trained model. */
  readonly model: string;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** A config, or the path of one. */
  readonly config: string | Config;
  /** Frames, as in `build`. */
  readonly calibrate?: string | undefined;
  /** Bits of weights to compare, 4 to 16, and of vectors, 8 to 16; those of the config where only the other is given. */
  readonly weights?: readonly number[] | undefined;
  readonly vectors?: readonly number[] | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/**
 * Says what the number formats of a model lose, and what other widths would; writes nothing.
 *
 * @throws EsegenError where an input is not valid
 */
export function quantizeModel(options: QuantizeOptions): QuantizeReport {
  const { model: path, calibrate, weights, vectors, progress = () => {} } = options;
  const config = configOf(options.config);
  const sweep =
    weights === undefined && vectors === undefined
      ? { weightBits: [], vectorBits: [] }
      : {
          weightBits: checkWeightBits(weights ?? [config.weightBits]),
          vectorBits: checkVectorBits(vectors ?? [config.vectorBits]),
        };
  progress('read model');
  const {
    model: { layer },
    graph,
  } = readHardwareModel(path, options.importOptions);
  const calibration = readCalibration(path, calibrate, layer.inputs);
  checkCellLimit(path, graph, layer, calibration);
  return quantizeReport(layer, config, calibration, sweep, progress);
}
