import { expect, test } from 'vitest';
import { storeTile as storeOfRtl } from '../../../src/hdl/act_store.ts';
import { rowTile as rowOfRtl } from '../../../src/hdl/banks.ts';
import { largestTile } from '../../../src/hdl/tile.ts';
import { paramTile, rowTile, storeTile } from '../../../src/machine/resources/tiles.ts';

test('the voices of a tile are as many as in the RTL', () => {
  for (const channels of [1, 2, 3, 6, 16, 31, 32, 64]) {
    expect(paramTile(channels)).toBe(largestTile(channels, 24, 448));
    for (const bits of [8, 12, 21, 33, 44]) {
      expect(storeTile(channels, bits), `${channels} voices, ${bits} bits`).toBe(storeOfRtl(channels, bits));
      for (const rows of [0, 16, 33, 64, 65, 200]) {
        expect(rowTile(channels, rows, bits), `${channels} voices, ${rows} rows`).toBe(rowOfRtl(channels, rows, bits));
      }
    }
  }
});
