import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Pulse that begins a new y: start of the outputs, or of the cells where y = m. */
export function yStart(design: Design): string {
  return design.dimensions.projection ? 'start_outputs' : 'start_cells';
}

/** All blocks of one voice. */
export function channel(design: Design): ModulePlan {
  const { config, formats, dimensions } = design;
  return modulePlan('channel', {
    lanes: dimensions.lanes,
    elemLanes: dimensions.elemLanes,
    vectorWidth: formats.vectorBits,
    actWidth: formats.actBits,
    weightWidth: formats.weightBits,
    indexWidth: config.indexBits,
    weightDepth: dimensions.weightDepth,
    pointerDepth: dimensions.pointerDepth,
    countWidth: dimensions.countBits,
    rowWidth: dimensions.rowBits,
    accWidth: formats.accBits,
    elementWidth: dimensions.elementBits,
    wordWidth: dimensions.wordBits,
    cellWords: dimensions.cellWords,
    outWords: dimensions.outWords,
    yStart: yStart(design),
    projection: dimensions.projection,
    peepholes: dimensions.peepholes,
  });
}
