import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Processing element of a lane. */
export function pe({ config, formats, dimensions }: Design): ModulePlan {
  return modulePlan('pe', {
    actWidth: formats.actBits,
    weightWidth: formats.weightBits,
    indexWidth: config.indexBits,
    rowWidth: dimensions.rowBits,
    countWidth: dimensions.countBits,
    addrWidth: dimensions.addrBits,
    accWidth: formats.accBits,
    fifoDepth: config.fifoDepth,
  });
}
