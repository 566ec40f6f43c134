import type { Design } from '../compiler/design.ts';
import { flag, type ModulePlan, modulePlan } from './module_plan.ts';

/** Accumulators of a PE. */
export function actBuffer({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('act_buffer', {
    accWidth: formats.accBits,
    rowWidth: dimensions.rowBits,
    projection: dimensions.projection,
    gateRows: dimensions.gateRows,
    gateBlock: flag(dimensions.gateBlock),
    outRows: dimensions.outRows,
    outBlock: flag(dimensions.outBlock),
    lastBank: dimensions.projection ? 2 : 1,
  });
}
