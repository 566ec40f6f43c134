import { describe, expect, it } from 'vitest';
import { BLOCKS } from '../../src/model/blocks.ts';
import { spectralColumns, spectralRows, spectrumElements } from '../../src/program/spectral_order.ts';

const LANES = [2, 4, 8, 32, 128];
const GROUPS = [1, 2, 4, 8, 32];

/** How often pair 0 comes, by what `place` says of a row or column. */
function zeroPairs(order: Int32Array, block: number, place: (at: number) => number, places: number): number[] {
  const counts = new Array<number>(places).fill(0);
  for (const [at, part] of order.entries()) if (part >= 0 && part % block < 2) counts[place(at)]!++;
  return counts;
}

describe('spectral order', () => {
  it('gives every cell of a tile a part of the spectrum of its own block, both of a pair side by side', () => {
    for (const block of BLOCKS) {
      for (const lanes of LANES) {
        const cells = 5 * block;
        const order = spectralRows(block, lanes, cells);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: cells }, (_, n) => n));
        for (let cell = 0; cell < cells; cell++) {
          expect(Math.floor(order[cell]! / block)).toBe(Math.floor(cell / block));
          expect(order[cell]! % 2).toBe(cell % 2);
          if (cell % 2 === 1) expect(order[cell]).toBe(order[cell - 1]! + 1);
        }
      }
    }
  });

  it('deals pair 0 to all lanes alike where there are blocks enough', () => {
    for (const block of BLOCKS) {
      for (const lanes of LANES) {
        const cells = block * lanes;
        const counts = zeroPairs(spectralRows(block, lanes, cells), block, (cell) => cell % lanes, lanes);
        expect(new Set(counts), `${block} ${lanes}`).toEqual(new Set([2]));
      }
    }
  });

  it('has every part of a spectrum once among the elements of its vector, both of a pair behind each other in a group', () => {
    for (const block of BLOCKS) {
      for (const groups of GROUPS) {
        for (const elements of [1, block, 3 * block - 1, 8 * block + 1]) {
          const order = spectralColumns(block, groups, elements);
          const parts = Math.ceil(elements / block) * block;
          expect(order.length).toBe(spectrumElements(block, groups, elements));
          expect(order.length % (2 * groups)).toBe(0);
          expect(order.length).toBeLessThan(parts + 2 * groups);
          expect([...order].filter((part) => part >= 0).sort((a, b) => a - b)).toEqual(
            Array.from({ length: parts }, (_, n) => n),
          );
          for (const [at, part] of order.entries()) {
            if (part >= 0 && part % 2 === 0) expect(order[at + groups]).toBe(part + 1);
          }
        }
      }
    }
  });

  it('deals pair 0 to all groups alike where there are blocks enough', () => {
    for (const block of BLOCKS) {
      for (const groups of GROUPS) {
        const order = spectralColumns(block, groups, block * 64);
        const counts = zeroPairs(order, block, (element) => element % groups, groups);
        expect(new Set(counts), `${block} ${groups}`).toEqual(new Set([128 / groups]));
      }
    }
  });

  it('turns by the formulas of the hardware', () => {
    // Blocks of 8 on 2 lane pairs: a block takes two rounds, and each turns by one.
    expect([...spectralRows(8, 4, 16)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 14, 15, 8, 9, 10, 11, 12, 13]);
    // Blocks of 4 on 4 groups: two blocks a round, the third one turns.
    expect([...spectralColumns(4, 4, 12)]).toEqual([0, 2, 4, 6, 1, 3, 5, 7, 10, 8, -1, -1, 11, 9, -1, -1]);
  });
});
