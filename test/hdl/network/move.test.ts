import { describe, expect, test } from 'vitest';
import { movePlans } from './move_plans.ts';
import { DUT, lintBlocks } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

describe.each([
  { channels: 1, groups: 1, elemLanes: 1, utterance: false },
  { channels: 3, groups: 4, elemLanes: 2, utterance: false },
  { channels: 1, groups: 2, elemLanes: 4, beat: 2, utterance: true },
])('$channels channels, $groups groups, words of $elemLanes, utterance $utterance', (shape) => {
  test('lint', async () => {
    const sizes = testSizes({ ...shape, axes: 3, sequenceWords: shape.utterance ? 40 : 0 });
    for (const top of ['load_unit', 'store_unit', ...(shape.utterance ? ['sequence_memory'] : [])]) {
      expect(await lintBlocks(movePlans(sizes), `${DUT}_${top}`)).toEqual([]);
    }
  });
});
