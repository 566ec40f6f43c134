import { estimateNetworkCycles, type NetworkEstimate } from '../cycles/network/estimate.ts';
import { type LoadedDesign, loadDesign } from '../design/load_design.ts';
import { holdsNetwork, type LoadedNetwork, loadNetwork } from '../design/load_network.ts';
import { type MemoryGroup, memoryGroups } from '../design/memory_groups.ts';
import { networkMemoryGroups } from '../design/network_memories.ts';
import { estimateForPart, type PartEstimate } from '../machine/resources/part_estimate.ts';
import type { Graph, Layer, Matrix } from '../model/graph.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import type { ImportedModel } from '../model/import/imported_model.ts';
import { importModel } from '../model/import/read_model.ts';
import { layerNotes } from '../model/layer_notes.ts';
import { type MatrixName, matricesOf } from '../model/matrices.ts';
import { spansOf } from '../model/side_by_side.ts';
import { layerHardware, networkHardware } from '../program/hardware_of.ts';
import { EsegenError } from '../util/errors.ts';
import { statPath } from '../util/stat_path.ts';
import { inspectCirculant } from './inspect_circulant.ts';
import { type HardwareInspection, inspectHardware } from './inspect_hardware.ts';
import { refuseForDesign } from './run/design_options.ts';

/** A weight matrix of a node. */
export interface MatrixInspection {
  readonly name: MatrixName;
  readonly rows: number;
  readonly columns: number;
  readonly nonZeros: number;
  /** Share of weights that are not zero. */
  readonly density: number;
  /** Largest magnitude. */
  readonly peak: number;
  /** Block of which it is block-circulant; null where it is not. */
  readonly block: number | null;
  /** Words of its spectra; null where it is not stored as such. */
  readonly spectralWords: number | null;
}

/** A node of the graph. */
export interface NodeInspection {
  readonly id: string;
  /** As the file calls it; any text. */
  readonly name: string;
  readonly kind: Layer['kind'];
  /** Nodes or inputs that it reads. */
  readonly reads: readonly string[];
  /** Sizes of a step of each input, and of the output. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
  /** Steps of the input for one of the output; null where it has one value an utterance. */
  readonly stepsPerOutput: number | null;
  readonly matrices: readonly MatrixInspection[];
  /** Why block-circulant matrices of it are not stored as spectra. */
  readonly mixedBlocks: readonly string[];
  /** What is particular about it, e.g. `reverse`. */
  readonly notes: readonly string[];
}

/** What is in a model file. */
export interface ModelInspection extends ImportedModel {
  readonly kind: 'model';
  readonly path: string;
  readonly nodes: readonly NodeInspection[];
  readonly hardware: HardwareInspection;
}

/** What is in a design directory, all of whose files have been checked. */
export interface DesignInspection {
  readonly kind: 'design';
  readonly loaded: LoadedDesign;
  /** What the hardware takes, by the analytic model. */
  readonly resources: PartEstimate;
  readonly memories: readonly MemoryGroup[];
}

/** What is in the design directory of a network. */
export interface NetworkInspection {
  readonly kind: 'network';
  readonly loaded: LoadedNetwork;
  /** What the hardware takes, by the analytic model. */
  readonly resources: PartEstimate;
  /** Predicted; null where the model has none. */
  readonly cycles: NetworkEstimate | null;
  readonly memories: readonly MemoryGroup[];
}

/**
 * Looks into a model file or a design directory.
 *
 * @throws EsegenError where it is neither, or is damaged
 */
export function inspect(
  path: string,
  options: ImportOptions = {},
): ModelInspection | DesignInspection | NetworkInspection {
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(path, 'does not exist', 'Name a model file or a design directory');
  if (stat.isDirectory()) {
    refuseForDesign(path, {}, options);
    if (holdsNetwork(path)) {
      const loaded = loadNetwork(path);
      const { design } = loaded;
      return {
        kind: 'network',
        loaded,
        resources: estimateForPart(networkHardware(design), design.config.part),
        cycles: estimateNetworkCycles(design),
        memories: networkMemoryGroups(design),
      };
    }
    const loaded = loadDesign(path);
    const { design } = loaded;
    const resources = estimateForPart(layerHardware(design), design.config.part);
    return { kind: 'design', loaded, resources, memories: memoryGroups(design) };
  }
  const imported = importModel(path, options);
  const { graph } = imported;
  return { kind: 'model', path, ...imported, nodes: inspectNodes(graph), hardware: inspectHardware(graph) };
}

function inspectNodes(graph: Graph): NodeInspection[] {
  const { nodes, tensors } = graph;
  return nodes.map((node) => {
    const { id, name, layer, inputs, output } = node;
    const { shape, time } = tensors.get(output)!;
    const { matrices, reasons } = inspectCirculant(layer, (matrix) => spansOf(graph, node, matrix));
    return {
      id,
      name,
      kind: layer.kind,
      reads: inputs,
      inputShapes: inputs.map((input) => tensors.get(input)!.shape),
      outputShape: shape,
      stepsPerOutput: time === null ? null : time.reduce((steps, { stride }) => steps * stride, 1),
      matrices: matricesOf(layer).map(([matrix, weights]) => ({
        ...inspectMatrix(matrix, weights),
        block: matrices.get(matrix)?.block ?? null,
        spectralWords: matrices.get(matrix)?.words ?? null,
      })),
      mixedBlocks: reasons,
      notes: layerNotes(layer),
    };
  });
}

function inspectMatrix(name: MatrixName, { rows, columns, values }: Matrix) {
  let nonZeros = 0;
  let peak = 0;
  for (let at = 0; at < values.length; at++) {
    const magnitude = Math.abs(values[at]!);
    if (magnitude > 0) nonZeros++;
    if (magnitude > peak) peak = magnitude;
  }
  return { name, rows, columns, nonZeros, density: nonZeros / values.length, peak };
}
