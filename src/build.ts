import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { type CalibrationSet, randomCalibration } from './compiler/calibrate.ts';
import { type CompileReport, compile, type Progress } from './compiler/compile.ts';
import type { Design } from './compiler/design.ts';
import { checkCellClip, hardwareModel } from './compiler/import/hardware_model.ts';
import { importModel } from './compiler/import/read_model.ts';
import { type Config, parseConfig, readConfig } from './config.ts';
import { checkTarget, writeDesign } from './design_dir.ts';
import { EsegenError } from './errors.ts';
import {
  generate,
  HOST_PATHS,
  type HostFiles,
  type Labels,
  type MemoryGroup,
  memoryGroups,
  parseLabels,
} from './generate.ts';
import type { LstmModel } from './model.ts';
import { readNpy } from './npy.ts';
import { type FeatureNorm, MEL_BANDS, parseFeatureNorm, STACK } from './speech/features.ts';

/** What to build. */
export interface BuildOptions {
  /** Path of the trained model. */
  readonly model: string;
  /** A config, or the path of one. */
  readonly config: string | Config;
  /** Design directory to write: new, empty, or a design of esegen. */
  readonly out: string;
  /** Frames that fix the fraction bits, [T, I] `.npy`; default `calibration.npy` beside the model, else random frames. */
  readonly calibrate?: string | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
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
  /** Where the calibration frames come from. */
  readonly calibration: string;
  /** Kinds of operators of the model file that stay on the host, each once. */
  readonly leftOut: readonly string[];
  /** Host files that were taken along, by their path in the design. */
  readonly hostFiles: readonly string[];
  readonly fileCount: number;
  readonly bytes: number;
  readonly seconds: number;
}

const bordersSchema = z.object({ strings: z.array(z.object({ steps: z.int().min(1) })).min(1) });

/**
 * From a trained model to a design directory. `labels.json` and the only `*.norm.json` beside the model go along for the
 * host.
 *
 * @throws EsegenError where an input is not valid or `out` is not to be written; no directory is left behind then
 */
export function build({ model: path, config: source, out, calibrate, progress = () => {} }: BuildOptions): BuildResult {
  const start = performance.now();
  const config = typeof source === 'string' ? readConfig(source) : parseConfig(source, 'config');
  checkTarget(out);
  progress('read model');
  const { model: imported, leftOut } = importModel(path);
  const model = hardwareModel(path, imported);
  const host = readHostFiles(path, model);
  const calibration = readCalibration(path, calibrate, model.layer.inputs);

  const compilation = compile(model.layer, config, calibration, progress);
  checkCellClip(path, imported, compilation.report.peaks.c);
  progress('generate');
  const files = generate(compilation, model, host);
  progress('write');
  writeDesign(out, files);

  const { design, report } = compilation;
  let bytes = 0;
  for (const content of files.values()) bytes += Buffer.byteLength(content);
  return {
    dir: out,
    design,
    report,
    dimensions: design.dimensions,
    formats: design.formats,
    memories: memoryGroups(design),
    calibration: calibration.origin,
    leftOut,
    hostFiles: [HOST_PATHS.norm, HOST_PATHS.labels].filter((file) => files.has(file)),
    fileCount: files.size,
    bytes,
    seconds: (performance.now() - start) / 1000,
  };
}

/** The calibration set that was named, that beside the model if it has frames for it, or random frames, in this order. */
function readCalibration(model: string, named: string | undefined, inputs: number): CalibrationSet {
  const beside = join(dirname(model), 'calibration.npy');
  if (named === undefined && !existsSync(beside)) return randomCalibration(inputs);
  const path = named ?? beside;
  const array = readNpy(path);
  const [frames, width] = array.shape;
  if ((array.dtype !== 'float32' && array.dtype !== 'float64') || array.shape.length !== 2) {
    const got = `${array.dtype} [${array.shape.join(', ')}]`;
    throw new EsegenError(path, `expected frames [T, ${inputs}] of float32 or float64, got ${got}`);
  }
  if (named === undefined && width !== inputs) {
    const random = randomCalibration(inputs);
    return { ...random, origin: `${random.origin} (${path} is for ${width} inputs)` };
  }
  if (frames! < 1 || width !== inputs) {
    const fix = 'Calibrate with frames as the model was trained on';
    throw new EsegenError(path, `expected frames [T, ${inputs}], got [${frames}, ${width}]`, fix);
  }
  const utteranceStarts = readBorders(path, frames!);
  const utterances = utteranceStarts.length === 1 ? '1 utterance' : `${utteranceStarts.length} utterances`;
  return {
    frames: { frames: frames!, width, data: Float64Array.from(array.data) },
    utteranceStarts,
    origin: `${path} (${frames} frames, ${utterances})`,
  };
}

/** First frames of the utterances, from the JSON file of the same stem; without one it is all one utterance. */
function readBorders(npy: string, frames: number): number[] {
  const path = `${npy.slice(0, npy.length - extname(npy).length)}.json`;
  if (!existsSync(path)) return [0];
  const result = bordersSchema.safeParse(readJson(path));
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const where = [path, issue.path.join('.')].filter((part) => part !== '').join(': ');
    throw new EsegenError(where, issue.message, 'Expected is {"strings": [{"steps": 44}, …]}');
  }
  const starts: number[] = [];
  let next = 0;
  for (const { steps } of result.data.strings) {
    starts.push(next);
    next += steps;
  }
  if (next !== frames) {
    throw new EsegenError(path, `expected steps that sum up to the ${frames} frames of ${npy}, got ${next}`);
  }
  return starts;
}

/** Labels and normalisation beside the model; those of another model, by their sizes, are left alone. */
function readHostFiles(model: string, { layer, outputLayer }: LstmModel): HostFiles {
  const dir = dirname(model);
  return { norm: readNorm(dir, layer.inputs), labels: readLabels(dir, outputLayer?.classes ?? null) };
}

function readNorm(dir: string, inputs: number): FeatureNorm | null {
  const names = readdirSync(dir).filter((name) => name.endsWith('.norm.json'));
  const [name] = names;
  if (name === undefined || names.length > 1) return null;
  const path = join(dir, name);
  return inputs === MEL_BANDS * STACK ? parseFeatureNorm(readJson(path), path) : null;
}

function readLabels(dir: string, classes: number | null): Labels | null {
  const path = join(dir, 'labels.json');
  if (classes === null || !existsSync(path)) return null;
  const labels = parseLabels(readJson(path), path);
  return labels.labels.length === classes ? labels : null;
}

/** Largest JSON file that is read beside a model, in bytes. */
const JSON_LIMIT = 2 ** 26;

function readJson(path: string): unknown {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > JSON_LIMIT) throw new EsegenError(path, `expected at most ${JSON_LIMIT} bytes, got ${size}`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof EsegenError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new EsegenError(path, `cannot be read (${code})`, 'Check the path and its permissions');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EsegenError(path, `is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}
