import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { CompileReport } from '../compiler/compile.ts';
import { parseConfig } from '../machine/config.ts';
import type { Formats } from '../machine/formats.ts';
import { memoryPath } from '../machine/names.ts';
import { readModel } from '../model/import/read_model.ts';
import type { LstmModel } from '../model/lstm.ts';
import type { Design, DesignMatrices } from '../program/design.ts';
import { type Dimensions, dimensionsOf } from '../program/dimensions.ts';
import { countsAreShared } from '../program/encode.ts';
import { type MemImage, memWord, parseMem } from '../program/mem_image.ts';
import { imageShapes, SCHEDULE_FILE, unpackDesign } from '../program/pack.ts';
import { packStep, type Step, stepFields } from '../program/schedule.ts';
import { segmentList } from '../program/segments.ts';
import { fillerWord, packStream, STREAM_FILE, streamBytes } from '../program/stream.ts';
import { type FeatureNorm, parseFeatureNorm } from '../speech/features.ts';
import { EsegenError } from '../util/errors.ts';
import { causeOf } from '../util/file_error.ts';
import { makeFolder } from '../util/make_folder.ts';
import { quoteName } from '../util/quote_name.ts';
import { schemaError } from '../util/schema_error.ts';
import { statPath } from '../util/stat_path.ts';
import { temporary } from '../util/temporary.ts';
import {
  DESIGN_FILE,
  DESIGN_FORMAT,
  type DesignFiles,
  GENERATOR,
  HOST_PATHS,
  type Labels,
  parseLabels,
  sha256,
} from './generate.ts';

/** A design directory, read back and checked. */
export interface LoadedDesign {
  /** Absolute path. */
  readonly dir: string;
  /** Version of the generator that wrote it. */
  readonly version: string;
  /** The value that the directory was generated from. */
  readonly design: Design;
  readonly report: CompileReport;
  /** SHA-256 by path, of every file but `design.json`; all have been checked. */
  readonly files: ReadonlyMap<string, string>;
  /** Reads the pruned float model, with its output layer where it has one. */
  readonly readModel: () => LstmModel;
  /** Reads the normalisation of the features; null where the design has none. */
  readonly readNorm: () => FeatureNorm | null;
  /** Reads the meaning of the output classes; null where the design has none. */
  readonly readLabels: () => Labels | null;
}

const REBUILD = 'Build the design again with esegen build';

const integer = z.int();
const count = z.int().min(0);
const size = z.int().min(1).max(4096);

const shapeSchema = z.strictObject({
  inputs: size,
  cells: size,
  outputs: size,
  projection: z.boolean(),
  peepholes: z.boolean(),
});

const bits = z.int().min(1).max(64);
const fraction = z.int().min(-1200).max(1200);
const shift = z.int().min(0).max(63);

const formatsSchema: z.ZodType<Formats> = z.strictObject({
  vectorBits: bits,
  xFrac: fraction,
  yFrac: fraction,
  mFrac: fraction,
  cFrac: fraction,
  weightBits: bits,
  weightXFrac: fraction,
  weightRFrac: fraction,
  weightPFrac: fraction,
  xAlign: shift,
  yAlign: shift,
  actBits: bits,
  accFrac: fraction,
  accBits: bits,
  saturate: z.boolean(),
  biasBits: bits,
  peepBits: bits,
  peepFrac: fraction,
  peepShift: shift,
  sumBits: bits,
  zShift: shift,
  yShift: shift,
  sigmoidRange: z.number().positive(),
  tanhRange: z.number().positive(),
});

const wordCount = z
  .int()
  .min(0)
  .max(2 ** 24);

/** Only what `dimensionsOf` takes from the matrices is believed; the rest must be what it makes of that. */
const dimensionsSchema = z.looseObject({
  segments: z
    .array(z.looseObject({ matrix: z.enum(['x', 'r', 'p']), tile: z.literal([0, 1]), words: wordCount }))
    .min(2)
    .max(5),
  tiles: z.array(wordCount).min(1).max(2),
  weightDepth: wordCount,
  countBits: z.int().min(2).max(16),
  sharedCounts: z.boolean(),
});

