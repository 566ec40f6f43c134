import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Pointer stage of a PE. */
export function ptrRead({ dimensions }: Design): ModulePlan {
  return modulePlan('ptr_read', {
    countWidth: dimensions.countBits,
    addrWidth: dimensions.addrBits,
    dram: dimensions.dram,
    held: true,
  });
}
