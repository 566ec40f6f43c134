import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Element-wise part of the layer. */
export function elemMul({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('elem_mul', {
    elemLanes: dimensions.elemLanes,
    redWidth: dimensions.redBits,
    wordWidth: dimensions.wordBits,
    vectorWidth: formats.vectorBits,
    cells: dimensions.laneCells,
    paramWidth: dimensions.paramBits,
    biasMsb: formats.biasBits - 1,
    peepLsb: formats.biasBits,
    peepholes: dimensions.peepholes,
  });
}
