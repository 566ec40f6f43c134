import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { estimateCycles } from '../../src/cycles/estimate.ts';
import { estimateNetworkCycles } from '../../src/cycles/network/estimate.ts';
import { readExploration, readPoints } from '../../src/explore/directory.ts';
import { type ExploreOptions, explorationOf, explore, mergeExploration } from '../../src/explore/explore.ts';
import { NO_CONSTRAINTS } from '../../src/explore/objectives.ts';
import { commandOf } from '../../src/explore/point_command.ts';
import { type BuiltPoint, isBuilt } from '../../src/explore/record.ts';
import { configOfPoint, parseSpace } from '../../src/explore/space.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { buildModel } from '../../src/verbs/build_network.ts';
import { evaluate } from '../../src/verbs/evaluate.ts';

let root: string;
let models: string[];
let data: string;

/** LSTM layers 4 → 8 on top of each other, dense. */
function writeLstm(path: string, layers: number, seed: number): void {
  const rng = new Rng(seed);
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.4 * rng.normal()),
  });
  const all = Array.from({ length: layers }, (_, n): [string, ReturnType<typeof tensor>][] => [
    [`weight_ih_l${n}`, tensor(32, n === 0 ? 4 : 8)],
    [`weight_hh_l${n}`, tensor(32, 8)],
  ]);
  writeFileSync(path, writeSafetensors(new Map(all.flat())));
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen explore-'));
  models = [1, 2].map((layers) => join(root, `l${layers}.safetensors`));
  for (const [n, path] of models.entries()) writeLstm(path, n + 1, n);
  data = join(root, 'x.npy');
  const rng = new Rng(3);
  writeNpy(data, { dtype: 'float32', shape: [10, 4], data: Float32Array.from({ length: 40 }, () => rng.normal()) });
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const SPACE = parseSpace(
  {
    axes: {
      ...{ density: [1, 0.3], weightBits: [6, 12], 'array.groups': [1, 2, 4], 'array.lanes': [2, 4] },
      ...{ fifoDepth: [1, 8], part: ['xcku060-ffva1156-2-e', 'unlisted-part'] },
    },
    objectives: ['timeUs', 'error', 'dsp'],
  },
  'space.json',
);

function options(out: string, more: Partial<ExploreOptions> = {}): ExploreOptions {
  return {
    ...{ models, data: [data], space: SPACE, out: join(root, out) },
    ...{ constraints: NO_CONSTRAINTS, shard: null, search: null, ...more },
  };
}

const text = (out: string, file: string) => readFileSync(join(root, out, file), 'utf8');

