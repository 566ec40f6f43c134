import { pruneGraph } from '../../compiler/prune/prune_graph.ts';
import type { Config } from '../../machine/config.ts';
import { readConfig } from '../../machine/config_file.ts';
import { parseConfig } from '../../machine/read_config.ts';
import type { ImportOptions } from '../../model/import/import_options.ts';
import { importModel } from '../../model/import/read_model.ts';
import { EsegenError } from '../../util/errors.ts';
import type { Progress } from '../../util/report.ts';
import { statPath } from '../../util/stat_path.ts';
import { openDesign } from '../opened/open_design.ts';
import { readNetworkCalibration } from './calibration.ts';
import { refuseForDesign } from './design_options.ts';
import { type Engine, floatEngine } from './engine.ts';
import { goldenModels } from './golden_model.ts';

/** What computes: the double-precision model, or the golden model in integers. */
export const RUN_ENGINES = ['float', 'golden'] as const;
export type RunEngine = (typeof RUN_ENGINES)[number];

/** What an engine is made of. */
export interface EngineOptions {
  /** Model file, or design directory. */
  readonly path: string;
  readonly engine: RunEngine;
  /** What the user says of the model file. */
  readonly model?: ImportOptions | undefined;
  /** A config, or the path of one: for the golden model of a model file. */
  readonly config?: string | Config | undefined;
  /** Calibration frames, likewise; default as in `build`. */
  readonly calibrate?: string | undefined;
}

/** An engine, and a line on each vector that saturated notably in its runs; `where` is what ran. */
interface OpenedEngine {
  readonly engine: Engine;
  warnings(where: string): readonly string[];
}

/**
 * Opens a model or a design to run it.
 *
 * @throws EsegenError where it is not valid, the hardware cannot run it, or an option does not go with it
 */
export function openEngine(options: EngineOptions, progress: Progress): OpenedEngine {
  const { path, engine, config, calibrate } = options;
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(path, 'does not exist', 'Name a model file or a design directory');
  if (stat.isDirectory()) return designEngine(options);
  const { graph } = importModel(path, options.model);
  if (engine === 'float') {
    if (config === undefined && calibrate === undefined) return silent(floatEngine(graph));
    throw new EsegenError('--config, --calibrate', 'have no effect on the float engine', 'Leave them out');
  }
  if (config === undefined) {
    const fix = 'Name a config with --config, or a design directory';
    throw new EsegenError(path, 'the golden model needs number formats, which a model file has not', fix);
  }
  const parsed = typeof config === 'string' ? readConfig(config) : parseConfig(config, 'config');
  const pruned = pruneGraph(graph, parsed);
  const calibration = readNetworkCalibration(path, calibrate, graph);
  return goldenModels(path, pruned, calibration, progress)(parsed, progress);
}

function designEngine({ path, engine, config, calibrate, model }: EngineOptions): OpenedEngine {
  refuseForDesign(path, { config, calibrate }, model);
  const design = openDesign(path);
  return engine === 'golden' ? design.golden() : silent(floatEngine(design.graph));
}

/** Double precision does not saturate. */
function silent(engine: Engine): OpenedEngine {
  return { engine, warnings: () => [] };
}
