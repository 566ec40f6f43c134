import { describe, expect, test } from 'vitest';
import { stepFlags } from '../../../src/hdl/network/step_flags.ts';
import { vmem, vmemChannel } from '../../../src/hdl/network/vmem.ts';
import { copies, DUT, lintBlocks, runBlocks, sdpRam } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

const SHAPES = [
  { channels: 1, groups: 1, elemLanes: 1 },
  { channels: 1, groups: 2, elemLanes: 2 },
  { channels: 2, groups: 4, elemLanes: 1 },
  { channels: 1, groups: 2, elemLanes: 32 },
  { channels: 1, groups: 8, elemLanes: 2 },
  { channels: 4, groups: 1, elemLanes: 4 },
];

describe.each(SHAPES)('vmem of $channels channels, $groups groups, words of $elemLanes', (shape) => {
  test.each([true, false])('random traffic against a model, replicated vectors: %s', async (replicated) => {
    const seed = 17 * shape.groups + shape.elemLanes + (replicated ? 100 : 0);
    const sizes = testSizes({ ...shape, replicated, vmemWords: 64 });
    const lines = await runBlocks({
      plans: [vmem(sizes, DUT), vmemChannel(sizes, DUT), sdpRam(), copies()],
      bench: 'vmem_bench',
      parameters: {
        ...{ CHANNELS: shape.channels, GROUPS: shape.groups, ELEMS: shape.elemLanes, DEPTH: 64 },
        ...{ REPLICATED: Number(replicated), SEED: seed },
      },
    });
    expect(lines, `seed ${seed}`).toEqual(['0 errors, 1']);
  });

  test('lint', async () => {
    for (const replicated of [true, false]) {
      const sizes = testSizes({ ...shape, replicated });
      expect(await lintBlocks([vmem(sizes, DUT), vmemChannel(sizes, DUT), sdpRam(), copies()], `${DUT}_vmem`)).toEqual(
        [],
      );
      expect(await lintBlocks([stepFlags({ ...sizes, utterance: replicated }, DUT)], `${DUT}_step_flags`)).toEqual([]);
    }
  });
});
