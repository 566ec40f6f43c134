import type { Design } from '../compiler/design.ts';
import { flag, type ModulePlan, modulePlan } from './module_plan.ts';

/** Accumulators of a PE. */
export function actBuffer({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('act_buffer', {
    accWidth: formats.accBits,
    rowWidth: dimensions.rowBits,
    banks: dimensions.banks,
    projection: dimensions.projection,
    gateRows: dimensions.gateRows,
    gate0Block: flag(dimensions.gateBlock),
    gate1Block: flag(dimensions.gateBlock),
    outRows: dimensions.outRows,
    outBlock: flag(dimensions.outBlock),
  });
}