describe('an exploration', () => {
  test('has the cycles and errors of what build makes, and does equal work once', async () => {
    const found = await explore(options('all'));
    expect(found).toMatchObject({ known: 192, refused: 0, runs: 96 });
    // One golden model for each model, density as pruned for its array, and width; a dense model has no array.
    expect(found.goldenRuns).toBe(2 * 2 * (1 + 6));
    expect(found.cycleRuns).toBeLessThanOrEqual(96);
    const points = readPoints(join(root, 'all')).filter(isBuilt);
    for (const at of [0, 37, 101, 150, 191]) checkPoint(points[at]!);
    const { front, exploration } = readExploration(join(root, 'all'));
    expect(front.objectives).toEqual(['timeUs', 'sqnrDb', 'dsp']);
    expect(front.front).toEqual(found.front!.map(({ point }) => point));
    const { commands } = commandOf(exploration, points[191]!);
    expect(commands).toEqual([`esegen build '${models[1]}' --config point-191.json --out point-191`]);
    // Points that are equal but for their part: the first stands for both.
    expect(found.front!.every(({ point }) => point % 2 === 0)).toBe(true);
    expect(points[0]!.fits).toBe(true);
    expect(points[1]!.fits).toBeNull();
  });

  test('keeps block-circulant matrices as spectra where build does', async () => {
    const space = parseSpace(
      {
        config: { array: { groups: 1, lanes: 8 } },
        axes: { block: [0, 4], elemLanes: [2, 4] },
        objectives: ['timeUs', 'error'],
      },
      'space.json',
    );
    const out = 'blocks';
    await explore(options(out, { space, models: [models[0]!] }));
    const points = readPoints(join(root, out)).filter(isBuilt);
    expect(points.map(({ machine, set }) => [set.block, set.elemLanes, machine])).toEqual([
      [0, 2, 'layer'],
      [0, 4, 'layer'],
      [4, 2, 'network'],
      [4, 4, 'network'],
    ]);
    // Four products of a block and its index become one word each, a real pair for two of them; the width of the cell unit changes nothing of it.
    expect(points[3]!.storedWords).toBeLessThan(points[1]!.storedWords / 2);
    expect(points[3]!.sqnrDb).not.toBe(points[1]!.sqnrDb);
    expect(points[2]!.storedWords).toBe(points[3]!.storedWords);
    expect(points[2]!.sqnrDb).toBe(points[3]!.sqnrDb);
  });

  function checkPoint(point: BuiltPoint): void {
    const config = configOfPoint(SPACE, point);
    const model = models[point.model === 'l1' ? 0 : 1]!;
    const built = buildModel({ model, config: parseConfig(config, 'test'), out: join(root, `d${point.point}`) });
    expect(built.kind, `point ${point.point}`).toBe(point.model === 'l1' ? 'layer' : 'network');
    const cycles =
      built.kind === 'layer'
        ? estimateCycles(built.result.design).cyclesPerFrame
        : estimateNetworkCycles(built.result.design)!.cycles;
    expect(point.cycles, `point ${point.point}`).toBe(cycles);
    expect(point.timeUs).toBeCloseTo((cycles * 10) / 200, 9);
    const { structures } = evaluate({ model, data, config: parseConfig(config, 'test') });
    expect(point.sqnrDb, `point ${point.point}`).toBe(structures[0]!.golden[0]!.accuracy.sqnrDb);
  }

  test('of shards, of which one died in a line, is byte for byte that of one process', async () => {
    for (const shard of [1, 2, 3]) await explore(options('shards', { shard: { shard, shards: 3 } }));
    const dir = join(root, 'shards');
    const file = join(dir, readdirSync(dir).find((name) => name.startsWith('points-2-of-3'))!);
    truncateSync(file, Math.floor(statSync(file).size / 2));
    const { known } = mergeExploration(dir, NO_CONSTRAINTS);
    expect(known).toBeLessThan(192);
    const left = readPoints(dir).length;
    let runs = 0;
    await explore(options('shards', { shard: { shard: 2, shards: 3 }, progress: () => runs++ }));
    expect(readPoints(dir)).toHaveLength(192);
    const added = readdirSync(dir).filter((name) => name.startsWith('points-2-of-3') && join(dir, name) !== file);
    expect(text('shards', added[0]!).split('\n')).toHaveLength(192 - left + 1);
    mergeExploration(dir, NO_CONSTRAINTS);
    for (const name of ['space.json', 'points.jsonl', 'front.json'])
      expect(text('shards', name)).toBe(text('all', name));
    // Nothing is left to do, and golden models are not run again.
    expect(await explore(options('shards'))).toMatchObject({ known: 192, cycleRuns: 0, goldenRuns: 0 });
  });

  test('that searches makes a fifth of the runs at most, the same for the same seed', async () => {
    const found = await explore(options('search', { search: 5 }));
    expect(found.known).toBeLessThanOrEqual(2 * Math.floor(96 / 5));
    expect(found.front!.length).toBeGreaterThan(0);
    await explore(options('search-again', { search: 5 }));
    expect(text('search-again', 'points.jsonl')).toBe(text('search', 'points.jsonl'));
  });

  test('keeps to constraints, and says why points cannot be built', async () => {
    const dir = join(root, 'all');
    const latency = 1.5;
    const { front } = mergeExploration(dir, { ...NO_CONSTRAINTS, maxLatencyUs: latency, part: 'xc7z020' });
    expect(front.length).toBeGreaterThan(0);
    expect(front.every(({ latencyUs, dsp }) => latencyUs <= latency && dsp <= 220)).toBe(true);
    const { front: busy } = mergeExploration(dir, { ...NO_CONSTRAINTS, minFrames: 1e6 });
    expect(busy.length).toBeGreaterThan(0);
    expect(busy.every(({ cycles, steps }) => (200e6 * steps) / cycles >= 1e6)).toBe(true);
    expect(mergeExploration(dir, { ...NO_CONSTRAINTS, clockMHz: 100 }).front).toEqual([]);
    expect(() => mergeExploration(dir, { ...NO_CONSTRAINTS, part: 'xyz' })).toThrow(/--part: is not listed/);
    const space = parseSpace({ axes: { 'array.lanes': [2], elemLanes: [2, 4], block: [0, 2] } }, 'space.json');
    await explore(options('reasons', { space, models: [models[0]!] }));
    const points = readPoints(join(root, 'reasons'));
    expect(points[1]).toMatchObject({
      set: { block: 0, 'array.lanes': 2, elemLanes: 4 },
      reason: 'config: elemLanes: expected a power of two from 1 to array.lanes (2), got 4',
    });
    expect((points[2] as BuiltPoint).sqnrDb).toBeLessThan((points[0] as BuiltPoint).sqnrDb!);
  });

  test('tells voices side by side from one: their frames a second add up, no answer comes sooner', async () => {
    const space = parseSpace({ axes: { 'array.channels': [1, 4], 'array.lanes': [2] } }, 'space.json');
    await explore(options('voices', { space, models: [models[1]!] }));
    const [one, four] = readPoints(join(root, 'voices')) as BuiltPoint[];
    expect(one!.frameUs).toBeCloseTo(one!.latencyUs, 9);
    expect(four!.frameUs).toBeCloseTo(four!.latencyUs / 4, 9);
    expect(four!.latencyUs).toBeGreaterThanOrEqual(one!.latencyUs);
  });

  test('knows the calibration beside a model, and the borders of its utterances, as part of what is explored', () => {
    const folder = join(root, 'beside');
    mkdirSync(folder);
    const model = join(folder, 'l1.safetensors');
    writeLstm(model, 1, 0);
    const shaOf = (calibrate?: readonly string[]) => {
      const { models: read, sha256 } = explorationOf(options('beside-out', { models: [model], calibrate }));
      return `${read[0]!.sha256} ${sha256}`;
    };
    const [alone, named] = [shaOf(), shaOf([data])];
    const frames = { dtype: 'float32' as const, shape: [2, 4], data: new Float32Array(8) };
    writeNpy(join(folder, 'calibration.npy'), frames);
    const zeros = shaOf();
    writeNpy(join(folder, 'calibration.npy'), { ...frames, data: new Float32Array(8).fill(1) });
    const ones = shaOf();
    writeFileSync(join(folder, 'calibration.json'), '{"strings":[{"steps":1},{"steps":1}]}');
    const parts = shaOf();
    expect(new Set([alone, zeros, ones, parts]).size).toBe(4);
    // A calibration that was named is the one that counts.
    expect(shaOf([data])).toBe(named);
  });

  test('refuses another space in its directory, and damaged lines', async () => {
    const space = parseSpace({ axes: { 'array.lanes': [4] } }, 'space.json');
    await expect(explore(options('all', { space }))).rejects.toThrow(
      /is the directory of an exploration of other models/,
    );
    await expect(explore(options('.', { space }))).rejects.toThrow(/holds other things/);
    await expect(explore(options('both', { search: 1, shard: { shard: 1, shards: 2 } }))).rejects.toThrow(/--shard/);
    const other = join(root, 'other.npy');
    writeNpy(other, { dtype: 'float32', shape: [5, 3], data: new Float32Array(15) });
    await expect(explore(options('none', { space, data: [other, other] }))).rejects.toThrow(
      /none of --data fits its input/,
    );
    appendFileSync(join(root, 'search', 'points.jsonl'), '{"point":1}\n');
    expect(() => readPoints(join(root, 'search'))).toThrow(/points.jsonl: line \d+: expected a point/);
  });
});
