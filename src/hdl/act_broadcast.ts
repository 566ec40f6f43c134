import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Column pipeline from the controller to the lanes. */
export function actBroadcast({ dimensions }: Design): ModulePlan {
  return modulePlan('act_broadcast', {
    addrWidth: dimensions.addrBits,
    dram: dimensions.dram,
  });
}
