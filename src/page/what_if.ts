import { measureVectors, type VectorValues } from '../compiler/calibrate.ts';
import { type Compilation, compilePruned } from '../compiler/compile.ts';
import { lowerFor } from '../compiler/lower/lower_for.ts';
import { oneLayerConfig } from '../compiler/one_layer_config.ts';
import { quantizeGraph } from '../compiler/passes/quantize.ts';
import { largestBlockOf, type PreparedNetwork, prepareNetwork } from '../compiler/pipeline.ts';
import { pruneGraph } from '../compiler/prune/prune_graph.ts';
import { type PrunedLayer, pruneLayer } from '../compiler/prune/prune_layer.ts';
import type { QuantizedGraph } from '../compiler/quantized_graph.ts';
import { randomUtterances } from '../compiler/random_utterances.ts';
import { randomCalibration } from '../data/calibration_set.ts';
import type { Config } from '../machine/config.ts';
import type { Graph } from '../model/graph.ts';
import { hardwareModel } from '../model/import/hardware_model.ts';
import { checkProgram } from '../program/check.ts';
import { type NetworkDesign, networkDesign } from '../program/network_design.ts';
import type { Program } from '../program/program.ts';
import { type LayerTimes, layerReport, layerTimes } from '../report/layer_report.ts';
import {
  type DesignPictures,
  type NetworkTimes,
  networkPictures,
  networkReport,
  networkTimes,
} from '../report/network_report.ts';
import type { DesignReport } from '../report/report_data.ts';
import { isLayerDesign } from '../verbs/layer_design.ts';
import { Recent } from './recent.ts';

/** Config as a key, without what a piece of work does not look at. */
function without(config: Config, ...keys: (keyof Config)[]): string {
  return JSON.stringify({ ...config, ...Object.fromEntries(keys.map((key) => [key, null])) });
}

/** What only figures depend on. */
const FREE = ['clockMHz', 'part'] as const;
/** What does not count in the mask of a layer. */
const UNPRUNED = ['weightBits', 'vectorBits', 'fifoDepth', 'activationQueue', 'weights', 'memoryBusBits'] as const;
/** What does not count in the numbers of a network. */
const HARDWARE = [
  'array',
  'elemLanes',
  'inputBeat',
  'outputBeat',
  'fifoDepth',
  'activationQueue',
  'accumulatorMemory',
  'weights',
  'memoryBusBits',
] as const;

/** Designs that are kept: their numbers and times, so that going back to one computes nothing. */
const KEPT = 8;

/** A piece of work of which a report is made, for whoever waits. */
export type Stage = 'prune' | 'calibrate' | 'quantize' | 'place' | 'count cycles';

/**
 * Designs of a model for one config after the other, with seeded calibration frames, as `esegen build` makes them of a model alone. What the next config
 * shares with one of the last ones is done once.
 */
export class WhatIf {
  readonly #name: string;
  readonly #graph: Graph;
  readonly #prepared = new Recent<PreparedNetwork>(1);
  readonly #quantized = new Recent<QuantizedGraph>(2);
  readonly #designs = new Recent<NetworkDesign>(KEPT);
  readonly #times = new Recent<NetworkTimes | null>(KEPT);
  readonly #pictures = new Recent<DesignPictures>(KEPT);
  readonly #checked = new WeakSet<Program>();
  readonly #pruned = new Recent<PrunedLayer>(2);
  readonly #measured = new Recent<VectorValues>(1);
  readonly #layers = new Recent<Compilation>(KEPT);
  readonly #layerTimes = new Recent<LayerTimes>(KEPT);
  #unchecked: Program | null = null;

  /** @param name of the model for messages */
  constructor(name: string, graph: Graph) {
    this.#name = name;
    this.#graph = graph;
  }

  /**
   * @param stage is told what is done
   * @throws EsegenError as `esegen build` does, but for what the part has no room for, and for what {@link check} finds
   */
  report(config: Config, stage: (stage: Stage) => void = () => {}): DesignReport {
    this.#unchecked = null;
    if (isLayerDesign(this.#graph, config)) {
      const { design, report } = this.#layers.get([without(config, ...FREE)], () => this.#layer(config, stage));
      const times = this.#layerTimes.get([design], () => {
        stage('count cycles');
        return layerTimes(design);
      });
      return layerReport({ ...design, config: oneLayerConfig(this.#graph, config) }, report, times);
    }
    const key = without(config, ...FREE);
    const placed = this.#designs.get([without(config, ...FREE, 'fifoDepth')], () => this.#network(config, stage));
    if (!this.#checked.has(placed.program)) this.#unchecked = placed.program;
    // Queues are no part of a memory, of the program, or of another size.
    const made = { ...placed, config, sizes: { ...placed.sizes, fifoDepth: config.fifoDepth } };
    const times = this.#times.get([placed, key], () => {
      stage('count cycles');
      return networkTimes(made);
    });
    const pictures = this.#pictures.get([placed, key], () => networkPictures(made));
    return networkReport(made, times, pictures);
  }

  /**
   * Checks the program of the last report, if none was checked yet: figures need not wait for it.
   *
   * @throws EsegenError as `esegen build` does where a program is not sound
   */
  check(): void {
    const program = this.#unchecked;
    if (program === null) return;
    this.#unchecked = null;
    checkProgram(program);
    this.#checked.add(program);
  }

  #network(config: Config, stage: (stage: Stage) => void): NetworkDesign {
    const graph = pruneGraph(this.#graph, config);
    const { legal, calibration } = this.#prepared.get([graph], () => {
      stage('calibrate');
      return prepareNetwork(graph, randomUtterances(this.#graph).utterances);
    });
    const largestBlock = largestBlockOf(config);
    const quantized = this.#quantized.get([legal, largestBlock, without(config, ...FREE, ...HARDWARE)], () => {
      stage('quantize');
      return quantizeGraph(legal, config, calibration, { largestBlock });
    });
    stage('place');
    return networkDesign(lowerFor(quantized, config), config);
  }

  #layer(config: Config, stage: (stage: Stage) => void): Compilation {
    const { layer } = hardwareModel(this.#name, this.#graph);
    const own = oneLayerConfig(this.#graph, config);
    const pruned = this.#pruned.get([without(own, ...FREE, ...UNPRUNED)], () => {
      stage('prune');
      return pruneLayer(layer, own);
    });
    const values = this.#measured.get([pruned.layer], () => {
      stage('calibrate');
      return measureVectors(pruned.layer, randomCalibration(layer.inputs));
    });
    stage('quantize');
    return compilePruned(pruned, own, values);
  }
}
