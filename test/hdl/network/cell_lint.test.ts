import { expect, test } from 'vitest';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { cellPlans } from './cell_plans.ts';
import { DUT, lintBlocks } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

const ALL: NetworkSizes['kinds'] = ['lstm', 'gruAfter', 'gruReset', 'gruBefore', 'affine'];

const DESIGNS: Readonly<Record<string, Partial<NetworkSizes>>> = {
  'all kinds': { kinds: ALL, channels: 2, groups: 4, elemLanes: 2 },
  'an LSTM with peepholes, one group, one lane': {
    kinds: ['lstm'],
    groups: 1,
    elemLanes: 1,
    lanes: 1,
    replicated: false,
  },
  'an LSTM without, narrow': { kinds: ['lstm', 'affine'], peepholes: false, vectorBits: 8, lanes: 64, elemLanes: 64 },
  'a GRU before': { kinds: ['gruReset', 'gruBefore'], peepholes: false, groups: 1, replicated: false },
  'a GRU after': { kinds: ['gruAfter'], peepholes: false, lanes: 8, elemLanes: 4, groups: 1 },
  'all kinds, blocks': {
    kinds: ALL,
    channels: 2,
    groups: 4,
    lanes: 16,
    elemLanes: 8,
    accBits: 34,
    sumBits: 40,
    blocks: [4, 8],
  },
  'an LSTM, blocks of a word, narrow sums': {
    kinds: ['lstm', 'affine'],
    lanes: 8,
    elemLanes: 8,
    groups: 1,
    accBits: 20,
    blocks: [8],
  },
  'affine layers': { kinds: ['affine'], peepholes: false, channels: 2 },
};

test.each(Object.entries(DESIGNS))('lint of the cell unit: %s', async (_title, own) => {
  const plans = cellPlans(testSizes(own));
  const findings = [`${DUT}_cell_control`, `${DUT}_cell_unit`].map((top) => lintBlocks(plans, top));
  expect((await Promise.all(findings)).flat()).toEqual([]);
});
