import { feedsOf, wingsOf } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Column pipeline from the controller to the lanes. */
export function actBroadcast({ dimensions }: Design): ModulePlan {
  const wings = wingsOf(feedsOf(dimensions));
  return modulePlan('act_broadcast', {
    several: wings > 1,
    wings,
    addrWidth: dimensions.addrBits,
    dram: dimensions.dram,
  });
}
