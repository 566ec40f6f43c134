import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';
import { startSlurm } from '../lib/slurm.ts';

const SHARDS = 8;
const RESULTS = ['space.json', 'points.jsonl', 'front.json'];
const SPACE = {
  config: { indexBits: 4 },
  axes: {
    ...{ density: [1, 0.3], weightBits: [8, 12], 'array.groups': [1, 2], 'array.lanes': [2, 4] },
    ...{ fifoDepth: [1, 4], part: ['xcku060-ffva1156-2-e', 'xczu7ev-ffvc1156-2-e'] },
  },
};
/** 16 programs: two a shard. */
const POINTS = 2 * 64;
const STEPS = 500;
/** Longest that the tasks of an array may take, and a test: 16 processes start, on a machine that is busy with others. */
const PATIENCE_MS = 300_000;
const TEST_MS = 600_000;

let work: string;
// A name that a job file has to quote.
let folder: string;
let task: readonly string[];

/** One model of one layer and one of two, their data, and what one process makes of them. */
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'esegen-shards-'));
  folder = join(work, "it's $HOME; a folder");
  mkdirSync(folder);
  const rng = new Rng(14);
  const random = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.4 * rng.normal()),
  });
  const models = [1, 2].map((layers) => {
    const tensors = Array.from({ length: layers }, (_, n): [string, ReturnType<typeof random>][] => [
      [`weight_ih_l${n}`, random(64, n === 0 ? 8 : 16)],
      [`weight_hh_l${n}`, random(64, 16)],
    ]);
    const path = join(folder, `layers ${layers}.safetensors`);
    writeFileSync(path, writeSafetensors(new Map(tensors.flat())));
    return path;
  });
  writeNpy(join(folder, 'x.npy'), { dtype: 'float32', ...random(STEPS, 8) });
  writeFileSync(join(folder, 'space.json'), JSON.stringify(SPACE));
  task = [...models, '--space', join(folder, 'space.json'), '--data', join(folder, 'x.npy')];
  await esegen('explore', ...task, '--out', 'single');
}, TEST_MS);

afterAll(() => rmSync(work, { recursive: true, force: true }));

async function esegen(...args: string[]): Promise<void> {
  await execa(process.execPath, [COMPILED_BIN, ...args], { cwd: folder });
}

/** Merges a directory and holds it against that of one process, byte by byte. */
async function expectSingle(name: string): Promise<void> {
  await esegen('explore', '--merge', name);
  for (const file of RESULTS) {
    const [one, many] = ['single', name].map((dir) => readFileSync(join(folder, dir, file), 'utf8'));
    expect(many, `${name}/${file}`).toBe(one);
  }
  expect(readFileSync(join(folder, name, 'points.jsonl'), 'utf8').split('\n')).toHaveLength(POINTS + 1);
}

/** Files of the points of a shard. */
function filesOf(dir: string, shard: number): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir).filter((name) => name.startsWith(`points-${shard}-of-`));
}

function linesOf(dir: string, shard: number): number {
  const lines = (name: string) => readFileSync(join(dir, name), 'utf8').split('\n').length - 1;
  return filesOf(dir, shard).reduce((sum, name) => sum + lines(name), 0);
}

/** What is found at last; null: not yet. */
async function waitFor<T>(what: string, find: () => Promise<T | null>, pauseMs: number): Promise<T> {
  for (const began = Date.now(); ; await sleep(pauseMs)) {
    const found = await find();
    if (found !== null) return found;
    if (Date.now() - began > PATIENCE_MS) throw new Error(`${what}: not in ${PATIENCE_MS / 1000} s`);
  }
}

/** Kills the process of a shard that has begun and is not done, and says what it left; null where there is none now. */
async function killOne(dir: string): Promise<{ readonly shard: number; readonly left: number } | null> {
  for (let shard = 1; shard <= SHARDS; shard++) {
    const lines = linesOf(dir, shard);
    if (lines === 0 || lines === POINTS / SHARDS) continue;
    const pid = Number(/-(\d+)-[0-9a-f]+\.jsonl$/.exec(filesOf(dir, shard)[0]!)![1]);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      continue;
    }
    await sleep(50);
    const left = linesOf(dir, shard);
    if (left < POINTS / SHARDS) return { shard, left };
  }
  return null;
}

test(
  `${SHARDS} shards by GNU parallel, of which one is killed midway and run again, give byte for byte what one process gives`,
  async () => {
    await esegen('explore', ...task, '--out', 'parallel', '--jobs', String(SHARDS));
    const dir = join(folder, 'parallel');
    const log = ['--joblog', join(work, 'parallel.log')];
    const inputFile = join(dir, 'jobs', 'explore.txt');
    const run = execa('parallel', [...log, '--jobs', '2'], { cwd: work, inputFile, reject: false });
    const { shard, left } = await waitFor('a shard with some of its points', () => killOne(dir), 2);
    expect((await run).exitCode, 'shards that failed').toBe(1);
    expect(linesOf(dir, shard), `points of shard ${shard}`).toBe(left);
    await execa('parallel', [...log, '--retry-failed'], { cwd: work });
    expect(linesOf(dir, shard), `points of shard ${shard}`).toBe(POINTS / SHARDS);
    await expectSingle('parallel');
  },
  TEST_MS,
);

test(
  'so does an array of a real Slurm, of which a task is killed midway and run again',
  async () => {
    await esegen('explore', ...task, '--out', 'slurm', '--jobs', String(SHARDS));
    const { env, stop } = await startSlurm(mkdtempSync(join(work, 'slurm-')));
    try {
      const dir = join(folder, 'slurm');
      const submit = async (...more: string[]) => {
        const file = join(dir, 'jobs', 'explore.sbatch');
        const args = ['--parsable', '--output=/dev/null', ...more, file];
        return (await execa('sbatch', args, { env, cwd: folder })).stdout.trim();
      };
      const ended = async (job: string) => {
        const { stdout } = await execa('squeue', ['-h', '-j', job], { env, reject: false });
        return stdout.trim() === '' ? job : null;
      };
      const job = await submit();
      const { shard, left } = await waitFor('a shard with some of its points', () => killOne(dir), 2);
      await waitFor('the array', () => ended(job), 100);
      expect(linesOf(dir, shard), `points of shard ${shard}`).toBe(left);
      const again = await submit(`--array=${shard}`);
      await waitFor(`shard ${shard}`, () => ended(again), 100);
      expect(linesOf(dir, shard), `points of shard ${shard}`).toBe(POINTS / SHARDS);
      await expectSingle('slurm');
    } finally {
      await stop();
    }
  },
  TEST_MS,
);
