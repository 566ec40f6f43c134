import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Rounding of projection sums to y. */
export function assemble({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('assemble', {
    elemLanes: dimensions.elemLanes,
    redWidth: dimensions.redBits,
    vectorWidth: formats.vectorBits,
  });
}
