import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Column pipeline from the controller to the lanes. */
export function actBroadcast({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('act_broadcast', {
    channels: dimensions.channels,
    vectorWidth: formats.vectorBits,
    actWidth: formats.actBits,
    addrWidth: dimensions.addrBits,
    dram: dimensions.dram,
    projection: dimensions.projection,
  });
}
