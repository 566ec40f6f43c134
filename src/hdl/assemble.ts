import type { Design } from '../program/design.ts';
import { COPY_TILE } from './elem_mul.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Rounding of projection sums to y. */
export function assemble({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('assemble', {
    elemLanes: dimensions.elemLanes,
    tile: Math.min(dimensions.elemLanes, COPY_TILE),
    redWidth: dimensions.redBits,
    vectorWidth: formats.vectorBits,
  });
}
