import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellsOfLane,
  createPartition,
  gateRows,
  gateRowsByLane,
  outputsOfLane,
  projectionRows,
  projectionRowsByLane,
} from '../../src/program/partition.ts';

const shapes = fc.record({
  lanes: fc.integer({ min: 1, max: 20 }),
  cells: fc.integer({ min: 1, max: 70 }),
  outputs: fc.integer({ min: 1, max: 70 }),
});

describe('createPartition', () => {
  it('deals ESE out evenly', () => {
    const partition = createPartition(32, 1024, 512);
    expect(partition).toEqual({ lanes: 32, cells: 1024, outputs: 512, cellsPerLane: 32, outputsPerLane: 16 });
    for (let lane = 0; lane < 32; lane++) {
      expect(gateRows(partition, lane)).toHaveLength(128);
      expect(projectionRows(partition, lane)).toHaveLength(16);
    }
  });

  it('rounds up where lanes hold different numbers of rows', () => {
    const partition = createPartition(4, 5, 3);
    expect(partition.cellsPerLane).toBe(2);
    expect(partition.outputsPerLane).toBe(1);
    expect([0, 1, 2, 3].map((lane) => cellsOfLane(partition, lane))).toEqual([2, 1, 1, 1]);
    expect([0, 1, 2, 3].map((lane) => outputsOfLane(partition, lane))).toEqual([1, 1, 1, 0]);
  });
});

describe('rows of a lane', () => {
  it('are the four gates of each of its cells', () => {
    const partition = createPartition(2, 3, 5);
    expect([...gateRows(partition, 0)]).toEqual([0, 3, 6, 9, 2, 5, 8, 11]);
    expect([...gateRows(partition, 1)]).toEqual([1, 4, 7, 10]);
    expect([...projectionRows(partition, 0)]).toEqual([0, 2, 4]);
    expect([...projectionRows(partition, 1)]).toEqual([1, 3]);
  });

  it('are empty for a lane beyond the cells', () => {
    const partition = createPartition(4, 2, 1);
    expect(gateRows(partition, 3)).toHaveLength(0);
    expect(projectionRows(partition, 1)).toHaveLength(0);
  });

  it('follow the formulas for every cell, gate and output', () => {
    fc.assert(
      fc.property(shapes, ({ lanes, cells, outputs }) => {
        const partition = createPartition(lanes, cells, outputs);
        const gates = gateRowsByLane(partition);
        const projection = projectionRowsByLane(partition);
        for (let h = 0; h < cells; h++) {
          for (let g = 0; g < 4; g++) {
            expect(gates[h % lanes]![Math.floor(h / lanes) * 4 + g]).toBe(g * cells + h);
          }
        }
        for (let r = 0; r < outputs; r++) expect(projection[r % lanes]![Math.floor(r / lanes)]).toBe(r);
        const sum = (rows: readonly Int32Array[]) => rows.reduce((total, { length }) => total + length, 0);
        expect(sum(gates)).toBe(4 * cells);
        expect(sum(projection)).toBe(outputs);
        expect(Math.max(...gates.map(({ length }) => length))).toBe(4 * partition.cellsPerLane);
        expect(Math.max(...projection.map(({ length }) => length))).toBe(partition.outputsPerLane);
      }),
    );
  });
});
