import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EsegenError } from '../util/errors.ts';
import { fileError, isSystemError } from '../util/file_error.ts';
import { readJson } from '../util/read_json.ts';
import { parseWith } from '../util/schema.ts';
import { makeFolderTarget, writeFiles } from '../util/write_files.ts';
import type { Constraints, Objective } from './objectives.ts';
import { formatRecord, type PointRecord, parseRecord } from './record.ts';
import { parseSpace, type Space } from './space.ts';
import type { TaskModel } from './task.ts';

/** What was explored; the same for all shards of an exploration. */
export interface Exploration {
  readonly format: 'esegen exploration';
  readonly version: 2;
  /** Version of esegen. */
  readonly esegen: string;
  readonly models: readonly TaskModel[];
  /** Absolute paths. */
  readonly data: readonly string[];
  readonly labels: string | null;
  /** What the user says of all model files, as words of a command line. */
  readonly importWords: readonly string[];
  /** Utterances that the golden model runs; null: all. */
  readonly sample: number | null;
  /** SHA-256 of data, labels, calibration, and of what is said of models and data. */
  readonly sha256: string;
  readonly space: Space;
  /** Points of the grid. */
  readonly points: number;
}

/** The front of an exploration. */
export interface FrontFile {
  /** `error` by what it is: `errorRate`, or `sqnrDb`, of which more is better. */
  readonly objectives: readonly (Exclude<Objective, 'error'> | 'errorRate' | 'sqnrDb')[];
  readonly constraints: Constraints;
  /** Numbers of points. */
  readonly front: readonly number[];
}

const SPACE = 'space.json';
const POINTS = 'points.jsonl';
const FRONT = 'front.json';
const PART = /^points-.*\.jsonl$/;

/** Folder of the errors of golden models. */
export function goldenFolder(dir: string): string {
  return join(dir, 'golden');
}

const model = z.strictObject({
  name: z.string(),
  file: z.string(),
  sha256: z.string(),
  calibrate: z.string().nullable(),
});
const texts = z.array(z.string());
const FORMAT = 'esegen exploration';
const hasFormat = z.object({ format: z.literal(FORMAT) });
const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(2),
  ...{ esegen: z.string(), models: z.array(model), data: texts, labels: z.string().nullable() },
  ...{ importWords: texts, sample: z.int().min(1).nullable(), sha256: z.string() },
  ...{ space: z.unknown(), points: z.int().min(0) },
});

/** Reads what a directory explores. @throws EsegenError where it is no exploration */
export function readSpaceFile(dir: string): Exploration {
  const file = join(dir, SPACE);
  if (!existsSync(file)) {
    throw new EsegenError(dir, 'expected the directory of an exploration, which has a space.json', 'Name its --out');
  }
  const value = readJson(file);
  if (!hasFormat.safeParse(value).success) {
    throw new EsegenError(dir, 'holds a space.json that is none of an exploration', 'Name another directory');
  }
  const read = parseWith(schema, value, file);
  return { ...read, space: parseSpace(read.space, `${file}: space`) };
}

/**
 * Makes a directory the one of an exploration, or goes on with it.
 *
 * @throws EsegenError where it is that of another one, or holds other things
 */
export function openDirectory(dir: string, exploration: Exploration): void {
  const text = `${JSON.stringify(exploration, null, 2)}\n`;
  const file = join(dir, SPACE);
  if (existsSync(file)) {
    if (JSON.stringify(readSpaceFile(dir)) === JSON.stringify(exploration)) return;
    throw new EsegenError(
      dir,
      'is the directory of an exploration of other models, data or space',
      'Name another --out',
    );
  }
  makeFolderTarget(dir);
  // Another shard may begin at the same time, and writes the same.
  const others = readdirSync(dir).filter((name) => name !== SPACE && name !== 'jobs' && !name.startsWith('.esegen-'));
  if (others.length > 0 && !existsSync(file)) {
    throw new EsegenError(dir, 'holds other things, expected a new or empty directory', 'Name another --out');
  }
  writeFiles(new Map([[file, text]]));
}

/**
 * All points that a directory has, by rising number, whoever wrote them. The last line of a file may be torn: its writer was killed.
 *
 * @throws EsegenError where a line is no point, or two that should be equal are not
 */
export function readPoints(dir: string): PointRecord[] {
  const lines = new Map<number, { readonly line: string; readonly record: PointRecord }>();
  for (const name of readdirSync(dir).sort()) {
    if (name !== POINTS && !PART.test(name)) continue;
    const file = join(dir, name);
    const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    for (const [at, line] of whole.entries()) {
      const where = `${file}: line ${at + 1}`;
      const record = parseRecord(line, where);
      const known = lines.get(record.point);
      if (known === undefined) lines.set(record.point, { line, record });
      else if (known.line !== line) {
        const what = `point ${record.point} is another one than in a file before it`;
        throw new EsegenError(where, what, 'Remove the files of points: they are made again');
      }
    }
  }
  return [...lines.values()].map(({ record }) => record).sort((a, b) => a.point - b.point);
}

/** Writes points to a file of its own, so that writers do not meet; a line is written at once. */
export class PointWriter {
  readonly #path: string;
  #file: number | null = null;

  /** @param name of the writer, a part of the file's name */
  constructor(dir: string, name: string) {
    this.#path = join(dir, `points-${name}-${process.pid}-${randomBytes(4).toString('hex')}.jsonl`);
  }

  /** @throws EsegenError where it cannot be written */
  write(records: readonly PointRecord[]): void {
    if (records.length === 0) return;
    try {
      this.#file ??= openSync(this.#path, 'ax');
      const bytes = Buffer.from(records.map((record) => `${formatRecord(record)}\n`).join(''));
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      if (isSystemError(error)) throw fileError(error, this.#path);
      throw error;
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

/** Writes the points of a directory as one file, and the front. */
export function writeResults(dir: string, records: readonly PointRecord[], front: FrontFile): void {
  const lines = records.map((record) => `${formatRecord(record)}\n`).join('');
  writeFiles(
    new Map([
      [join(dir, POINTS), lines],
      [join(dir, FRONT), `${JSON.stringify(front)}\n`],
    ]),
  );
}

const frontSchema = z.strictObject({
  objectives: z.array(z.string()),
  constraints: z.strictObject({
    part: z.string().nullable(),
    ...{
      maxLatencyUs: z.number().nullable(),
      minFrames: z.number().nullable(),
      maxError: z.number().nullable(),
      clockMHz: z.number().nullable(),
    },
  }),
  front: z.array(z.int().min(0)),
});

/** All that a directory says of an exploration. @throws EsegenError where a file is not valid, or there is no front yet */
export function readExploration(dir: string): {
  readonly exploration: Exploration;
  readonly points: readonly PointRecord[];
  readonly front: FrontFile;
} {
  const exploration = readSpaceFile(dir);
  const file = join(dir, FRONT);
  if (!existsSync(file)) throw new EsegenError(dir, 'has no front yet', `Run esegen explore --merge on it`);
  const front = parseWith(frontSchema, readJson(file), file) as FrontFile;
  return { exploration, points: readPoints(dir), front };
}
