import { TABLE_BITS } from '../machine/formats.ts';
import { tableShift, tableStepFrac } from '../program/act_table.ts';
import type { Design } from '../program/design.ts';
import { blockFlag } from './memories.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** One lane of ElemMul. */
export function elemLane({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('elem_lane', {
    redWidth: dimensions.redBits,
    biasWidth: formats.biasBits,
    peepWidth: formats.peepBits,
    sumWidth: formats.sumBits,
    vectorWidth: formats.vectorBits,
    narrow: formats.vectorBits < TABLE_BITS,
    cells: dimensions.laneCells,
    stateBlock: blockFlag(dimensions.laneCells, formats.vectorBits),
    sigmoidShift: tableShift(formats.sigmoidRange),
    tanhShift: tableShift(formats.tanhRange),
    stateStep: tableStepFrac(formats.tanhRange),
    peepholes: dimensions.peepholes,
    projection: dimensions.projection,
  });
}
