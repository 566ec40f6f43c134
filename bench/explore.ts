/**
 * Explores the digits task, ESE's layer and DDESE's five bidirectional layers, each in two shards at a time: time, memory, the front; of the digits
 * also searches against the whole grid, and five designs of the front simulated.
 *
 *     npm run bench:explore -- ese ddese
 *     npm run bench:explore -- digits <speech folder>
 *
 * A run that was stopped goes on. Results are in build/explore.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPoints, readSpaceFile } from '../src/explore/directory.ts';
import { NO_CONSTRAINTS } from '../src/explore/objectives.ts';
import { type BuiltPoint, isBuilt, type PointRecord } from '../src/explore/record.ts';
import { frontPoints, Scale } from '../src/explore/results.ts';
import { SEARCH_SHARE, searchFront } from '../src/explore/search.ts';
import { configOfPoint, gridOf } from '../src/explore/space.ts';
import { runGroups } from '../src/explore/work_order.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { EsegenError } from '../src/util/errors.ts';
import { writeNpy } from '../src/util/npy.ts';
import { Rng } from '../src/util/rng.ts';
import { buildModel } from '../src/verbs/build_network.ts';
import { evaluate } from '../src/verbs/evaluate.ts';
import { simulate } from '../src/verbs/simulate.ts';
import { type DigitsData, type DigitsFiles, writeDigitsFiles } from './lib/digits_files.ts';
import { writeEseModel } from './lib/ese_designs.ts';
import { ESE_SHAPE } from './lib/ese_model.ts';
import { DDESE_BLSTM } from './lib/published_networks.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FOLDER = join(ROOT, 'build', 'explore');
const SHARDS = 2;
const SEEDS = [1, 2, 3, 4, 5];
/** Designs of a front that are built and simulated. */
const BUILT = 5;
/** Strings of the digits that errors are of: 10 of each speaker. */
const SAMPLE = 60;
/** Steps of a simulation of a design that answers steps. */
const SIMULATED_STEPS = 16;
const UNITS = ['KB', 'MB', 'GB'];

const SPACES = {
  digits: {
    config: { sequence: { maxSteps: 512 } },
    axes: {
      ...{ weightBits: [8, 12], 'array.groups': [4, 16], 'array.lanes': [16, 32], elemLanes: [4, 8] },
      ...{ fifoDepth: [2, 8], clockMHz: [150, 200] },
      part: [
        ...['xczu7ev-ffvc1156-2-e', 'xcku060-ffva1156-2-e', 'xczu9eg-ffvb1156-2-e'],
        ...['xcvu3p-ffvc1517-2-e', 'xcku115-flvb2104-2-e', 'xcvu9p-flga2104-2-e'],
      ],
    },
  },
  ese: {
    config: { density: 0.112, weights: 'dram' },
    axes: {
      encoding: ['ese', 'ese-padding-aware', 'column-balanced'],
      ...{ weightBits: [8, 12], 'array.channels': [8, 32], 'array.lanes': [32], elemLanes: [4, 8] },
      ...{ memoryBusBits: [256, 512], fifoDepth: [4, 8, 16], clockMHz: [150, 200] },
      part: ['xcku060-ffva1156-2-e', 'xcku115-flvb2104-2-e'],
    },
  },
  ddese: {
    config: {
      ...{ density: 0.15, weights: 'uram', activationQueue: 'group', encoding: 'column-balanced' },
      sequence: { maxSteps: 64 },
    },
    axes: {
      ...{ weightBits: [8, 12], 'array.groups': [32, 64], 'array.lanes': [32], elemLanes: [16, 32] },
      ...{ inputBeat: [8], fifoDepth: [1, 2, 4, 8], clockMHz: [100, 150, 200, 250] },
      part: ['xczu7ev-ffvc1156-2-e', 'xcvu3p-ffvc1517-2-e', 'xczu19eg-ffvc1760-2-e', 'xcvu9p-flga2104-2-e'],
    },
  },
};
type TaskName = keyof typeof SPACES;

/** Seeded frames of the model's input. */
function writeFrames(path: string, frames: number, width: number): string {
  const rng = new Rng(20170222);
  const data = Float32Array.from({ length: frames * width }, () => rng.normal());
  writeNpy(path, { dtype: 'float32', shape: [frames, width], data });
  return path;
}

