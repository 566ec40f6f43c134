import { dirname } from 'node:path';
import { coarseMatrices } from '../compiler/coarse_weights.ts';
import { type CompileReport, compile } from '../compiler/compile.ts';
import { oneLayerConfig } from '../compiler/one_layer_config.ts';
import type { CalibrationSet } from '../data/calibration_set.ts';
import { readCalibration } from '../data/frame_sets.ts';
import { generate } from '../design/generate.ts';
import { HOST_PATHS, type HostFiles, readLabels, readNorm } from '../design/host_files.ts';
import { type MemoryGroup, memoryGroups } from '../design/memory_groups.ts';
import { designPorts } from '../design/ports.ts';
import { checkTarget, writeDesign } from '../design/write_design.ts';
import { Saturation, type SaturationReport } from '../golden/saturation.ts';
import type { Config } from '../machine/config.ts';
import { readConfig } from '../machine/config_file.ts';
import { parseConfig } from '../machine/read_config.ts';
import { estimateForPart, type PartEstimate } from '../machine/resources/part_estimate.ts';
import type { Graph } from '../model/graph.ts';
import { checkCellClip, hardwareModel } from '../model/import/hardware_model.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import type { Design } from '../program/design.ts';
import { layerHardware } from '../program/hardware_of.ts';
import type { Progress } from '../util/report.ts';
import { goldenOutputs } from './compress/outputs.ts';
import { circulantWarnings } from './layer_design.ts';
import { ofModel } from './of_model.ts';
import { coarseWarnings, fitWarning, saturationWarnings, unusedTensorsWarning } from './warnings.ts';

/** What to build. */
export interface BuildOptions {
  /** Path of the trained model. */
  readonly model: string;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** A config, or the path of one. */
  readonly config: string | Config;
  /** Design directory to write: new, empty, or a design of esegen. */
  readonly out: string;
  /** Frames that fix the fraction bits, [T, I] `.npy`; default `calibration.npy` beside the model, else random frames. */
  readonly calibrate?: string | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/** A state of the hardware, and what it is called in the model file. */
export interface BuiltState {
  /** c of the cells, or y. */
  readonly part: 'c' | 'y';
  /** Input of the model that gives it; null where none does. */
  readonly input: string | null;
  /** Output of the model that tells it. */
  readonly output: string | null;
}

/** What a build made. */
export interface BuildResult {
  /** The directory as given. */
  readonly dir: string;
  readonly design: Design;
  readonly report: CompileReport;
  readonly dimensions: Design['dimensions'];
  readonly formats: Design['formats'];
  readonly memories: readonly MemoryGroup[];
  /** What the hardware takes, by the analytic model. */
  readonly resources: PartEstimate;
  /** Where the calibration frames come from. */
  readonly calibration: string;
  /** What saturates in the golden model over these frames. */
  readonly saturation: SaturationReport;
  /** What is no reason to stop, but to look: a line each. */
  readonly warnings: readonly string[];
  /** Kinds of operators of the model file that stay on the host, each once. */
  readonly leftOut: readonly string[];
  /** States of the hardware that the model file names as inputs or outputs; the host writes and reads them (docs/registers.md). */
  readonly states: readonly BuiltState[];
  /** Host files that were taken along, by their path in the design. */
  readonly hostFiles: readonly string[];
  readonly fileCount: number;
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * From a trained model to a design directory. `labels.json` and the only `*.norm.json` beside the model go along for the
 * host.
 *
 * @throws EsegenError where an input is not valid or `out` is not to be written; no directory is left behind then
 */
export function build(options: BuildOptions): BuildResult {
  return buildLayer(options, readBuildInput(options));
}

/** Config and model of a build. */
export interface BuildInput {
  readonly config: Config;
  readonly graph: Graph;
  /** When it was begun, as `performance.now` has it. */
  readonly start: number;
}

/**
 * Reads what a build is made of.
 *
 * @throws EsegenError where an input is not valid or `out` is not to be written
 */
export function readBuildInput({ model, importOptions, config: source, out, progress }: BuildOptions): BuildInput {
  const start = performance.now();
  const config = typeof source === 'string' ? readConfig(source) : parseConfig(source, 'config');
  checkTarget(out);
  progress?.('read model');
  return { config, graph: importModel(model, importOptions).graph, start };
}

/** Builds the design of one LSTM layer; see {@link build}. */
export function buildLayer(
  { model: path, out, calibrate, progress = () => {} }: BuildOptions,
  { config, graph, start }: BuildInput,
): BuildResult {
  const model = hardwareModel(path, graph);
  const host = hostFilesBeside(path, model.layer.inputs, model.outputLayer?.classes ?? null);
  const calibration = readCalibration(path, calibrate, model.layer.inputs);

  const own = oneLayerConfig(graph, config);
  const compilation = ofModel(path, () => compile(model.layer, own, calibration, progress));
  checkCellClip(path, graph, compilation.report.peaks.c);
  progress('measure saturation');
  const saturation = saturationOver(compilation.design, calibration);
  progress('generate');
  const files = generate(compilation, model, host, designPorts(graph));
  progress('write');
  writeDesign(out, files);

  const { design, layer, report } = compilation;
  const resources = estimateForPart(layerHardware(design), config.part);
  let bytes = 0;
  for (const content of files.values()) bytes += Buffer.byteLength(content);
  return {
    dir: out,
    design,
    report,
    dimensions: design.dimensions,
    formats: design.formats,
    memories: memoryGroups(design),
    resources,
    calibration: calibration.origin,
    saturation,
    warnings: [
      ...unusedTensorsWarning(graph),
      ...saturationWarnings(saturation, calibration.origin),
      ...coarseWarnings(coarseMatrices(layer, design.formats), design.formats.weightBits),
      ...circulantWarnings(graph, config),
      ...fitWarning(resources),
    ],
    leftOut: leftOutOf(graph),
    states: builtStates(graph),
    hostFiles: [HOST_PATHS.norm, HOST_PATHS.labels].filter((file) => files.has(file)),
    fileCount: files.size,
    bytes,
    seconds: (performance.now() - start) / 1000,
  };
}

/** What saturates in the golden model over a set of frames. */
function saturationOver(design: Design, set: CalibrationSet): SaturationReport {
  const saturation = new Saturation(design.formats);
  goldenOutputs(design, set, null, undefined, saturation);
  return saturation.report();
}

/** What of the file stays on the host, by its names there. */
function leftOutOf({ nodes, outside }: Graph): string[] {
  const host = nodes.filter(({ layer }) => layer.kind === 'host');
  return [...outside, ...host].map(({ name }) => name);
}

function builtStates({ states }: Graph): BuiltState[] {
  return states.map(({ part, input, output }) => ({
    part: part === 'c' ? 'c' : 'y',
    input: input?.name ?? null,
    output: output?.name ?? null,
  }));
}

/**
 * Labels and normalisation beside the model; those of another model, by their sizes, are left alone.
 *
 * @param inputs elements of a step of its input
 * @param classes of its output; null where it has none
 */
export function hostFilesBeside(model: string, inputs: number, classes: number | null): HostFiles {
  const folder = dirname(model);
  return { norm: readNorm(folder, inputs), labels: readLabels(folder, classes) };
}
