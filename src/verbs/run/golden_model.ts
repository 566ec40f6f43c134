import { measureVectors, peaksOf } from '../../compiler/calibrate.ts';
import { compilePruned } from '../../compiler/compile.ts';
import { oneLayerConfig } from '../../compiler/one_layer_config.ts';
import { finishNetwork, prepareNetwork } from '../../compiler/pipeline.ts';
import { pruneLayer } from '../../compiler/prune/prune_layer.ts';
import type { NetworkData } from '../../compiler/random_utterances.ts';
import { type CalibrationSet, joinUtterances } from '../../data/calibration_set.ts';
import type { LoadedDesign } from '../../design/load_design.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, NodeId } from '../../model/graph.ts';
import { checkCellClip, hardwareModel } from '../../model/import/hardware_model.ts';
import type { Program } from '../../program/program.ts';
import type { Progress } from '../../util/report.ts';
import { isLayerDesign } from '../layer_design.ts';
import { ofModel } from '../of_model.ts';
import { saturatedWarning, saturationWarnings } from '../warnings.ts';
import { type Engine, saturatedVectors } from './engine.ts';
import { GoldenEngine } from './golden_engine.ts';
import { OneLayerGolden } from './one_layer_golden.ts';

/** The golden model of a network for a config. */
export interface GoldenModel {
  readonly engine: Engine;
  readonly program: Program;
  /** Layers with weights that it computes, by their names in the graph. */
  readonly layers: readonly NodeId[];
  /** Lines on the formats, and on what saturated in the runs so far; `where` is what those runs were of. */
  readonly warnings: (where: string) => readonly string[];
}

/** Makes the golden model of a network for a config; the network is not pruned any more. */
export type MakeGolden = (config: Config, progress?: Progress) => GoldenModel;

/**
 * Whether a model is what `build` makes hardware of one layer of, an LSTM with or without an output layer. Its golden model is that of the design; the
 * host computes the output layer.
 */
export function isOneLayer(graph: Graph, config: Config): boolean {
  const kinds = graph.nodes.map(({ layer }) => layer.kind).join();
  return (kinds === 'lstm' || kinds === 'lstm,linear') && isLayerDesign(graph, config);
}

/**
 * What makes the golden models of a network; what does not depend on the widths is done once.
 *
 * @param path of the model, for messages
 * @param graph pruned
 * @throws EsegenError where the hardware cannot run the network
 */
export function goldenModels(
  path: string,
  graph: Graph,
  calibration: NetworkData,
  progress: Progress = () => {},
): MakeGolden {
  const made = new Map<boolean, MakeGolden>();
  return (config, next) => {
    const own = isOneLayer(graph, config);
    const make = made.get(own) ?? (own ? oneLayerModels : networkModels)(path, graph, calibration, progress);
    made.set(own, make);
    return make(config, next);
  };
}

function networkModels(path: string, graph: Graph, { utterances }: NetworkData, progress: Progress): MakeGolden {
  const prepared = ofModel(path, () => prepareNetwork(graph, utterances, { progress }));
  return (config, next = () => {}) => {
    const compiled = ofModel(path, () => finishNetwork(prepared, config, { progress: next }));
    const engine = new GoldenEngine(graph, compiled);
    const warnings = (where: string) => [
      ...compiled.report.warnings,
      ...saturatedVectors(engine).flatMap((vector) => saturatedWarning(vector, where)),
    ];
    const layers = compiled.quantized.nodes.filter(({ layer }) => layer.kind !== 'pick').map(({ id }) => id);
    return { engine, program: compiled.program, layers, warnings };
  };
}

function oneLayerModels(path: string, graph: Graph, calibration: NetworkData, progress: Progress): MakeGolden {
  const { layer, outputLayer } = hardwareModel(path, graph);
  progress('calibrate');
  const values = measureVectors(layer, oneLayerSet(graph, calibration));
  checkCellClip(path, graph, peaksOf(values).c, calibration.origin);
  return (config, next = () => {}) => {
    const own = oneLayerConfig(graph, config);
    const density = { ...own.density };
    for (const matrix of Object.keys(density) as (keyof typeof density)[]) density[matrix] = 1;
    const pruned = pruneLayer(layer, { ...own, density });
    const { design } = ofModel(path, () => compilePruned(pruned, own, values, next));
    return oneLayerGolden(new OneLayerGolden(graph, design, outputLayer));
  };
}

function oneLayerGolden(engine: OneLayerGolden): GoldenModel {
  const warnings = (where: string) => saturationWarnings(engine.saturation, where);
  return { engine, program: engine.program, layers: [engine.node], warnings };
}

/** The golden model of a design directory. */
export function designGolden({ design, readGraph, readModel }: LoadedDesign): GoldenModel {
  return oneLayerGolden(new OneLayerGolden(readGraph(), design, readModel().outputLayer));
}

/** Data of a network of one input as a set of frames. */
export function oneLayerSet(graph: Graph, { utterances, origin }: NetworkData): CalibrationSet {
  const { tensor } = graph.inputs[0]!;
  return joinUtterances(
    utterances.map((inputs) => inputs.get(tensor)!),
    origin,
  );
}
