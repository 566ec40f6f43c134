import type { Design } from '../compiler/design.ts';
import { loadView } from './load.ts';
import { flag, type ModulePlan, modulePlan } from './module_plan.ts';

/** Input buffers of more words than this are block RAM. */
const DISTRIBUTED_INPUTS = 512;

/** One group of columns with its lanes. */
export function columnGroup(design: Design): ModulePlan {
  const { config, formats, dimensions: d } = design;
  return modulePlan('column_group', {
    ...loadView(design),
    channels: d.channels,
    lanes: d.lanes,
    slice: d.slice,
    vectorWidth: formats.vectorBits,
    actWidth: formats.actBits,
    wordWidth: formats.weightBits + config.indexBits,
    weightDepth: d.weightDepth,
    dram: d.dram,
    pointerDepth: d.pointerDepth,
    countWidth: d.countBits,
    rowWidth: d.rowBits,
    accWidth: formats.accBits,
    elementWidth: d.elementBits,
    slotWidth: d.slotBits,
    fifoDepth: config.fifoDepth,
    schedule: 'mem/schedule.mem',
    xBlock: flag(2 ** (d.slotBits + 1) > DISTRIBUTED_INPUTS),
    outWords: d.sliceOutWords,
    cellWords: d.sliceCellWords,
    projection: d.projection,
  });
}
