import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Word reader and index decoder of a PE. */
export function spmatRead({ config, formats, dimensions }: Design): ModulePlan {
  return modulePlan('spmat_read', {
    actsWidth: dimensions.channels * formats.actBits,
    weightWidth: formats.weightBits,
    indexWidth: config.indexBits,
    rowWidth: dimensions.rowBits,
    countWidth: dimensions.countBits,
    addrWidth: dimensions.addrBits,
    dram: dimensions.dram,
    shared: dimensions.shared,
  });
}
