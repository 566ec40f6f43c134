import { type Compilation, compile } from '../compiler/compile.ts';
import { lowerFor } from '../compiler/lower/lower_for.ts';
import { oneLayerConfig } from '../compiler/one_layer_config.ts';
import { quantizeGraph } from '../compiler/passes/quantize.ts';
import { largestBlockOf, type PreparedNetwork, prepareNetwork } from '../compiler/pipeline.ts';
import { pruneGraph } from '../compiler/prune/prune_graph.ts';
import type { QuantizedGraph } from '../compiler/quantized_graph.ts';
import { randomUtterances } from '../compiler/random_utterances.ts';
import { randomCalibration } from '../data/calibration_set.ts';
import type { Config } from '../machine/config.ts';
import type { Graph } from '../model/graph.ts';
import { hardwareModel } from '../model/import/hardware_model.ts';
import { onnxNetwork } from '../model/import/onnx/import_onnx.ts';
import { networkOfTensors, parseSafetensors } from '../model/import/safetensors.ts';
import { checkProgram } from '../program/check.ts';
import { type NetworkDesign, networkDesign } from '../program/network_design.ts';
import { layerReport } from '../report/layer_report.ts';
import { type NetworkTimes, networkReport, networkTimes } from '../report/network_report.ts';
import type { DesignReport } from '../report/report_data.ts';
import { EsegenError } from '../util/errors.ts';
import { isLayerDesign } from '../verbs/layer_design.ts';

/**
 * The network of a model file in memory.
 *
 * @param name of the file, whose suffix says what it is
 * @throws EsegenError where it is damaged, of another kind, or holds no network
 */
export function modelInMemory(name: string, bytes: Uint8Array): Graph {
  if (/\.onnx$/i.test(name)) return onnxNetwork(name, bytes).graph;
  if (/\.safetensors$/i.test(name)) return networkOfTensors(name, parseSafetensors(bytes, name).tensors);
  throw new EsegenError(name, 'expected a file that ends in .onnx or .safetensors');
}

/** Keeps the last result of a piece of work, by what it was made from. */
class Last<T> {
  #last: { readonly key: readonly unknown[]; readonly value: T } | null = null;

  get(key: readonly unknown[], make: () => T): T {
    if (this.#last === null || !key.every((part, at) => part === this.#last!.key[at]))
      this.#last = { key, value: make() };
    return this.#last.value;
  }
}

/** Config as a key, without what a piece of work does not look at. */
function without(config: Config, ...keys: (keyof Config)[]): string {
  return JSON.stringify({ ...config, ...Object.fromEntries(keys.map((key) => [key, null])) });
}

/** What only figures depend on. */
const FREE = ['clockMHz', 'part'] as const;
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

/**
 * Designs of a model for one config after the other, with seeded calibration frames, as `esegen build` makes them of a model alone. What the next config
 * shares with the last one is done once.
 */
export class WhatIf {
  readonly #name: string;
  readonly #graph: Graph;
  readonly #prepared = new Last<PreparedNetwork>();
  readonly #quantized = new Last<QuantizedGraph>();
  readonly #designs = new Last<NetworkDesign>();
  readonly #times = new Last<NetworkTimes | null>();
  readonly #layers = new Last<Compilation>();

  /** @param name of the model for messages */
  constructor(name: string, graph: Graph) {
    this.#name = name;
    this.#graph = graph;
  }

  /** @throws EsegenError as `esegen build` does, but for what the part has no room for */
  report(config: Config): DesignReport {
    if (isLayerDesign(this.#graph, config)) {
      const { design, report } = this.#layers.get([without(config, ...FREE)], () => this.#layer(config));
      return layerReport({ ...design, config: oneLayerConfig(this.#graph, config) }, report);
    }
    const made = this.#designs.get([without(config, ...FREE)], () => this.#network(config));
    const times = this.#times.get([made], () => networkTimes(made));
    return networkReport({ ...made, config }, times);
  }

  #network(config: Config): NetworkDesign {
    const graph = pruneGraph(this.#graph, config);
    const { legal, calibration } = this.#prepared.get([graph], () => {
      return prepareNetwork(graph, randomUtterances(this.#graph).utterances);
    });
    const largestBlock = largestBlockOf(config);
    const quantized = this.#quantized.get([legal, largestBlock, without(config, ...FREE, ...HARDWARE)], () => {
      return quantizeGraph(legal, config, calibration, { largestBlock }).quantized;
    });
    const program = lowerFor(quantized, config);
    checkProgram(program);
    return networkDesign(program, config);
  }

  #layer(config: Config): Compilation {
    const { layer } = hardwareModel(this.#name, this.#graph);
    return compile(layer, oneLayerConfig(this.#graph, config), randomCalibration(layer.inputs));
  }
}
