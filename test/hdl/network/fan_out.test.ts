import { expect, test } from 'vitest';
import { moduleName } from '../../../src/machine/names.ts';
import { overloadedNets } from '../../../src/synth/fan_out.ts';
import { cellPlans } from './cell_plans.ts';
import { macPlans } from './mac_plans.ts';
import { DUT, fanOutOf } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

// Whole designs: `npm run map:rtl`, whose network has not all kinds of cells.

// The work that a unit takes sets hundreds of registers: a register lets them, and no look-up table.
test.for([
  ['cell_control', cellPlans],
  ['mac_control', macPlans],
] as const)('no net of %s drives more than it may', async ([block, plans]) => {
  const own = {
    channels: 4,
    groups: 1,
    lanes: 8,
    elemLanes: 4,
    kinds: ['lstm', 'gruAfter', 'gruBefore', 'affine'],
  } as const;
  const fanOut = await fanOutOf(plans(testSizes(own)), moduleName(DUT, block));
  expect(overloadedNets(fanOut)).toEqual([]);
  expect(fanOut.register[0]!.loads).toBeGreaterThan(100);
});
