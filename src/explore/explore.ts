import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { parseConfig } from '../machine/read_config.ts';
import { EsegenError } from '../util/errors.ts';
import { signalsHandled } from '../util/temporary.ts';
import { VERSION } from '../util/version.ts';
import {
  type Exploration,
  goldenFolder,
  openDirectory,
  PointWriter,
  readPoints,
  readSpaceFile,
  writeResults,
} from './directory.ts';
import { Evaluator } from './evaluator.ts';
import { type Constraints, checkConstraints } from './objectives.ts';
import { importWords } from './point_command.ts';
import { type BuiltPoint, isBuilt, type PointRecord } from './record.ts';
import { frontFile, frontPoints } from './results.ts';
import { type RunGroup, SEARCH_SHARE, searchFront } from './search.ts';
import { configOfPoint, type GridPoint, gridOf, type Space } from './space.ts';
import { hashFiles, type TaskOptions, taskModels, withBorders } from './task.ts';
import { runGroups, shardOf } from './work_order.ts';

/** A part of the runs of a grid: the first of so many is 1. */
export interface Shard {
  readonly shard: number;
  readonly shards: number;
}

/** What to explore. */
export interface ExploreOptions extends TaskOptions {
  readonly space: Space;
  /** Directory of the exploration: new, empty, or one that goes on. */
  readonly out: string;
  readonly constraints: Constraints;
  /** Only these runs; null: all. */
  readonly shard: Shard | null;
  /** Seed of a search; null: the whole grid. */
  readonly search: number | null;
  /** Called before each run. */
  readonly progress?: ((done: number, total: number, what: string) => void) | undefined;
}

/** What an exploration found. */
export interface ExploreResult {
  readonly exploration: Exploration;
  /** Points that the directory has now. */
  readonly known: number;
  readonly refused: number;
  /** Runs of the grid: points that differ in clock and part are one. */
  readonly runs: number;
  /** Work of this process. */
  readonly cycleRuns: number;
  readonly goldenRuns: number;
  /** null of a shard, whose directory is merged when all are done. */
  readonly front: readonly BuiltPoint[] | null;
}

/**
 * What the files of an exploration say of its options.
 *
 * @throws EsegenError where a file is not valid, or the config of no point is
 */
export function explorationOf(options: ExploreOptions): Exploration {
  const { space, data, labels, calibrate, sample, task, layout, importOptions = {} } = options;
  const models = taskModels(options);
  const grid = gridOf(space, models.length);
  checkConfigs(space, grid);
  const frames = [...data, ...(calibrate ?? [])].flatMap(withBorders);
  const files = [...frames, ...(labels === undefined ? [] : [labels])];
  const words = importWords(importOptions);
  const said = [task ?? null, layout ?? null, words];
  const sha256 = createHash('sha256')
    .update(`${hashFiles(files)}${JSON.stringify(said)}`)
    .digest('hex');
  return {
    ...{ format: 'esegen exploration', version: 2, esegen: VERSION, models },
    data: data.map((path) => resolve(path)),
    labels: labels === undefined ? null : resolve(labels),
    importWords: words,
    sample: sample ?? null,
    ...{ sha256, space },
    points: grid.length,
  };
}

/**
 * Finds out what the points of a space are worth, and which of them no other one is better than. Every point is written as soon as it is known;
 * points that the directory has are not made again. A signal ends it between two runs at the latest.
 *
 * @throws EsegenError where an option or a file is not valid; what a point says against being built is in its record
 */
export async function explore(options: ExploreOptions): Promise<ExploreResult> {
  const { space, out, constraints, shard, search, progress = () => {} } = options;
  checkConstraints(constraints, options.labels !== undefined);
  checkShard(shard, search);
  const exploration = explorationOf(options);
  const { models } = exploration;
  openDirectory(out, exploration);
  const names = models.map(({ name }) => name);
  const groups = runGroups(gridOf(space, models.length), names);
  const known = new Map(readPoints(out).map((record) => [record.point, record]));
  const task = JSON.stringify([models.map(({ sha256 }) => sha256), exploration.sha256, exploration.sample, VERSION]);
  const evaluator = new Evaluator(space, models, options, goldenFolder(out), task);
  const writer = new PointWriter(out, shard === null ? 'all' : `${shard.shard}-of-${shard.shards}`);
  const mine = shard === null ? groups : shardOf(groups, shard.shard, shard.shards);
  const budget = Math.max(1, Math.floor(groups.length * SEARCH_SHARE));
  const total = search === null ? mine.length : budget;
  let done = 0;
  const evaluate = async ({ points }: RunGroup): Promise<PointRecord[]> => {
    await signalsHandled();
    progress(done++, total, names[points[0]!.model]!);
    const made = points.filter(({ point }) => !known.has(point)).map((point) => evaluator.evaluate(point));
    writer.write(made);
    for (const record of made) known.set(record.point, record);
    return points.map(({ point }) => known.get(point)!);
  };
  try {
    if (search === null) for (const group of mine) await evaluate(group);
    else await searchFront(groups, { objectives: space.objectives, constraints, seed: search, budget }, evaluate);
  } finally {
    writer.close();
  }
  const { cycleRuns, goldenRuns } = evaluator.counts;
  const records = [...known.values()].sort((a, b) => a.point - b.point);
  const front = shard === null ? writeFront(out, exploration, records, constraints) : null;
  const refused = records.filter((record) => !isBuilt(record)).length;
  return { exploration, known: records.length, refused, runs: groups.length, cycleRuns, goldenRuns, front };
}

/** What a merge found. */
export interface MergeResult {
  readonly exploration: Exploration;
  readonly known: number;
  readonly refused: number;
  readonly front: readonly BuiltPoint[];
}

/**
 * Makes one file of what all writers of a directory wrote, and the front of it; with all points it is that of a run in one process, byte for
 * byte.
 *
 * @throws EsegenError where the directory is none of an exploration, or a line of it is damaged
 */
export function mergeExploration(dir: string, constraints: Constraints): MergeResult {
  const exploration = readSpaceFile(dir);
  checkConstraints(constraints, exploration.labels !== null);
  const records = readPoints(dir);
  const front = writeFront(dir, exploration, records, constraints);
  const refused = records.filter((record) => !isBuilt(record)).length;
  return { exploration, known: records.length, refused, front };
}

function writeFront(
  dir: string,
  { space: { objectives } }: Exploration,
  records: readonly PointRecord[],
  constraints: Constraints,
): BuiltPoint[] {
  const front = frontPoints(records, objectives, constraints);
  writeResults(dir, records, frontFile(front, objectives, constraints));
  return front;
}

/** A fault in what all points share, which no axis mends, is one of the space. */
function checkConfigs(space: Space, grid: readonly GridPoint[]): void {
  let fault: EsegenError | null = null;
  for (const point of grid) {
    try {
      parseConfig(configOfPoint(space, point), 'config');
      return;
    } catch (error) {
      if (!(error instanceof EsegenError)) throw error;
      fault ??= error;
    }
  }
  const [first] = (fault?.message ?? '').split('\n');
  throw new EsegenError('--space', `no point has a valid config; the first: ${first}`, 'docs/config.md has all keys');
}

function checkShard(shard: Shard | null, search: number | null): void {
  if (shard === null) return;
  if (search !== null) {
    throw new EsegenError(
      '--shard',
      'does not go with --search, which chooses by all results',
      'Leave one of them out',
    );
  }
}