/** What is explored: words of the command line, and the files of the digits. */
interface Task {
  readonly words: readonly string[];
  readonly digits: DigitsFiles | null;
}

function taskOf(name: TaskName, speech: string | undefined): Task {
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  const space = join(folder, 'space.json');
  writeFileSync(space, JSON.stringify(SPACES[name]));
  if (name === 'digits') {
    if (speech === undefined) throw new EsegenError('digits', 'expected the speech folder behind it');
    const digits = writeDigitsFiles(speech, folder, SAMPLE);
    const { stacked, plain, labels } = digits.sample;
    const listed = [stacked, plain].flatMap((path) => ['--data', path]);
    listed.push(...digits.calibrate.flatMap((path) => ['--calibrate', path]), '--labels', labels);
    return { words: [...digits.models, '--space', space, ...listed], digits };
  }
  const [model, width, steps] =
    name === 'ese'
      ? [writeEseModel(), ESE_SHAPE.inputs, 64]
      : [DDESE_BLSTM.write(folder, 1), DDESE_BLSTM.inputs, DDESE_BLSTM.steps];
  return { words: [model, '--space', space, '--data', writeFrames(join(folder, 'x.npy'), steps, width)], digits: null };
}

/** What a process took. */
interface Usage {
  /** Kilobytes at its peak. */
  readonly peak: number;
  /** Seconds of processor time. */
  readonly seconds: number;
}

/** Runs a shard as a process of its own. */
function runShard(words: readonly string[], shard: number): Promise<Usage> {
  const probe =
    'process.on("exit",()=>{const u=process.resourceUsage();console.error("usage",u.maxRSS,u.userCPUTime+u.systemCPUTime)})';
  const args = [
    ...['--import', `data:text/javascript,${encodeURIComponent(probe)}`, join(ROOT, 'bin', 'esegen.js'), 'explore'],
    ...words,
    ...['--shard', `${shard}/${SHARDS}`],
  ];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.on('error', fail);
    child.on('close', (code) => {
      const [, peak, microseconds] = /^usage (\d+) (\d+)$/m.exec(said) ?? [];
      if (code === 0) done({ peak: Number(peak), seconds: Number(microseconds) / 1e6 });
      else fail(new Error(said));
    });
  });
}

function formatSize(kilobytes: number): string {
  const unit = Math.min(Math.floor(Math.log2(kilobytes) / 10), UNITS.length - 1);
  return `${(kilobytes / 1024 ** unit).toFixed(1)} ${UNITS[unit]}`;
}

async function run(name: TaskName, speech: string | undefined): Promise<void> {
  const out = join(FOLDER, name, 'found');
  const { words, digits } = taskOf(name, speech);
  const before = existsSync(out) ? readPoints(out).length : 0;
  const began = performance.now();
  const usages = await Promise.all(Array.from({ length: SHARDS }, (_, n) => runShard([...words, '--out', out], n + 1)));
  const elapsed = (performance.now() - began) / 1000;
  const made = readPoints(out).length - before;
  const processor = usages.map(({ seconds }) => seconds.toFixed(0)).join(' and ');
  const peaks = usages.map(({ peak }) => formatSize(peak)).join(' and ');
  console.log(
    `${name}: ${made} points in ${elapsed.toFixed(0)} s; processor time ${processor} s, memory at most ${peaks}`,
  );
  const merge = [join(ROOT, 'bin', 'esegen.js'), 'explore', '--merge', out];
  console.log(execFileSync(process.execPath, merge, { encoding: 'utf8' }));
  if (digits === null) return;
  await compareSearches(out);
  await buildFront(out, digits);
}

