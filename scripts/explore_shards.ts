// An exploration in eight shards gives byte for byte the result of one process: as an array of a real Slurm of one node, of which a
// task is killed midway and run again, and with GNU parallel. Needs root, for slurmd.
// Usage: npm run test:shards
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { writeSafetensors } from '../src/model/import/write_safetensors.ts';
import { writeNpy } from '../src/util/npy.ts';
import { Rng } from '../src/util/rng.ts';
import { type Slurm, startSlurm } from './lib/slurm.ts';

const SHARDS = 8;
const RESULTS = ['space.json', 'points.jsonl', 'front.json'];
const SPACE = {
  axes: {
    ...{ density: [1, 0.3], weightBits: [8, 12], 'array.groups': [1, 2, 4], 'array.lanes': [2, 4, 8] },
    ...{ fifoDepth: [1, 4], part: ['xcku060-ffva1156-2-e', 'xczu7ev-ffvc1156-2-e'] },
  },
};
/** Steps of the data: enough that a task takes some seconds, so that it can be killed midway. */
const STEPS = 3000;
/** Longest that the tasks of an array may take. */
const PATIENCE_MS = 300_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'bin', 'esegen.js');
const work = mkdtempSync(join(tmpdir(), 'esegen-shards-'));
// A name that a job file has to quote.
const folder = join(work, "it's $HOME; a folder");

function random(rng: Rng, ...shape: number[]) {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float32Array.from({ length: size }, () => 0.4 * rng.normal()) };
}

/** One model of one layer and one of two, and their data. */
function writeTask(): string[] {
  const rng = new Rng(14);
  mkdirSync(folder);
  const models = [1, 2].map((layers) => {
    const tensors = Array.from({ length: layers }, (_, n): [string, ReturnType<typeof random>][] => [
      [`weight_ih_l${n}`, random(rng, 64, n === 0 ? 8 : 16)],
      [`weight_hh_l${n}`, random(rng, 64, 16)],
    ]);
    const path = join(folder, `layers ${layers}.safetensors`);
    writeFileSync(path, writeSafetensors(new Map(tensors.flat())));
    return path;
  });
  writeNpy(join(folder, 'x.npy'), { dtype: 'float32', ...random(rng, STEPS, 8) });
  writeFileSync(join(folder, 'space.json'), JSON.stringify(SPACE));
  return [...models, '--space', join(folder, 'space.json'), '--data', join(folder, 'x.npy')];
}

async function esegen(...args: string[]): Promise<void> {
  await execa(process.execPath, [bin, ...args], { cwd: folder });
}

function compare(name: string): void {
  for (const file of RESULTS) {
    const [one, many] = ['single', name].map((dir) => readFileSync(join(folder, dir, file)));
    if (!one!.equals(many!)) throw new Error(`${name}/${file} is not that of one process`);
  }
}

/** Lines of the files of a shard. */
function linesOf(dir: string, shard: number): number {
  if (!existsSync(dir)) return 0;
  return readdirSync(dir)
    .filter((name) => name.startsWith(`points-${shard}-of-`))
    .reduce((sum, name) => sum + readFileSync(join(dir, name), 'utf8').split('\n').length - 1, 0);
}

async function waitFor(what: string, is: () => Promise<boolean> | boolean): Promise<void> {
  for (const began = Date.now(); !(await is()); await sleep(50)) {
    if (Date.now() - began > PATIENCE_MS) throw new Error(`${what}: not in ${PATIENCE_MS / 1000} s`);
  }
}

async function withSlurm(task: readonly string[], { env }: Slurm): Promise<void> {
  const dir = join(folder, 'slurm');
  await esegen('explore', ...task, '--out', dir, '--jobs', String(SHARDS));
  const submit = async (more: readonly string[]) => {
    const file = join(dir, 'jobs', 'explore.sbatch');
    const { stdout } = await execa('sbatch', ['--parsable', '--output=/dev/null', ...more, file], { env, cwd: folder });
    return stdout.trim();
  };
  const ended = async (job: string) => {
    const { stdout } = await execa('squeue', ['-h', '-j', job], { env, reject: false });
    return stdout.trim() === '';
  };
  const job = await submit([]);
  await waitFor('first points of shard 3', () => linesOf(dir, 3) > 0);
  await execa('scancel', ['--signal=KILL', '--full', `${job}_3`], { env });
  await waitFor('the array', () => ended(job));
  const left = linesOf(dir, 3);
  const again = await submit(['--array=3']);
  await waitFor('shard 3', () => ended(again));
  await esegen('explore', '--merge', dir);
  compare('slurm');
  console.log(
    `Slurm, ${SHARDS} shards: as one process; task 3 was killed at ${left} points and made ${linesOf(dir, 3) - left} when run again`,
  );
  if (linesOf(dir, 3) === left) throw new Error('task 3 was done before it was killed');
}

async function withParallel(task: readonly string[]): Promise<void> {
  const dir = join(folder, 'parallel');
  await esegen('explore', ...task, '--out', dir, '--jobs', String(SHARDS));
  const input = readFileSync(join(dir, 'jobs', 'explore.txt'));
  const { status, stderr } = spawnSync('parallel', ['--jobs', '2'], { cwd: work, input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`parallel: ${stderr}`);
  await esegen('explore', '--merge', dir);
  compare('parallel');
  console.log(`GNU parallel, ${SHARDS} shards: as one process`);
}

try {
  const task = writeTask();
  await esegen('explore', ...task, '--out', join(folder, 'single'));
  await withParallel(task);
  const slurm = await startSlurm(mkdtempSync(join(work, 'slurm-')));
  try {
    await withSlurm(task, slurm);
  } finally {
    await slurm.stop();
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