const stepSchema: z.ZodType<Step> = z.strictObject({
  op: z.literal([0, 1, 2]),
  when: z.literal([0, 1, 2, 3]),
  last: z.boolean(),
  marker: z.boolean(),
  follow: z.boolean(),
  release: z.boolean(),
  source: z.literal([0, 1, 2]),
  bank: z.literal([0, 1, 2]),
  size: count,
  start: count,
  words: count,
  pointer: count,
  base: count,
  beats: count,
  shift: count,
  peepShift: count,
  stateFrac: count,
});

const ratio = z.number().min(1);

const reportSchema: z.ZodType<CompileReport> = z.strictObject({
  pruned: z.boolean(),
  weights: count,
  kept: count,
  roundedToZero: integer,
  nonZeros: count,
  padding: count,
  wordsMax: count,
  wordsMean: z.number().min(0),
  imbalance: z.strictObject({ x: ratio, r: ratio, p: ratio.nullable(), overall: ratio }),
  peaks: z.strictObject({ x: z.number(), y: z.number(), c: z.number() }),
});

const ownerSchema = z.looseObject({
  generator: z.literal(GENERATOR, { error: `expected "${GENERATOR}"` }),
  format: z.literal(DESIGN_FORMAT, { error: `expected ${DESIGN_FORMAT}, the format of this version of esegen` }),
});

const designSchema = z.strictObject({
  format: z.literal(DESIGN_FORMAT),
  generator: z.literal(GENERATOR),
  version: z.string(),
  config: z.unknown(),
  shape: shapeSchema,
  formats: formatsSchema,
  dimensions: dimensionsSchema,
  schedule: z.array(stepSchema).min(1).max(1024),
  report: reportSchema,
  files: z.record(
    z.string().refine(isInside, { error: 'expected paths of files below the design directory' }),
    z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256 of 64 hexadecimal digits' }),
  ),
});

