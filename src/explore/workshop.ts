import { measureVectors, peaksOf, type VectorValues } from '../compiler/calibrate.ts';
import { type Compilation, compilePruned } from '../compiler/compile.ts';
import { lowerFor } from '../compiler/lower/lower_for.ts';
import { oneLayerConfig } from '../compiler/one_layer_config.ts';
import { quantizeGraph } from '../compiler/passes/quantize.ts';
import { largestBlockOf, type PreparedNetwork, prepareNetwork } from '../compiler/pipeline.ts';
import { projectGraph } from '../compiler/prune/circulant.ts';
import { isRecurrent } from '../compiler/prune/config_density.ts';
import { pruneGraph, prunesGraph } from '../compiler/prune/prune_graph.ts';
import { type PrunedLayer, pruneLayer } from '../compiler/prune/prune_layer.ts';
import type { QuantizedGraph } from '../compiler/quantized_graph.ts';
import type { Config } from '../machine/config.ts';
import type { Graph } from '../model/graph.ts';
import { checkCellClip, hardwareModel, refusalsOf } from '../model/import/hardware_model.ts';
import type { LstmModel } from '../model/stacked_layer.ts';
import { checkProgram } from '../program/check.ts';
import type { Design } from '../program/design.ts';
import { type NetworkDesign, networkDesign } from '../program/network_design.ts';
import type { Program } from '../program/program.ts';
import { checkBlockSize } from '../verbs/compress/block_size.ts';
import { hasSpectra } from '../verbs/layer_design.ts';
import { ofModel } from '../verbs/of_model.ts';
import { oneLayerSet } from '../verbs/run/golden_model.ts';
import { designKey, numberKey, programKey, pruneKey } from './keys.ts';
import { Shared } from './shared.ts';
import { type OpenModel, openModel, type TaskModel, type TaskOptions } from './task.ts';

/** A design as `build` makes it, without its files. */
export type Made =
  | {
      readonly kind: 'layer';
      readonly model: OpenModel;
      readonly pruned: string;
      readonly design: Design;
      readonly graph: Graph;
      readonly hardware: LstmModel;
    }
  | {
      readonly kind: 'network';
      readonly model: OpenModel;
      readonly pruned: string;
      readonly design: NetworkDesign;
      readonly graph: Graph;
      readonly prepared: PreparedNetwork;
      /** Largest block that is kept as spectra; 0: the network has none. */
      readonly largestBlock: number;
    };

/** A pruned network on its way to designs, and what was made of it: with it goes all of that, before the next one is pruned. */
interface NetworkWork {
  readonly prepared: PreparedNetwork;
  readonly quantized: Shared<QuantizedGraph>;
  readonly programs: Shared<Program>;
  readonly designs: Shared<NetworkDesign>;
}

/**
 * Makes designs as `build` does, point by point, and keeps what the next points are likely to need: who asks for them in the order of
 * {@link workOrder} has each piece of work done once.
 */
export class Workshop {
  readonly #models: readonly TaskModel[];
  readonly #options: TaskOptions;
  readonly #open = new Shared<OpenModel>(1);
  readonly #graphs = new Shared<Graph>(1);
  readonly #spectra = new Shared<boolean>(8);
  readonly #prunes = new Shared<boolean>(64);
  readonly #networks = new Shared<NetworkWork>(1);
  readonly #layers = new Shared<PrunedLayer>(2);
  readonly #values = new Shared<VectorValues>(1);
  readonly #compilations = new Shared<Compilation>(2);

  constructor(models: readonly TaskModel[], options: TaskOptions) {
    this.#models = models;
    this.#options = options;
  }

  /** A model with its data. */
  model(number: number): OpenModel {
    return this.#open.get(String(number), () => openModel(this.#models[number]!, this.#options));
  }

  /**
   * The design of a point.
   *
   * @param block to which recurrent layers are projected; 0: they stay
   * @throws EsegenError as `build` does, but for the part, which is not looked at
   */
  make(number: number, block: number, config: Config): Made {
    const model = this.model(number);
    const key = `${number} ${block}`;
    const { file } = this.#models[number]!;
    const graph = block === 0 ? model.graph : this.#graphs.get(key, () => projected(file, model.graph, block));
    const largest = largestBlockOf(config);
    const blocks = JSON.stringify([key, largest, config.layers]);
    const spectra = this.#spectra.get(blocks, () => hasSpectra(graph, config));
    return !spectra && refusalsOf(graph).length === 0
      ? this.#layer(file, key, model, graph, config)
      : this.#network(file, key, model, graph, config, spectra ? largest : 0);
  }

  #layer(file: string, key: string, model: OpenModel, graph: Graph, config: Config): Made {
    const hardware = hardwareModel(file, graph);
    const own = oneLayerConfig(graph, config);
    const prunedKey = `${key} ${pruneKey(own)}`;
    const pruned = this.#layers.get(prunedKey, () => pruneLayer(hardware.layer, own));
    // Weights that were not pruned are those of the file, whatever the array.
    const weights = pruned.pruned ? prunedKey : key;
    const values = this.#values.get(weights, () => measureVectors(pruned.layer, oneLayerSet(graph, model.calibration)));
    checkCellClip(file, graph, peaksOf(values).c);
    const { design } = this.#compilations.get(`${prunedKey} ${designKey(own)}`, () =>
      ofModel(file, () => compilePruned(pruned, own, values)),
    );
    return { kind: 'layer', model, pruned: weights, design: { ...design, config: own }, graph, hardware };
  }

  #network(file: string, key: string, model: OpenModel, graph: Graph, config: Config, largestBlock: number): Made {
    const pruned = `${key} ${pruneKey(config)}`;
    const id = this.#prunes.get(pruned, () => prunesGraph(graph, config)) ? pruned : key;
    const { prepared, ...made } = this.#networks.get(id, () => {
      const source = pruneGraph(graph, config);
      return {
        prepared: ofModel(file, () => preparedOf(source, model)),
        ...{ quantized: new Shared(8), programs: new Shared(2), designs: new Shared(2) },
      };
    });
    const quantized = made.quantized.get(numberKey(config, largestBlock), () =>
      ofModel(file, () => quantizeGraph(prepared.legal, config, prepared.calibration, { largestBlock })),
    );
    const program = made.programs.get(programKey(config), () =>
      ofModel(file, () => {
        const lowered = lowerFor(quantized, config);
        checkProgram(lowered);
        return lowered;
      }),
    );
    const shared = made.designs.get(designKey(config), () => ofModel(file, () => networkDesign(program, config)));
    // All points have one name, and queues are no part of a memory or of another size.
    const design = { ...shared, config, sizes: { ...shared.sizes, fifoDepth: config.fifoDepth } };
    return { kind: 'network', model, pruned: id, design, graph, prepared, largestBlock };
  }
}

/** A pruned network, ready to be quantized. Of its core only the ports stay: weights are in the legal graph, and they are most of it. */
function preparedOf(graph: Graph, { calibration }: OpenModel): PreparedNetwork {
  const { partition, ...prepared } = prepareNetwork(graph, calibration.utterances);
  return { ...prepared, partition: { ...partition, core: { ...partition.core, nodes: [] } } };
}

/** A network as `esegen prune --block` makes it: recurrent layers have blocks. @throws EsegenError where a matrix is smaller than one */
function projected(file: string, graph: Graph, block: number): Graph {
  return projectGraph(graph, (node, name) => {
    if (!isRecurrent(node.layer)) return null;
    checkBlockSize(file, graph, node, name, block, 'block');
    return block;
  }).graph;
}
