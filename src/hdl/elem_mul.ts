import { stateReads } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Lanes that share a copy of what holds for a frame: a bit of a shift has some fifty loads in each. */
const COPY_TILE = 4;
/** Lanes that share a register of the enables of their tables: fifteen loads in each. */
const TABLE_TILE = 32;

/** Element-wise part of the layer. */
export function elemMul({ formats, dimensions }: Design): ModulePlan {
  const states = stateReads(dimensions, formats.vectorBits);
  return modulePlan('elem_mul', {
    elemLanes: dimensions.elemLanes,
    tile: Math.min(dimensions.elemLanes, COPY_TILE),
    tableTile: Math.min(dimensions.elemLanes, TABLE_TILE),
    stateTile: states.tile,
    states: states.ofVoice,
    stateSeveral: states.ofVoice > 1,
    // first, active, z_shift and state_frac; peep_shift; poke_y.
    formatBits: 12 + (dimensions.peepholes ? 5 : 0) + (dimensions.projection ? 0 : 1),
    projection: dimensions.projection,
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