/** Whether a path out of a file stays below the directory it is relative to, spelled with forward slashes. */
function isInside(path: string): boolean {
  const plain = /^[^\\:\p{C}]+$/u.test(path) && path !== DESIGN_FILE;
  return plain && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Writes a design directory: first beside its place, then by renaming, so that there is never half a design. What was in an
 * older design of that name is gone afterwards, files that esegen did not write included.
 *
 * @param dir where to; must not exist, be empty, or be a design that esegen wrote
 * @param files as `generate` made them
 * @throws EsegenError where `dir` is anything else or cannot be written; nothing is left behind then
 */
export function writeDesign(dir: string, files: DesignFiles): void {
  checkTarget(dir);
  let undo = () => {};
  try {
    const target = existsSync(dir) ? realpathSync(dir) : resolve(dir);
    undo = makeFolder(dirname(target));
    const staging = mkdtempSync(join(dirname(target), '.esegen-'));
    const remove = temporary(staging);
    try {
      const fresh = join(staging, 'new');
      writeFiles(fresh, files);
      replace(target, fresh, join(staging, 'old'));
    } finally {
      remove();
    }
  } catch (error) {
    undo();
    throw new EsegenError(dir, `cannot be written (${causeOf(error)})`, 'Check the path, its permissions and the disk');
  }
}

/**
 * Refuses a directory that `writeDesign` would not write.
 *
 * @throws EsegenError where `dir` is a file, the current directory or above it, or a directory with something else in it than a
 *   design of esegen
 */
export function checkTarget(dir: string): void {
  if (dir === '') throw new EsegenError('output directory', 'expected a path, got an empty text');
  const stat = statPath(dir);
  if (stat === undefined) {
    if (lstatSync(dir, { throwIfNoEntry: false }) === undefined) return;
    throw new EsegenError(dir, 'is a link that leads nowhere', 'Name another directory');
  }
  if (!stat.isDirectory()) throw new EsegenError(dir, 'expected a directory, got a file', 'Name another one');
  if (`${process.cwd()}${sep}`.startsWith(`${realpathSync(dir)}${sep}`)) {
    const fix = 'Name a folder below it, or run from another one';
    throw new EsegenError(dir, 'is the current folder or above it, which a new one in its place would pull away', fix);
  }
  if (readdirSync(dir).length === 0) return;
  const path = join(dir, DESIGN_FILE);
  const owner = existsSync(path) ? z.object({ generator: z.string() }).safeParse(tryJson(path)) : null;
  if (owner?.data?.generator === GENERATOR) return;
  throw new EsegenError(
    dir,
    'holds files that esegen did not write (there is no design.json of esegen in it)',
    'Name a new or an empty directory, or remove this one',
  );
}

/**
 * Reads a design directory back and checks every file of it.
 *
 * @param dir a directory that `writeDesign` wrote
 * @throws EsegenError where it is not one, a file is missing or has another SHA-256 than when it was written, or
 *   `design.json` contradicts itself or the memory files
 */
export function loadDesign(dir: string): LoadedDesign {
  const path = join(dir, DESIGN_FILE);
  const json = readDesignFile(dir, path);
  const owner = ownerSchema.safeParse(json);
  if (!owner.success) throw schemaError(path, owner.error, REBUILD);
  const parsed = designSchema.safeParse(json);
  if (!parsed.success) throw schemaError(path, parsed.error, REBUILD);
  const { shape, formats, schedule, report, version } = parsed.data;
  const config = parseConfig(parsed.data.config, `${path}: config`);
  const files = new Map(Object.entries(parsed.data.files));
  const dimensions = checkDimensions(path, config, shape, formats, parsed.data.dimensions);
  const frame = { config, dimensions, formats, schedule };

  const images = new Map<string, MemImage>();
  const shapes = imageShapes(frame);
  const memories = new Map([...shapes.keys()].map((file) => [memoryPath(config.name, file), file]));
  for (const required of [...memories.keys(), ...(dimensions.dram ? [STREAM_FILE] : []), HOST_PATHS.model]) {
    if (!files.has(required)) throw new EsegenError(path, `files: ${required} is not listed`, REBUILD);
  }
  const foreign = [...files.keys()].find((file) => file.startsWith('mem/') && !memories.has(file));
  if (foreign !== undefined) throw new EsegenError(path, `files: ${foreign} is no memory of this design`, REBUILD);
  let stream: Uint8Array | null = null;
  for (const [file, expected] of files) {
    const content = readListed(dir, file, expected);
    if (file === STREAM_FILE) stream = checkStream(content, dimensions);
    const memory = memories.get(file);
    if (memory === undefined) continue;
    const { width, depth } = shapes.get(memory)!;
    images.set(memory, parseMem(content.toString('latin1'), width, depth, file));
  }
  checkSchedule(path, config.name, schedule, dimensions, images.get(SCHEDULE_FILE)!);
  const unpacked = unpackDesign(images, stream, frame);
  checkSharedCounts(path, dimensions, unpacked.matrices);
  if (stream !== null) checkStreamWords(stream, dimensions, unpacked.matrices);

  const readJson = <T>(file: string, parse: (value: unknown, where: string) => T): T | null =>
    files.has(file) ? parse(tryJson(join(dir, file)), file) : null;
  return {
    dir: resolve(dir),
    version,
    design: { ...frame, ...unpacked },
    report,
    files,
    readModel: () => readModel(join(dir, HOST_PATHS.model)),
    readNorm: () => readJson(HOST_PATHS.norm, parseFeatureNorm),
    readLabels: () => readJson(HOST_PATHS.labels, parseLabels),
  };
}

function writeFiles(root: string, files: DesignFiles): void {
  for (const [path, content] of files) {
    const at = join(root, ...path.split('/'));
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
  }
}

/** Puts `fresh` in the place of `target`; what was there goes to `old`, and back again when that fails. */
function replace(target: string, fresh: string, old: string): void {
  if (!existsSync(target)) {
    renameSync(fresh, target);
    return;
  }
  if (readdirSync(target).length === 0) {
    rmdirSync(target);
    renameSync(fresh, target);
    return;
  }
  renameSync(target, old);
  try {
    renameSync(fresh, target);
  } catch (error) {
    renameSync(old, target);
    throw error;
  }
}

function readDesignFile(dir: string, path: string): unknown {
  const stat = statPath(dir);
  const fix = 'Name a directory that esegen build wrote';
  if (stat === undefined) throw new EsegenError(dir, 'does not exist', fix);
  if (!stat.isDirectory()) throw new EsegenError(dir, 'expected a design directory, got a file', fix);
  if (!existsSync(path)) throw new EsegenError(dir, `is not a design of esegen: it holds no ${DESIGN_FILE}`, fix);
  const json = tryJson(path);
  if (json === undefined) throw new EsegenError(path, 'damaged: expected JSON', REBUILD);
  return json;
}

/** The value of a JSON file; undefined where it cannot be read or is not JSON. */
function tryJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Content of a listed file, if it still is what the generator wrote. */
function readListed(dir: string, file: string, expected: string): Buffer {
  const path = join(dir, ...file.split('/'));
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(file, `missing in ${dir}`, REBUILD);
  if (!stat.isFile()) throw new EsegenError(file, `expected a file in ${dir}`, REBUILD);
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new EsegenError(file, `cannot be read in ${dir} (${causeOf(error)})`, 'Check its permissions');
  }
  const got = sha256(content);
  if (got === expected) return content;
  throw new EsegenError(
    file,
    `damaged or changed in ${dir}: expected SHA-256 ${expected.slice(0, 16)}…, got ${got.slice(0, 16)}…`,
    REBUILD,
  );
}

