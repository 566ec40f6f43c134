import { expect, test } from 'vitest';
import { moduleName } from '../../../src/machine/names.ts';
import { FAN_OUT_LIMITS } from '../../../src/synth/fan_out.ts';
import { cellPlans } from './cell_plans.ts';
import { macPlans } from './mac_plans.ts';
import { DUT, fanOutOf } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

/** The load of the next run: all fields at once, by a net that more channels make larger. */
const RUN_LOAD = /column_issuer: free$/;
const RUN_LOAD_LIMIT = 80;

// What many lanes or channels hang on goes out in registered steps.
test.for([
  { channels: 8, groups: 1, lanes: 2, fifoDepth: 16, tileRows: 16 },
  { channels: 1, groups: 1, lanes: 32, elemLanes: 4, fifoDepth: 16 },
])('no net of the array drives more than it may: %j', async (own) => {
  const { logic, register } = await fanOutOf(macPlans(testSizes(own)), moduleName(DUT, 'network_array'));
  const limitOf = (name: string) => (RUN_LOAD.test(name) ? RUN_LOAD_LIMIT : FAN_OUT_LIMITS.logic);
  expect(logic.filter(({ name, loads }) => loads > limitOf(name))).toEqual([]);
  expect(register.filter(({ loads }) => loads > FAN_OUT_LIMITS.register)).toEqual([]);
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
  const { logic, register } = await fanOutOf(plans(testSizes(own)), moduleName(DUT, block));
  expect(logic.filter(({ loads }) => loads > FAN_OUT_LIMITS.logic)).toEqual([]);
  expect(register.filter(({ loads }) => loads > FAN_OUT_LIMITS.register)).toEqual([]);
  expect(register[0]!.loads).toBeGreaterThan(100);
});
