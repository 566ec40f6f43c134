import type { NetworkReport } from '../compiler/network_report.ts';
import type { Partition } from '../compiler/passes/partition.ts';
import { compileNetwork } from '../compiler/pipeline.ts';
import { pruneGraph } from '../compiler/prune/prune_graph.ts';
import { generateNetwork } from '../design/generate_network.ts';
import { HOST_PATHS, type HostFiles } from '../design/host_files.ts';
import type { MemoryGroup } from '../design/memory_groups.ts';
import { networkMemoryGroups } from '../design/network_memories.ts';
import { writeDesign } from '../design/write_design.ts';
import type { Config } from '../machine/config.ts';
import { checkDevice } from '../machine/device.ts';
import { estimateForPart, type PartEstimate } from '../machine/resources/part_estimate.ts';
import { elementsOf, type Graph } from '../model/graph.ts';
import { networkHardware } from '../program/hardware_of.ts';
import { type NetworkDesign, networkDesign } from '../program/network_design.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';
import {
  type BuildInput,
  type BuildOptions,
  type BuildResult,
  buildLayer,
  hostFilesBeside,
  readBuildInput,
} from './build.ts';
import { classOutput } from './class_output.ts';
import { circulantWarnings, isLayerDesign } from './layer_design.ts';
import { ofModel } from './of_model.ts';
import { readNetworkCalibration } from './run/calibration.ts';
import type { SaturatedVector } from './run/engine.ts';
import { fitWarning, unusedTensorsWarning } from './warnings.ts';

/** What a build of a network made. */
export interface NetworkBuildResult {
  /** The directory as given. */
  readonly dir: string;
  readonly design: NetworkDesign;
  readonly memories: readonly MemoryGroup[];
  /** What the hardware takes, by the analytic model. */
  readonly resources: PartEstimate;
  /** Where the calibration frames come from. */
  readonly calibration: string;
  /** Shares of the calibration's values beyond the formats of vectors, largest first. */
  readonly saturated: readonly SaturatedVector[];
  /** What is no reason to stop, but to look: a line each. */
  readonly warnings: readonly string[];
  /** Layers and operators of the model file that stay on the host, before the hardware and behind it. */
  readonly leftOut: readonly string[];
  /** Host files that were taken along, by their path in the design. */
  readonly hostFiles: readonly string[];
  readonly fileCount: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** What a build of any model made. */
export type ModelBuild =
  | { readonly kind: 'layer'; readonly result: BuildResult }
  | { readonly kind: 'network'; readonly result: NetworkBuildResult };

/**
 * Turns a model into a design directory: that of one LSTM layer where it is one, else that of a network.
 *
 * @throws EsegenError where an input is not valid, the hardware cannot run the model, or `out` is not to be written; no directory
 *   is left behind then
 */
export function buildModel(options: BuildOptions): ModelBuild {
  const input = readBuildInput(options);
  return isLayerDesign(input.graph, input.config)
    ? { kind: 'layer', result: buildLayer(options, input) }
    : { kind: 'network', result: buildNetwork(options, input) };
}

/** Builds the design of a network; see {@link buildModel}. */
function buildNetwork(
  { model: path, out, calibrate, progress = () => {} }: BuildOptions,
  { config, graph, start }: BuildInput,
): NetworkBuildResult {
  refuseSettings(config);
  const calibration = readNetworkCalibration(path, calibrate, graph);
  const pruned = pruneGraph(graph, config);
  const compiled = ofModel(path, () => compileNetwork(pruned, config, calibration.utterances, { progress }));
  progress('generate');
  const design = ofModel(path, () => networkDesign(compiled.program, config));
  const resources = estimateForPart(networkHardware(design), config.part);
  checkDevice(config, { ...design.sizes, dram: design.sizes.external !== null }, resources.total.dsp);
  const files = generateNetwork(design, { ...compiled, graph: pruned }, hostFilesOf(path, graph));
  progress('write');
  writeDesign(out, files);

  const memories = networkMemoryGroups(design);
  let bytes = 0;
  for (const content of files.values()) bytes += Buffer.byteLength(content);
  return {
    dir: out,
    design,
    memories,
    resources,
    calibration: calibration.origin,
    saturated: saturatedOf(compiled.report),
    warnings: [
      ...unusedTensorsWarning(graph),
      ...compiled.report.warnings,
      ...circulantWarnings(pruned, config),
      ...sequenceWarning(design, memories, resources),
      ...fitWarning(resources),
    ],
    leftOut: hostLayers(graph, compiled.partition),
    hostFiles: [HOST_PATHS.norm, HOST_PATHS.labels].filter((file) => files.has(file)),
    fileCount: files.size,
    bytes,
    seconds: (performance.now() - start) / 1000,
  };
}

function saturatedOf({ vectors }: NetworkReport): readonly SaturatedVector[] {
  return vectors
    .filter(({ saturated }) => saturated > 0)
    .map(({ layer, vector, name, saturated }) => ({
      vector: layer === null ? `input ${quoteName(name)}` : `${layer}.${vector}`,
      share: saturated,
    }))
    .sort((a, b) => b.share - a.share);
}

/**
 * Refuses settings that the hardware of networks does not have.
 *
 * @throws EsegenError naming the first of them
 */
function refuseSettings({ maximum, accumulatorMemory }: Config): void {
  if (Object.values(maximum).some((size) => size !== 0)) {
    throw new EsegenError('maximum', 'the memories of a network are as large as it needs', 'Leave it out');
  }
  if (accumulatorMemory !== 'auto') {
    const what = `the accumulators of a network are in two tiles, got "${accumulatorMemory}"`;
    throw new EsegenError('accumulatorMemory', what, 'Leave it out');
  }
}

function hostFilesOf(path: string, graph: Graph): HostFiles {
  const { inputs, tensors } = graph;
  const elements = inputs.length === 1 ? elementsOf(tensors.get(inputs[0]!.tensor)!) : 0;
  return hostFilesBeside(path, elements, classOutput(graph)?.classes ?? null);
}

/** Layers and operators of a model file that stay on the host, by their names there. */
export function hostLayers({ outside }: Graph, { front, back }: Pick<Partition, 'front' | 'back'>): string[] {
  const parts = [outside, front?.nodes ?? [], back?.nodes ?? []];
  return parts.flatMap((part) => part.map(({ name }) => name));
}

/** Share of a part's block RAM from which a sequence memory is worth a warning, and its size on a part that is not listed. */
const MUCH_SEQUENCE = 0.25;
const MUCH_SEQUENCE_KBIT = 32 * 1024;
const KBIT_OF_BRAM = 36;

function sequenceWarning(
  { program }: NetworkDesign,
  memories: readonly MemoryGroup[],
  { fit }: PartEstimate,
): string[] {
  const sequences = memories.find(({ name }) => name === 'sequences');
  const much = fit === null ? MUCH_SEQUENCE_KBIT : MUCH_SEQUENCE * fit.part.resources.bram * KBIT_OF_BRAM;
  if (sequences === undefined || sequences.kbit <= much) return [];
  const mbit = (sequences.kbit / 1024).toFixed(0);
  return [
    `the sequence memory takes ${mbit} Mbit for utterances of up to ${program.machine.maxSteps} steps: set "sequence": { "maxSteps": … } to what you need, or "memory": "dram"`,
  ];
}
