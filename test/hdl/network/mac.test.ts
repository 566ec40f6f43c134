import { describe, expect, test } from 'vitest';
import { loadView, wordLoad } from '../../../src/hdl/network/load.ts';
import { runBits } from '../../../src/hdl/network/run_format.ts';
import { moduleName } from '../../../src/machine/names.ts';
import { macCase, placeOfRow } from './mac_case.ts';
import { macPlans } from './mac_plans.ts';
import { DUT, lintBlocks, runBlocks } from './run_blocks.ts';

const CASES = 16;
const SPECTRAL = 16;

describe('mac_control and network_array', () => {
  const plain = Array.from({ length: CASES }, (_, seed) => ({ seed: seed + 1, spectral: false }));
  const spectra = Array.from({ length: SPECTRAL }, (_, seed) => ({ seed: 101 + seed, spectral: true }));
  test.for([...plain, ...spectra])('random works, $seed, spectral $spectral', async ({ seed, spectral }) => {
    const { sizes, memories, files, parameters, tiles, freePosts, syncPosts } = macCase(seed, spectral);
    const { loadAddr, loadData } = loadView(sizes);
    const lines = await runBlocks({
      plans: macPlans(sizes),
      bench: 'mac_bench',
      parameters: { ...parameters, RUN: runBits(sizes), LOAD: loadAddr + loadData + 16, WORDS: wordLoad(sizes).bits },
      memories,
      defines: sizes.external === null ? [] : ['DRAM'],
      files,
    });
    const where = `seed ${seed}`;
    expect(lines.at(-1), where).toMatch(/^cycles/);
    const rows = lines.filter((line) => line.startsWith('row ')).map((line) => line.split(' '));
    const depth = sizes.tileRows;
    expect(rows.length, where).toBe(depth * tiles.length);
    for (const [number, { tile, period, rows: tileRows, sums }] of tiles.entries()) {
      const drained = rows.slice(number * depth, (number + 1) * depth);
      expect(new Set(drained.map(([, at]) => at)), where).toEqual(new Set([`${tile}`]));
      const data = drained.map(([, , , hex]) => BigInt(`0x${hex}`));
      const { channels, groups, lanes, accBits, saturate } = sizes;
      for (let channel = 0; channel < channels; channel++) {
        const got = new Float64Array(sums[channel]!.length);
        for (let row = 0; row < tileRows; row++) {
          const { lane: ofLane, local } = placeOfRow(row, period, lanes);
          for (let group = 0; group < groups; group++) {
            const at = ((channel * groups + group) * lanes + ofLane) * accBits;
            const value = Number(BigInt.asIntN(accBits, data[local]! >> BigInt(at)));
            got[saturate ? group * tileRows + row : row]! += value;
          }
        }
        expect([...got], `${where}, tile ${number}, channel ${channel}`).toEqual([...sums[channel]!]);
      }
    }
    const posted = (semaphore: number) =>
      lines
        .map((line) => line.split(' '))
        .filter(([kind, number]) => kind === 'post' && number === `${semaphore}`)
        .reduce((sum, [, , count]) => sum + Number(count), 0);
    expect(posted(5), `${where}: loadFree`).toBe(freePosts + syncPosts);
    expect(posted(2) + posted(3), `${where}: tileFull`).toBe(tiles.length);
  });

  test('emitted Verilog is clean', async () => {
    for (const [seed, spectral] of [
      [3, false],
      [103, true],
    ] as const) {
      const { sizes } = macCase(seed, spectral);
      const plans = macPlans(sizes);
      const reader = sizes.external === null ? [] : ['weight_reader'];
      for (const top of [
        'mac_control',
        'network_array',
        'network_group',
        'column_issuer',
        'act_broadcast',
        'token_join',
        ...reader,
      ]) {
        expect(await lintBlocks(plans, moduleName(DUT, top)), `seed ${seed}, ${top}`).toEqual([]);
      }
    }
  });
});
