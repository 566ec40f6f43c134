import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompileReport, compile } from '../compiler/compile.ts';
import { readCalibration } from '../data/frame_sets.ts';
import { loadDesign } from '../design/load_design.ts';
import { checkCellClip, hardwareModel } from '../model/import/hardware_model.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import type { Design } from '../program/design.ts';
import { IMAGE_FILE, IMAGE_VERSIONS, readImageHash, type WeightsSum, weightsSum } from '../program/image_words.ts';
import { packModelImage } from '../program/model_image.ts';
import { packDesign } from '../program/pack.ts';
import { packStream } from '../program/stream.ts';
import { EsegenError } from '../util/errors.ts';
import type { Progress } from '../util/report.ts';

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

/** A model for hardware that exists. */
export interface ModelImage {
  /** The model on that hardware: its sizes, and its number formats, by which the host converts x and y. */
  readonly design: Design;
  readonly report: CompileReport;
  readonly calibration: string;
  /** For IMAGE_DATA (docs/registers.md). */
  readonly image: Uint8Array;
  /** For external memory, where the hardware has its weights there, and what the image knows them by; else null. */
  readonly weights: Uint8Array | null;
  readonly weightsSum: WeightsSum | null;
}

/**
 * Compiles a model for the hardware of a design directory, so that it can be loaded without a new bitstream.
 *
 * @throws EsegenError where an input is not valid, or the model does not fit the hardware
 */
export function modelImage({
  model: path,
  importOptions,
  design: dir,
  calibrate,
  progress = () => {},
}: ImageOptions): ModelImage {
  progress('read design');
  const { design: hardware, files } = loadDesign(dir);
  if (!files.has(IMAGE_FILE))
    throw new EsegenError(dir, `holds no ${IMAGE_FILE}`, 'Build the design again with esegen build');
  const hash = readImageHash(readFileSync(join(dir, IMAGE_FILE)), IMAGE_VERSIONS.layer, IMAGE_FILE);
  progress('read model');
  const { graph } = importModel(path, importOptions);
  const { layer } = hardwareModel(path, graph);
  const calibration = readCalibration(path, calibrate, layer.inputs);
  const { design, report } = compile(layer, hardware.config, calibration, progress, hardware);
  checkCellClip(path, graph, report.peaks.c);
  progress('pack');
  const weights = design.dimensions.dram ? packStream(design.matrices, design.dimensions) : null;
  const sum = weights === null ? null : weightsSum(weights);
  return {
    design,
    report,
    calibration: calibration.origin,
    image: packModelImage(design, packDesign(design), hash, sum),
    weights,
    weightsSum: sum,
  };
}
