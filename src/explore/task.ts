import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { NetworkData } from '../compiler/random_utterances.ts';
import type { Graph } from '../model/graph.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import { layersPath } from '../model/import/safetensors.ts';
import { EsegenError } from '../util/errors.ts';
import { fileError, isSystemError } from '../util/file_error.ts';
import { quoteName } from '../util/quote_name.ts';
import { statPath } from '../util/stat_path.ts';
import type { JudgeOptions } from '../verbs/compress/judged_outputs.ts';
import { OutputJudge, readJudgedData } from '../verbs/compress/judged_outputs.ts';
import type { Layout } from '../verbs/run/array_reading.ts';
import { readNetworkCalibration } from '../verbs/run/calibration.ts';

/** The models of a task and what they are judged on. */
export interface TaskOptions extends JudgeOptions {
  /** Paths of the models. */
  readonly models: readonly string[];
  /** What the user says of all model files. */
  readonly importOptions?: ImportOptions | undefined;
  /** Data that they are judged on; each model takes the first that fits its input. */
  readonly data: readonly string[];
  readonly layout?: Layout | undefined;
  /** Frames that fix the number formats, each model the first that fits; default as in `build`. */
  readonly calibrate?: readonly string[] | undefined;
  /** Utterances that the golden model runs, the first so many; default all. */
  readonly sample?: number | undefined;
}

/** A model of the task, as files say what it is. */
export interface TaskModel {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** Of the file, of its layer file where it has one, and of the calibration beside it where no other one is named. */
  readonly sha256: string;
  /** Frames that fix its number formats, absolute: the first that fits; null: as in `build` without any. */
  readonly calibrate: string | null;
}

/** A model that has been read, with its data. */
export interface OpenModel {
  readonly graph: Graph;
  readonly calibration: NetworkData;
  readonly judge: OutputJudge;
  /** Mean steps of an utterance of all the data. */
  readonly meanSteps: number;
}

/**
 * The models of a task; their names are those of their files.
 *
 * @throws EsegenError where one is not there, two have one name, or no calibration fits
 */
export function taskModels({ models, importOptions, calibrate }: TaskOptions): TaskModel[] {
  if (models.length === 0) throw new EsegenError('model', 'expected one at least, got none', 'Name a model file');
  const named = models.map((path): TaskModel => {
    const layers = importOptions?.layers ?? layersPath(path);
    const beside = calibrate === undefined ? [join(dirname(path), 'calibration.npy')] : [];
    const parts = [path, ...[layers, ...beside].filter(isFile)].flatMap(withBorders);
    const name = basename(path, extname(path));
    const sha256 = hashFiles(parts);
    return { name, file: resolve(path), sha256, calibrate: calibrationOf(path, calibrate, importOptions) };
  });
  const twice = named.find(({ name }, n) => named.findIndex((other) => other.name === name) < n);
  if (twice === undefined) return named;
  throw new EsegenError(twice.file, `is the second model called ${quoteName(twice.name)}`, 'Rename one of them');
}

function isFile(path: string): boolean {
  return statPath(path)?.isFile() === true;
}

/** A file of frames with that of the borders of its utterances, where it has one; other files and folders alone. */
export function withBorders(path: string): string[] {
  const borders = path.replace(/\.npy$/, '.json');
  return borders !== path && isFile(borders) ? [path, borders] : [path];
}

function calibrationOf(
  file: string,
  calibrate: readonly string[] | undefined,
  importOptions: ImportOptions | undefined,
): string | null {
  if (calibrate === undefined) return null;
  if (calibrate.length === 1) return resolve(calibrate[0]!);
  const { graph } = importModel(file, importOptions);
  return firstThatFits(file, '--calibrate', calibrate, (path) => {
    readNetworkCalibration(file, path, graph);
    return resolve(path);
  });
}

/**
 * Reads a model, its calibration and its data.
 *
 * @throws EsegenError where a file is not valid, or none of the data fit
 */
export function openModel({ file, calibrate }: TaskModel, options: TaskOptions): OpenModel {
  const { graph } = importModel(file, options.importOptions);
  const data = firstThatFits(file, '--data', options.data, (path) => readJudgedData(graph, path, options.layout));
  const calibration = readNetworkCalibration(file, calibrate ?? undefined, graph);
  const judge = new OutputJudge(file, graph, data, options);
  const meanSteps = data.lengths.reduce((sum, length) => sum + length, 0) / data.lengths.length;
  return { graph, calibration, judge, meanSteps };
}

function firstThatFits<T>(model: string, option: string, paths: readonly string[], read: (path: string) => T): T {
  let fault: EsegenError | null = null;
  for (const path of paths) {
    try {
      return read(path);
    } catch (error) {
      if (!(error instanceof EsegenError)) throw error;
      fault ??= error;
    }
  }
  if (fault !== null && paths.length === 1) throw fault;
  const why = fault === null ? 'there is none' : `the first of ${paths.length}: ${fault.message}`;
  throw new EsegenError(model, `none of ${option} fits its input; ${why}`);
}

/** SHA-256 of files and folders: of what they hold, and of the names in folders. */
export function hashFiles(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const isFolder = statPath(path)?.isDirectory() === true;
    const names = isFolder ? readdirSync(path, { withFileTypes: true }) : [];
    const files = isFolder
      ? names
          .filter((entry) => entry.isFile())
          .map(({ name }) => name)
          .sort()
      : [null];
    for (const name of files) {
      hash.update(name === null ? '\0' : `${name}\0`);
      addFile(hash, name === null ? path : join(path, name));
    }
  }
  return hash.digest('hex');
}

const chunk = new Uint8Array(1 << 20);

function addFile(hash: ReturnType<typeof createHash>, path: string): void {
  try {
    if (statPath(path)?.isFile() !== true)
      throw new EsegenError(path, 'cannot be read (no such file)', 'Check the path');
    const file = openSync(path, 'r');
    try {
      for (let got = 1; got > 0; ) {
        got = readSync(file, chunk);
        hash.update(chunk.subarray(0, got));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isSystemError(error)) throw fileError(error, path);
    throw error;
  }
}
