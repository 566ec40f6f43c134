import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPoints } from '../../src/explore/directory.ts';
import { explore } from '../../src/explore/explore.ts';
import { NO_CONSTRAINTS, type Objective } from '../../src/explore/objectives.ts';
import { isBuilt, type PointRecord } from '../../src/explore/record.ts';
import { frontPoints, Scale } from '../../src/explore/results.ts';
import { type RunGroup, searchFront } from '../../src/explore/search.ts';
import { gridOf, parseSpace } from '../../src/explore/space.ts';
import { runGroups } from '../../src/explore/work_order.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';

let root: string;
let groups: readonly RunGroup[];
let grid: readonly PointRecord[];

/** The whole grid of two random networks, 324 runs: what searches look up. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'esegen search-'));
  const models = [1, 2].map((layers) => {
    const rng = new Rng(layers);
    const tensor = (...shape: number[]) => ({
      shape,
      data: Float32Array.from({ length: shape[0]! * shape[1]! }, () => 0.4 * rng.normal()),
    });
    const tensors = Array.from({ length: layers }, (_, n): [string, ReturnType<typeof tensor>][] => [
      [`weight_ih_l${n}`, tensor(32, n === 0 ? 4 : 8)],
      [`weight_hh_l${n}`, tensor(32, 8)],
    ]);
    const path = join(root, `layers-${layers}.safetensors`);
    writeFileSync(path, writeSafetensors(new Map(tensors.flat())));
    return path;
  });
  const data = join(root, 'x.npy');
  const rng = new Rng(3);
  writeNpy(data, { dtype: 'float32', shape: [10, 4], data: Float32Array.from({ length: 40 }, () => rng.normal()) });
  const axes = { density: [1, 0.3], weightBits: [6, 8, 12], 'array.groups': [1, 2, 4], 'array.lanes': [2, 4, 8] };
  const space = parseSpace({ axes: { ...axes, fifoDepth: [1, 2, 8] } }, 'space.json');
  const out = join(root, 'found');
  await explore({ models, data: [data], space, out, constraints: NO_CONSTRAINTS, shard: null, search: null });
  grid = readPoints(out);
  groups = runGroups(gridOf(space, models.length), ['layers-1', 'layers-2']);
}, 180_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a search', () => {
  test.each<readonly Objective[][]>([
    [['timeUs', 'error', 'lut']],
    [['timeUs', 'error', 'dsp']],
    [['timeUs', 'lut', 'storedBits']],
    [['latencyUs', 'lut']],
  ])('for %j finds 0.99 of the hypervolume with a fifth of the runs, whatever its seed', async (objectives) => {
    const budget = Math.floor(groups.length / 5);
    const scale = new Scale(grid.filter(isBuilt), objectives);
    const whole = scale.volume(frontPoints(grid, objectives, NO_CONSTRAINTS));
    for (let seed = 1; seed <= 8; seed++) {
      const found: PointRecord[] = [];
      const made = await searchFront(
        groups,
        { objectives, constraints: NO_CONSTRAINTS, seed, budget },
        ({ points }) => {
          const own = points.map(({ point }) => grid[point]!);
          found.push(...own);
          return own;
        },
      );
      expect(new Set(made).size, `seed ${seed}`).toBe(made.length);
      expect(made.length, `seed ${seed}`).toBeLessThanOrEqual(budget);
      const share = scale.volume(frontPoints(found, objectives, NO_CONSTRAINTS)) / whole;
      expect(share, `seed ${seed}`).toBeGreaterThanOrEqual(0.99);
    }
  });
});
