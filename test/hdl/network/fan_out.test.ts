import { expect, test } from 'vitest';
import { moduleName } from '../../../src/machine/names.ts';
import { overloadedNets } from '../../../src/synth/fan_out.ts';
import { cellPlans } from './cell_plans.ts';
import { macPlans } from './mac_plans.ts';
import { DUT, fanOutOf } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

// What many lanes or channels hang on goes out in registered steps.
test.for([
  { channels: 8, groups: 1, lanes: 2, fifoDepth: 16, tileRows: 16 },
  { channels: 1, groups: 1, lanes: 32, elemLanes: 4, fifoDepth: 16 },
])('no net of the array drives more than it may: %j', async (own) => {
  const fanOut = await fanOutOf(macPlans(testSizes(own)), moduleName(DUT, 'network_array'));
  const { logic, register } = fanOut;
  expect(overloadedNets(fanOut)).toEqual([]);
  // Both are told of: the largest of a register is above that of a look-up table.
  expect(register[0]!.loads).toBeGreaterThan(logic[0]!.loads);
});

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
