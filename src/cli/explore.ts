import { resolve } from 'node:path';
import { openDirectory, readPoints } from '../explore/directory.ts';
import { type ExploreOptions, explorationOf, explore, mergeExploration, type Shard } from '../explore/explore.ts';
import { writeJobs } from '../explore/jobs.ts';
import { type Constraints, type Objective, objectiveOf } from '../explore/objectives.ts';
import { type BuiltPoint, isBuilt, type PointRecord } from '../explore/record.ts';
import { shellWord } from '../explore/shell.ts';
import { readSpace, type Space } from '../explore/space.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';
import { TASKS, type TaskName } from '../verbs/compress/judge.ts';
import { LAYOUTS, type Layout } from '../verbs/run/array_reading.ts';
import type { CommandBody } from './command.ts';
import { type ChartPoint, frontChart } from './front_chart.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { progressBar, progressLine } from './progress.ts';
import { formatCount, formatShare, formatTable } from './table.ts';

interface Arguments extends ModelArguments {
  models: string[] | undefined;
  space: string | undefined;
  data: string[] | undefined;
  labels: string | undefined;
  task: TaskName | undefined;
  layout: Layout | undefined;
  calibrate: string[] | undefined;
  sample: number | undefined;
  out: string | undefined;
  part: string | undefined;
  'max-latency-us': number | undefined;
  'min-frames-per-second': number | undefined;
  'max-error': number | undefined;
  clock: number | undefined;
  search: boolean;
  seed: number;
  shard: string | undefined;
  jobs: number | undefined;
  merge: string | undefined;
}

/** Most shards of an exploration. */
const MOST_SHARDS = 10_000;

/** `esegen explore`: the designs of a space that no other one is better than. */
export const exploreCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('models', { type: 'string', array: true, describe: 'Trained models of one task' })
      .option('space', { type: 'string', requiresArg: true, describe: 'Space file (JSON): config and axes' })
      .option('data', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Data of the task; with several, each model takes the first that fits',
      })
      .option('labels', { type: 'string', requiresArg: true, describe: 'Words or labels of its utterances (JSON)' })
      .option('task', { choices: TASKS, describe: 'Words by CTC, or a label an utterance' })
      .option('layout', { choices: LAYOUTS, describe: 'Axes in front of a value: T time, B batch' })
      .option('calibrate', { type: 'string', array: true, nargs: 1, describe: 'Frames that fix the formats, as data' })
      .option('sample', { type: 'number', requiresArg: true, describe: 'Utterances that the golden model runs' })
      .option('out', { type: 'string', requiresArg: true, describe: 'Directory of the exploration' })
      .option('part', { type: 'string', requiresArg: true, describe: 'Front of what fits this part' })
      .option('max-latency-us', { type: 'number', requiresArg: true, describe: 'Front of what answers in time' })
      .option('min-frames-per-second', {
        type: 'number',
        requiresArg: true,
        describe: 'Front of what keeps up with so many frames, over all voices',
      })
      .option('max-error', { type: 'number', requiresArg: true, describe: 'Most word errors, a share, e.g. 0.02' })
      .option('clock', { type: 'number', requiresArg: true, describe: 'Front of what has at most this clock, MHz' })
      .option('search', { type: 'boolean', default: false, describe: 'Look for the front instead of running all' })
      .option('seed', { type: 'number', default: 1, requiresArg: true, describe: 'Seed of the search' })
      .option('shard', { type: 'string', requiresArg: true, describe: 'Only a part of the points, e.g. 3/8' })
      .option('jobs', { type: 'number', requiresArg: true, describe: 'Write job files for so many shards, run none' })
      .option('merge', { type: 'string', requiresArg: true, describe: 'Make one result of a directory of shards' }),
  handler: async (given) => {
    const constraints = constraintsOf(given);
    if (given.merge !== undefined) {
      refuseWithMerge(given);
      const { exploration, known, refused, front } = mergeExploration(given.merge, constraints);
      process.stdout.write(summary(given.merge, exploration.space, known, refused, exploration.points, front));
      return;
    }
    const options = optionsOf(given, constraints);
    if (given.jobs !== undefined) {
      checkWhole('--jobs', given.jobs, 1, MOST_SHARDS);
      openDirectory(options.out, explorationOf(options));
      const { slurm, parallel } = writeJobs(options.out, shardWords(), process.cwd(), given.jobs);
      process.stdout.write(
        `Slurm:         sbatch ${shellWord(slurm)}\nGNU parallel:  parallel --halt never < ${shellWord(parallel)}\n`,
      );
      return;
    }
    const progress = progressLine();
    try {
      const found = await explore({
        ...options,
        progress: (done, total, what) => progress.show(progressBar(done, total, what)),
      });
      progress.clear();
      const { exploration, known, refused, runs, cycleRuns, goldenRuns, front } = found;
      process.stderr.write(
        `esegen: ${cycleRuns} runs of the cycle model (${runs} runs in the grid), ${goldenRuns} of golden models\n`,
      );
      if (front === null) process.stdout.write(`${known} of ${exploration.points} points are known\n`);
      else process.stdout.write(summary(options.out, exploration.space, known, refused, exploration.points, front));
    } finally {
      progress.clear();
    }
  },
};

function constraintsOf(given: Arguments): Constraints {
  return {
    part: given.part ?? null,
    maxLatencyUs: given['max-latency-us'] ?? null,
    minFrames: given['min-frames-per-second'] ?? null,
    maxError: given['max-error'] ?? null,
    clockMHz: given.clock ?? null,
  };
}