/**
 * Dimensions follow from config, shape and formats, but for the sizes of the encoded matrices, which are found again from
 * the memory layout.
 */
function checkDimensions(
  path: string,
  config: Parameters<typeof dimensionsOf>[0],
  shape: z.infer<typeof shapeSchema>,
  formats: Formats,
  given: z.infer<typeof dimensionsSchema>,
): Dimensions {
  const { segments, tiles, sharedCounts, weightDepth, countBits } = given;
  const list = segmentList(tiles.length, shape.projection);
  const same =
    list.length === segments.length &&
    list.every(({ matrix, tile }, at) => {
      const segment = segments[at]!;
      return segment.matrix === matrix && segment.tile === tile;
    });
  if (!same) throw new EsegenError(`${path}: dimensions.segments`, 'are not the matrices of the layer', REBUILD);
  const laneCells = Math.ceil(Math.max(shape.cells, config.maximum.cells) / config.array.lanes);
  const count = config.accumulatorMemory === 'split' ? 2 : 1;
  if (tiles.length !== count || tiles[0] === 0 || tiles.reduce((sum, cells) => sum + cells, 0) !== laneCells) {
    const what = `expected ${count} that add up to the ${laneCells} cells of a lane, got ${tiles.join(', ')}`;
    throw new EsegenError(`${path}: dimensions.tiles`, what, REBUILD);
  }
  const dimensions = dimensionsOf(config, shape, formats, {
    segments: segments.map(({ matrix, tile, words }) => ({ matrix, tile, words })),
    largestCount: Math.min(2 ** countBits - 1, weightDepth - 1),
    sharedCounts,
    tiles,
  });
  const keys = new Set([...Object.keys(dimensions), ...Object.keys(given)]);
  for (const key of keys) {
    const expected = dimensions[key as keyof Dimensions];
    if (isDeepStrictEqual(expected, given[key])) continue;
    const show = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
    const got = quoteName(show(given[key]));
    throw new EsegenError(`${path}: dimensions.${key}`, `expected ${show(expected)}, got ${got}`, REBUILD);
  }
  return dimensions;
}

function checkSchedule(
  path: string,
  design: string,
  schedule: readonly Step[],
  dimensions: Dimensions,
  image: MemImage,
): void {
  const fields = stepFields(dimensions);
  for (const [at, step] of schedule.entries()) {
    if (packStep(step, fields) === memWord(image, at)) continue;
    throw new EsegenError(`${path}: schedule.${at}`, `is not what ${memoryPath(design, SCHEDULE_FILE)} holds`, REBUILD);
  }
}

function checkSharedCounts(path: string, { sharedCounts, groups }: Dimensions, matrices: DesignMatrices): void {
  const shared = matrices.every((matrix) => countsAreShared(matrix, groups));
  if (shared === sharedCounts) return;
  throw new EsegenError(`${path}: dimensions.sharedCounts`, 'is not what the pointer memories hold', REBUILD);
}

/** The image of external memory, if it is as long as the matrices. */
function checkStream(content: Buffer, dimensions: Dimensions): Uint8Array {
  const expected = streamBytes(dimensions);
  if (content.length === expected) return content;
  throw new EsegenError(STREAM_FILE, `expected ${expected} bytes, got ${content.length}`, REBUILD);
}

/** In external memory, what is not a word that the pointer memories count is a filler, and no word is one. */
function checkStreamWords(image: Uint8Array, dimensions: Dimensions, matrices: DesignMatrices): void {
  const asFiller = matrices.some(({ words, format }) => {
    const filler = fillerWord(format);
    return words.some((ofLane) => ofLane.includes(filler));
  });
  if (!asFiller && Buffer.compare(packStream(matrices, dimensions), image) === 0) return;
  throw new EsegenError(STREAM_FILE, 'does not hold the words that the pointer memories count', REBUILD);
}