/** Searches that look their runs up, against the grid. */
async function compareSearches(dir: string): Promise<void> {
  const { space, models } = readSpaceFile(dir);
  const { objectives } = space;
  const records = new Map(readPoints(dir).map((record) => [record.point, record]));
  const all = [...records.values()].filter(isBuilt);
  const grid = gridOf(space, models.length);
  const groups = runGroups(
    grid,
    models.map(({ name }) => name),
  );
  const variants = new Set(groups.map(({ variant }) => variant)).size;
  const scale = new Scale(all, objectives);
  const whole = frontPoints(all, objectives, NO_CONSTRAINTS);
  const volume = scale.volume(whole);
  console.log(
    `grid: ${grid.length} points, ${groups.length} runs of the cycle model, ${variants} of golden models, front of ${whole.length} points`,
  );
  const budget = Math.max(1, Math.floor(groups.length * SEARCH_SHARE));
  for (const seed of SEEDS) {
    const seen = new Set<number>();
    const found: PointRecord[] = [];
    const options = { objectives, constraints: NO_CONSTRAINTS, seed, budget };
    const made = await searchFront(groups, options, (group) => {
      seen.add(group.variant);
      const own = group.points.map(({ point }) => records.get(point)!);
      found.push(...own);
      return own;
    });
    const front = frontPoints(found, objectives, NO_CONSTRAINTS);
    const share = (100 * scale.volume(front)) / volume;
    const hits = front.filter(({ point }) => whole.some((other) => other.point === point)).length;
    console.log(
      `search, seed ${seed}: ${made.length} runs (${((100 * made.length) / groups.length).toFixed(1)} %), ${seen.size} golden models, ` +
        `hypervolume ${share.toFixed(2)} % of the grid's, ${hits} of its ${whole.length} points`,
    );
  }
}

/** Builds designs of the front, from its fastest to its slowest point, and holds cycles and errors against what was predicted. */
async function buildFront(dir: string, { sample, rest, calibrate }: DigitsFiles): Promise<void> {
  const { space, models } = readSpaceFile(dir);
  const { objectives } = space;
  const front = frontPoints(readPoints(dir), objectives, NO_CONSTRAINTS).sort((a, b) => a.timeUs - b.timeUs);
  const chosen = Array.from({ length: BUILT }, (_, n) => front[Math.round((n * (front.length - 1)) / (BUILT - 1))]!);
  for (const point of new Set(chosen)) {
    const isPlain = point.model.startsWith('ds2');
    const dataOf = ({ stacked, plain }: DigitsData) => (isPlain ? plain : stacked);
    const { file } = models.find(({ name }) => name === point.model)!;
    const config = parseConfig(configOfPoint(space, point), 'point');
    const out = join(dir, '..', `design-${point.point}`);
    const { kind } = buildModel({ model: file, config, out, calibrate: calibrate[isPlain ? 1 : 0] });
    const frames = point.steps === 1 ? SIMULATED_STEPS : point.steps;
    const found = await simulate(out, { frames, simulator: 'verilator' });
    const cycles = point.steps === 1 ? found.cyclesPerFrame : found.cycles;
    const real = await simulate(out, { input: join(dataOf(sample), '0000.npy'), simulator: 'verilator' });
    const errorsOf = (data: DigitsData) => {
      const { structures } = evaluate({ model: out, data: dataOf(data), labels: data.labels });
      return structures[0]!.golden[0]!.accuracy.words!;
    };
    const [ofSample, ofRest] = [errorsOf(sample), errorsOf(rest)];
    const words = real.comparedWords + found.comparedWords;
    const isExact =
      cycles === point.cycles && ofSample.errors === point.errors && real.mismatches + found.mismatches === 0;
    console.log(
      `point ${point.point} (${describe(point)}): ${kind}, ${cycles} cycles simulated, ${point.cycles} predicted; ` +
        `${real.mismatches + found.mismatches} of ${words} words differ from the golden model; ` +
        `${ofSample.errors} of ${ofSample.words} digits of the sample wrong, ${point.errors} predicted; ${ofRest.errors} of the other ${ofRest.words}`,
    );
    if (!isExact) process.exitCode = 1;
  }
}

function describe({ model, set }: BuiltPoint): string {
  return [model, ...Object.entries(set).map(([name, value]) => `${name} ${value}`)].join(', ');
}

const [first = 'ese', ...rest] = process.argv.slice(2);
const names = [first, ...rest].filter((word): word is TaskName => Object.hasOwn(SPACES, word));
const speech = [first, ...rest].find((word) => !Object.hasOwn(SPACES, word));
for (const name of names) await run(name, speech);
