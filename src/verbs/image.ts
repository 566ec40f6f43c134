import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompileReport, compile } from '../compiler/compile.ts';
import { compileNetwork } from '../compiler/pipeline.ts';
import { pruneGraph } from '../compiler/prune/prune_graph.ts';
import { readCalibration } from '../data/frame_sets.ts';
import { loadDesign } from '../design/load_design.ts';
import { holdsNetwork, loadNetwork } from '../design/load_network.ts';
import { checkCellClip, hardwareModel } from '../model/import/hardware_model.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import type { Design } from '../program/design.ts';
import { IMAGE_FILE, IMAGE_VERSIONS, readImageHash, type WeightsSum, weightsSum } from '../program/image_words.ts';
import { packModelImage } from '../program/model_image.ts';
import { type NetworkDesign, networkFor } from '../program/network_design.ts';
import { packNetworkImage } from '../program/network_image.ts';
import { packDesign } from '../program/pack.ts';
import { packStream } from '../program/stream.ts';
import { EsegenError } from '../util/errors.ts';
import type { Progress } from '../util/report.ts';
import { hostLayers } from './build_network.ts';
import { ofModel } from './of_model.ts';
import { readNetworkCalibration } from './run/calibration.ts';

/** What to make an image of. */
export interface ImageOptions {
  /** Path of the trained model. */
  readonly model: string;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** Design directory of the hardware that is to run it. */
  readonly design: string;
  /** As in build. */
  readonly calibrate?: string | undefined;
  readonly progress?: Progress | undefined;
}

interface AnyImage {
  /** Where the calibration frames come from. */
  readonly calibration: string;
  /** For IMAGE_DATA (docs/registers.md). */
  readonly image: Uint8Array;
  /** For external memory, where the hardware has its weights there, and what the image knows them by; else null. */
  readonly weights: Uint8Array | null;
  readonly weightsSum: WeightsSum | null;
}

/** A model for hardware of one layer that exists. */
export interface LayerImage extends AnyImage {
  readonly kind: 'layer';
  /** The model on that hardware: its sizes, and its number formats, by which the host converts x and y. */
  readonly design: Design;
  readonly report: CompileReport;
}

/** A network for hardware of networks that exists. */
export interface NetworkImage extends AnyImage {
  readonly kind: 'network';
  /** The network on that hardware; its program has the formats of inputs and outputs, by which the host converts them. */
  readonly design: NetworkDesign;
  /** What is no reason to stop, but to look: a line each. */
  readonly warnings: readonly string[];
  /** Layers and operators of the model file that stay on the host. */
  readonly leftOut: readonly string[];
}

/** A model for hardware that exists. */
export type ModelImage = LayerImage | NetworkImage;

/**
 * Compiles a model for the hardware of a design directory, so that it can be loaded without a new bitstream.
 *
 * @throws EsegenError where an input is not valid, or the model does not fit the hardware
 */
export function modelImage(options: ImageOptions): ModelImage {
  options.progress?.('read design');
  return holdsNetwork(options.design) ? networkImage(options) : layerImage(options);
}

function layerImage({
  model: path,
  importOptions,
  design: dir,
  calibrate,
  progress = () => {},
}: ImageOptions): LayerImage {
  const { design: hardware, files } = loadDesign(dir);
  const hash = hardwareHash(dir, files, IMAGE_VERSIONS.layer);
  progress('read model');
  const { graph } = importModel(path, importOptions);
  const { layer } = hardwareModel(path, graph);
  const calibration = readCalibration(path, calibrate, layer.inputs);
  const { design, report } = ofModel(path, () => compile(layer, hardware.config, calibration, progress, hardware));
  checkCellClip(path, graph, report.peaks.c);
  progress('pack');
  const weights = design.dimensions.dram ? packStream(design.matrices, design.dimensions) : null;
  const sum = weights === null ? null : weightsSum(weights);
  return {
    kind: 'layer',
    design,
    report,
    calibration: calibration.origin,
    image: packModelImage(design, packDesign(design), hash, sum),
    weights,
    weightsSum: sum,
  };
}

function networkImage({
  model: path,
  importOptions,
  design: dir,
  calibrate,
  progress = () => {},
}: ImageOptions): NetworkImage {
  const { design: hardware, files } = loadNetwork(dir);
  const hash = hardwareHash(dir, files, IMAGE_VERSIONS.network);
  progress('read model');
  const { graph } = importModel(path, importOptions);
  const calibration = readNetworkCalibration(path, calibrate, graph);
  const { config } = hardware;
  const compiled = ofModel(path, () =>
    compileNetwork(pruneGraph(graph, config), config, calibration.utterances, {
      progress,
      largestBlock: Math.max(0, ...hardware.sizes.blocks),
    }),
  );
  progress('pack');
  const design = ofModel(path, () => networkFor(compiled.program, hardware));
  const { weights } = design;
  return {
    kind: 'network',
    design,
    warnings: compiled.report.warnings,
    leftOut: hostLayers(graph, compiled.partition),
    calibration: calibration.origin,
    image: packNetworkImage(design, hash),
    weights,
    weightsSum: weights === null ? null : weightsSum(weights),
  };
}

/** Hash of the hardware of a design directory, from the image of its own model. */
function hardwareHash(dir: string, files: ReadonlyMap<string, string>, version: number): bigint {
  if (!files.has(IMAGE_FILE)) {
    throw new EsegenError(dir, `holds no ${IMAGE_FILE}`, 'Build the design again with esegen build');
  }
  return readImageHash(readFileSync(join(dir, IMAGE_FILE)), version, IMAGE_FILE);
}
