import { compileForAnyPart } from '../../compiler/compile.ts';
import { compileNetwork } from '../../compiler/pipeline.ts';
import { readCalibration } from '../../data/frame_sets.ts';
import { loadDesign } from '../../design/load_design.ts';
import type { Config } from '../../machine/config.ts';
import { parseConfig, readConfig } from '../../machine/read_config.ts';
import type { Graph } from '../../model/graph.ts';
import { checkCellClip, hardwareModel, refusalsOf } from '../../model/import/hardware_model.ts';
import type { ImportOptions } from '../../model/import/import_options.ts';
import { importModel } from '../../model/import/read_model.ts';
import { EsegenError } from '../../util/errors.ts';
import type { Progress } from '../../util/report.ts';
import { statPath } from '../../util/stat_path.ts';
import { readNetworkCalibration } from './calibration.ts';
import { type Engine, floatEngine } from './engine.ts';
import { GoldenEngine } from './golden_engine.ts';
import { OneLayerGolden } from './one_layer_golden.ts';

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

/**
 * Opens a model or a design to run it.
 *
 * @throws EsegenError where it is not valid, the hardware cannot run it, or an option does not go with it
 */
export function openEngine(options: EngineOptions, progress: Progress): Engine {
  const { path, engine, config, calibrate } = options;
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(path, 'does not exist', 'Name a model file or a design directory');
  if (stat.isDirectory()) return openDesign(options);
  const { graph } = importModel(path, options.model);
  if (engine === 'float') {
    if (config === undefined && calibrate === undefined) return floatEngine(graph);
    throw new EsegenError('--config, --calibrate', 'have no effect on the float engine', 'Leave them out');
  }
  if (config === undefined) {
    const fix = 'Name a config with --config, or a design directory';
    throw new EsegenError(path, 'the golden model needs number formats, which a model file has not', fix);
  }
  const parsed = typeof config === 'string' ? readConfig(config) : parseConfig(config, 'config');
  return isOneLayer(graph)
    ? oneLayerEngine(path, graph, parsed, calibrate, progress)
    : networkEngine(path, graph, parsed, calibrate, progress);
}

/** Whether a model is what `build` makes hardware of, an LSTM with or without an output layer; such a model is pruned as there. */
export function isOneLayer(graph: Graph): boolean {
  const kinds = graph.nodes.map(({ layer }) => layer.kind).join();
  return (kinds === 'lstm' || kinds === 'lstm,linear') && refusalsOf(graph).length === 0;
}

function oneLayerEngine(
  path: string,
  graph: Graph,
  config: Config,
  calibrate: string | undefined,
  progress: Progress,
): Engine {
  const { layer, outputLayer } = hardwareModel(path, graph);
  const calibration = readCalibration(path, calibrate, layer.inputs);
  const { design, report } = compileForAnyPart(layer, config, calibration, progress);
  checkCellClip(path, graph, report.peaks.c);
  return new OneLayerGolden(graph, design, outputLayer);
}

/** The golden model of a network, which is taken as it is. */
function networkEngine(
  path: string,
  graph: Graph,
  config: Config,
  calibrate: string | undefined,
  progress: Progress,
): Engine {
  const { utterances } = readNetworkCalibration(path, calibrate, graph);
  const compiled = compileNetwork(graph, config, utterances, { progress });
  return new GoldenEngine(graph, compiled);
}

function openDesign({ path, engine, config, calibrate, model }: EngineOptions): Engine {
  const refuse = (option: string, has: string) => {
    throw new EsegenError(option, `${path} is a design and has ${has}`, 'Leave it out');
  };
  if (config !== undefined) refuse('--config', 'its config');
  if (calibrate !== undefined) refuse('--calibrate', 'its number formats');
  for (const [option, value] of Object.entries(model ?? {}))
    if (value !== undefined) refuse(`--${option}`, 'its model');
  const { design, readModel, readGraph } = loadDesign(path);
  const graph = readGraph();
  return engine === 'golden' ? new OneLayerGolden(graph, design, readModel().outputLayer) : floatEngine(graph);
}
