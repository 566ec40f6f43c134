import { describe, expect, test } from 'vitest';
import { configOfPoint, gridOf, parseSpace } from '../../src/explore/space.ts';
import { runGroups, shardOf } from '../../src/explore/work_order.ts';

const SPACE = parseSpace(
  {
    config: { array: { lanes: 8 }, tables: { tanhRange: 2 } },
    axes: { part: ['xc7z020', 'xcku060'], 'array.groups': [1, 2], weightBits: [8, 12], fifoDepth: [2, 4] },
  },
  'space.json',
);

describe('spaces', () => {
  test('faults are told one by one, with the place', () => {
    const fault = (value: unknown) => {
      try {
        parseSpace(value, 'space.json');
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(fault({ axes: { lanes: [8] } })).toContain('axes.lanes: unknown key');
    expect(fault({ axes: { fifoDepth: [] } })).toContain(
      'axes.fifoDepth: expected a list of 1 to 64 different numbers, got []',
    );
    expect(fault({ axes: { fifoDepth: [8, 8] } })).toContain('different numbers');
    expect(fault({ axes: { part: [8] } })).toContain('expected a text, got 8');
    expect(fault({})).toContain('axes: expected an object of block, density');
    expect(fault({ axes: {}, objectives: ['lut'] })).toContain('objectives: expected a list of 2 to 5 of timeUs');
    expect(fault({ config: { array: { lanes: 8 } }, axes: { 'array.lanes': [8] } })).toContain('expected one of both');
    expect(() => gridOf(parseSpace({ axes: { clockMHz: range(64), fifoDepth: range(64) } }, 's'), 300)).toThrow(
      /--space: expected at most 1000000 points, got 1228800/,
    );
  });

  test('points are counted with the model slowest and the last axis fastest', () => {
    const grid = gridOf(SPACE, 3);
    expect(grid).toHaveLength(3 * 16);
    expect(grid.map(({ point }) => point)).toEqual(range(48).map((n) => n - 1));
    expect(Object.keys(grid[0]!.set)).toEqual(['weightBits', 'array.groups', 'fifoDepth', 'part']);
    expect(grid[16 + 8 + 4 + 2 + 1]).toEqual({
      point: 31,
      model: 1,
      set: { weightBits: 12, 'array.groups': 2, fifoDepth: 4, part: 'xcku060' },
    });
    expect(configOfPoint(SPACE, grid[31]!)).toEqual({
      ...{ weightBits: 12, array: { lanes: 8, groups: 2 }, fifoDepth: 4, part: 'xcku060' },
      tables: { tanhRange: 2 },
    });
  });

  test('points of one run differ in clock and part; shards have every run once and share no program', () => {
    const groups = runGroups(gridOf(SPACE, 3), ['a', 'b', 'c']);
    expect(groups).toHaveLength(24);
    expect(groups.every(({ points }) => points.length === 2)).toBe(true);
    expect(new Set(groups.map(({ variant }) => variant)).size).toBe(6);
    const shards = [1, 2, 3, 4, 5].map((shard) => shardOf(groups, shard, 5));
    expect(shards.flat()).toHaveLength(24);
    expect(new Set(shards.flat()).size).toBe(24);
    const programs = shards.map(
      (own) => new Set(own.map(({ points: [p] }) => `${p!.model} ${p!.set['array.groups']}`)),
    );
    expect(programs.reduce((sum, { size }) => sum + size, 0)).toBe(6);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1);
}
