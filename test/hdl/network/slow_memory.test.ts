import { expect, test } from 'vitest';
import { wordQueue } from '../../../src/hdl/network/move.ts';
import { sequenceFetch, sequenceWriter } from '../../../src/hdl/network/sequence_stream.ts';
import { sequenceDesign } from '../../lib/sequence_design.ts';
import { DUT, runBlocks } from './run_blocks.ts';

// A memory that is slow without a pause owes something in every cycle. It is not silent: it moves a beat now and then.

const { sizes } = sequenceDesign(2, { elemLanes: 4, vectorBits: 12, busBits: 64 }).design;

function run(mute: boolean): Promise<string[]> {
  const plans = [sequenceWriter(sizes, DUT), wordQueue(sizes, DUT), sequenceFetch(sizes, DUT)];
  return runBlocks({ plans, bench: 'slow_memory_bench', parameters: { MUTE: Number(mute) } });
}

test('a sequence memory that is slow for longer than the limit of silence is not given up', async () => {
  expect(await run(false)).toEqual(['0 0']);
});

test('one that moves nothing is given up after 128 cycles', async () => {
  const [status, cycles] = await run(true);
  expect(status).toBe('1 1');
  expect(Number(cycles)).toBeGreaterThanOrEqual(120);
  expect(Number(cycles)).toBeLessThanOrEqual(130);
});
