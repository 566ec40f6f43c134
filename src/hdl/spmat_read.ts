import { waysOf } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Reader of the words, one after the other. */
export function spmatRead({ dimensions }: Design): ModulePlan {
  return modulePlan('spmat_read', {
    countWidth: dimensions.countBits,
    addrWidth: dimensions.addrBits,
    dram: dimensions.dram,
    inStep: dimensions.inStep,
    ways: waysOf(dimensions),
    wayWidth: 4,
    blocks: false,
  });
}

/** Index decoder of a lane. */
export function rowDecode({ config, formats, dimensions }: Design): ModulePlan {
  return modulePlan('row_decode', {
    weightWidth: formats.weightBits,
    indexWidth: config.indexBits,
    rowWidth: dimensions.rowBits,
    index: config.indexBits > 0,
    blocks: false,
  });
}
