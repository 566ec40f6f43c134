import { expect, test } from 'vitest';
import { paramTile, rowTile, storeTile } from '../../src/machine/voice_tiles.ts';

/** Tiles are equal, within their loads, and no larger one would be. */
function expectLargest(tile: number, voices: number, loads: number): void {
  const about = `${voices} voices of ${loads} loads`;
  expect(voices % tile, about).toBe(0);
  if (tile > 1) expect(tile * loads, about).toBeLessThanOrEqual(448);
  for (let more = tile + 1; more <= voices; more++) {
    if (voices % more === 0) expect(more * loads, about).toBeGreaterThan(448);
  }
}

test('a tile has as many voices as its loads allow, and the same number as the others', () => {
  for (const voices of [1, 2, 3, 6, 16, 31, 32, 64]) {
    expectLargest(paramTile(voices), voices, 24);
    for (const bits of [8, 12, 21, 33, 44]) expectLargest(storeTile(voices, bits), voices, bits);
  }
});

test('banks in block RAM have no rows to copy, and those of more words more memories', () => {
  expect(rowTile(32, 0, 34)).toBe(32);
  // Three memories of 14 bits, and five of 7 bits, for 35.
  expectLargest(rowTile(32, 32, 34), 32, 7 * 3);
  expectLargest(rowTile(32, 64, 34), 32, 7 * 5);
  expectLargest(rowTile(32, 128, 34), 32, 7 * 10);
});