function optionsOf(given: Arguments, constraints: Constraints): ExploreOptions {
  const { models = [], space, data, labels, task, layout, calibrate, sample, out } = given;
  if (models.length === 0) throw new EsegenError('explore', 'expected model files, got none', 'Name them');
  if (space === undefined)
    throw new EsegenError('--space', 'expected a space file', 'docs/explore.md says what is in it');
  if (data === undefined)
    throw new EsegenError('--data', 'expected what the models are judged on', 'It takes what run takes');
  if (out === undefined) throw new EsegenError('--out', 'expected a directory for the results', 'Name one');
  if (sample !== undefined) checkWhole('--sample', sample, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('--seed', given.seed, 0, 2 ** 31);
  return {
    ...{ models, data, labels, task, layout, calibrate, sample, out, constraints },
    importOptions: modelOptions(given),
    space: readSpace(space),
    shard: given.shard === undefined ? null : parseShard(given.shard),
    search: given.search ? given.seed : null,
  };
}

function refuseWithMerge({ models, space, data, out, shard, jobs, search }: Arguments): void {
  const others = { models: models?.length ? models : undefined, '--space': space, '--data': data, '--out': out };
  const given = Object.entries({ ...others, '--shard': shard, '--jobs': jobs, '--search': search || undefined });
  const other = given.find(([, value]) => value !== undefined);
  if (other === undefined) return;
  throw new EsegenError('--merge', `takes a directory, which says all else; got ${other[0]} too`, 'Leave it out');
}

function parseShard(text: string): Shard {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [shard, shards] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && shard >= 1 && shard <= shards && shards <= MOST_SHARDS) return { shard, shards };
  throw new EsegenError('--shard', `expected one of so many such as 3/8, the first 1, got ${quoteName(text)}`);
}

function checkWhole(option: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new EsegenError(option, `expected a whole number from ${low} to ${high}, got ${value}`);
}

/** The words of this very command, without what says how many shards there are. */
function shardWords(): string[] {
  const [node, script, ...rest] = process.argv as [string, string, ...string[]];
  const words: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === '--jobs') at++;
    else if (!rest[at]!.startsWith('--jobs=')) words.push(rest[at]!);
  }
  return [node, ...process.execArgv, resolve(script), ...words];
}

/** Most points of a front that are printed. */
const LONGEST_TABLE = 40;

function summary(
  dir: string,
  { objectives }: Space,
  known: number,
  refused: number,
  points: number,
  front: readonly BuiltPoint[],
): string {
  const records = readPoints(dir);
  const all = records.filter(isBuilt);
  const missing = known < points ? `; ${formatCount(points - known)} of the grid were not run` : '';
  const head = `${formatCount(known)} points, of which ${formatCount(refused)} cannot be built${missing}\n`;
  if (front.length === 0) return `${head}${whyNone(records)}\n`;
  const numbers = new Set(front.map(({ point }) => point));
  const [x, y] = objectives as [Objective, Objective];
  const chart: ChartPoint[] = all
    .map((point) => ({ x: objectiveOf(point, x), y: shown(point, y), front: numbers.has(point.point) }))
    .filter((point) => point.x > 0);
  const drawn = chart.length === 0 ? '' : `\n${frontChart(chart, nameOf(x, all), nameOf(y, all))}`;
  const sorted = front.toSorted((a, b) => a.timeUs - b.timeUs);
  const axes = Object.keys(front[0]!.set);
  const table = formatTable(
    [
      ['point', 'model', ...axes, 'us', 'latency us', 'frames/s', 'error', 'LUT', 'FF', 'BRAM', 'URAM', 'DSP'],
      ...sorted
        .slice(0, LONGEST_TABLE)
        .map((point) => [
          String(point.point),
          point.model,
          ...axes.map((name) => String(point.set[name])),
          point.timeUs.toFixed(1),
          point.latencyUs.toFixed(1),
          formatCount(Math.round(1e6 / point.frameUs)),
          point.errorRate === null ? `${(point.sqnrDb ?? 0).toFixed(1)} dB` : formatShare(point.errorRate),
          ...[point.lut, point.ff, point.bram, point.uram, point.dsp].map((value) => formatCount(Math.round(value))),
        ]),
    ],
    ['right', 'left'],
  );
  const more = sorted.length > LONGEST_TABLE ? `and ${sorted.length - LONGEST_TABLE} more\n` : '';
  return `${head}${drawn}\nThe front of ${objectives.join(', ')}: ${front.length} points\n\n${table}${more}`;
}

/** Why there is no front. */
function whyNone(records: readonly PointRecord[]): string {
  if (records.some(isBuilt)) return 'No point that can be built fits its part and keeps to the constraints.';
  const counts = new Map<string, number>();
  for (const record of records) if (!isBuilt(record)) counts.set(record.reason, (counts.get(record.reason) ?? 0) + 1);
  const [[reason, count] = ['', 0]] = [...counts].sort(([, a], [, b]) => b - a);
  return count === 0 ? 'No point is known.' : `No point can be built; ${formatCount(count)} of them: ${reason}`;
}

function shown(point: BuiltPoint, objective: Objective): number {
  if (objective !== 'error') return objectiveOf(point, objective);
  return point.errorRate === null ? (point.sqnrDb ?? 0) : 100 * point.errorRate;
}

function nameOf(objective: Objective, [point]: readonly BuiltPoint[]): string {
  if (objective !== 'error') return objective;
  return point?.errorRate == null ? 'SQNR, dB' : 'word errors, %';
}
