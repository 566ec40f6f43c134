import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tilesFor } from '../../src/compiler/choose_tiles.ts';
import { hasEqualColumns } from '../../src/compiler/prune/equal_columns.ts';
import { selectWeights } from '../../src/compiler/prune/prune_layer.ts';
import type { Config } from '../../src/machine/config.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { StackedLayer } from '../../src/model/stacked_layer.ts';
import { createPartition, gateRowsByLane, tileRowsByLane } from '../../src/program/partition.ts';
import { Rng } from '../../src/util/rng.ts';

function layerOf(cells: number, outputs: number, inputs = 7): StackedLayer {
  const rng = new Rng(cells);
  const matrix = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
  return {
    ...{ inputs, cells, outputs, bias: new Float64Array(4 * cells), peepholes: null },
    weightX: matrix(4 * cells * inputs),
    weightR: matrix(4 * cells * outputs),
    weightP: matrix(outputs * cells),
  };
}

function configOf(more: Readonly<Record<string, unknown>>): Config {
  return parseConfig({ array: { lanes: 4 }, accumulatorMemory: 'split', ...more }, 'tiles');
}

describe('tilesFor', () => {
  test('one tile of all cells without split accumulators', () => {
    expect(tilesFor(layerOf(13, 5), configOf({ accumulatorMemory: 'auto' }))).toEqual([4]);
  });

  test('two tiles that hold all cells of the largest model, the second at most 64 rows, the first never empty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (cells, outputs, largest, density) => {
          const [first, second] = tilesFor(layerOf(cells, outputs), configOf({ density, maximum: { cells: largest } }));
          expect(first! + second!).toBe(Math.ceil(Math.max(cells, largest) / 4));
          expect(first).toBeGreaterThan(0);
          expect(second).toBeLessThanOrEqual(16);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a slower ElemMul makes the second tile larger, more recurrent weights make it smaller', () => {
    const layer = layerOf(128, 64);
    const second = (more: Readonly<Record<string, unknown>>) => tilesFor(layer, configOf(more))[1]!;
    expect(second({ elemLanes: 1, density: 0.1 })).toBeGreaterThan(second({ elemLanes: 4, density: 0.1 }));
    expect(second({ density: 1 })).toBeLessThan(second({ density: 0.1 }));
  });

  test('a pruned model has the tiles by which it was pruned, with or without densities in the config', () => {
    for (const density of [0.5, 0.2, 0.1]) {
      const { layer, tiles } = selectWeights(layerOf(128, 64, 30), configOf({ density }));
      expect(tilesFor(layer, configOf({ density }))).toEqual(tiles);
      expect(tilesFor(layer, configOf({}))).toEqual(tiles);
    }
  });
});

describe('pruning by tiles', () => {
  const layer = layerOf(48, 20);

  test('keeps as many weights of a lane as without', () => {
    const kept = (accumulatorMemory: string) => {
      const { masks } = selectWeights(layer, configOf({ accumulatorMemory, density: 0.3 }));
      return gateRowsByLane(createPartition(4, 48, 20)).map((rows) =>
        rows.reduce((sum, row) => sum + masks.r.subarray(row * 20, (row + 1) * 20).reduce((a, b) => a + b, 0), 0),
      );
    };
    expect(kept('split')).toEqual(kept('auto'));
  });

  test('balances the columns of each tile', () => {
    const config = configOf({ density: 0.3, encoding: 'column-balanced' });
    const { masks, tiles } = selectWeights(layer, config);
    expect(tiles.length).toBe(2);
    for (const tile of [0, 1]) {
      const rows = tileRowsByLane(createPartition(4, 48, 20), tiles, tile);
      expect(rows.every((ofLane) => ofLane.length === 4 * tiles[tile]!)).toBe(true);
      expect(hasEqualColumns(masks.x, 7, rows)).toBe(true);
      expect(hasEqualColumns(masks.r, 20, rows)).toBe(true);
    }
  });
});
