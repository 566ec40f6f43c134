import type { Design } from '../compiler/design.ts';
import { clog2 } from '../fixed.ts';
import { yStart } from './channel.ts';
import { phaseMsb } from './gather.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** All groups and channels with their memories. */
export function array(design: Design): ModulePlan {
  const { config, formats, dimensions: d } = design;
  return modulePlan('array', {
    ...loadView(design),
    channels: d.channels,
    groups: d.groups,
    lanes: d.lanes,
    elemLanes: d.elemLanes,
    single: d.channels === 1,
    severalGroups: d.groups > 1,
    beat: d.beat,
    vectorWidth: formats.vectorBits,
    accWidth: formats.accBits,
    weightWordWidth: formats.weightBits + config.indexBits,
    weightDepth: d.weightDepth,
    countWidth: d.countBits,
    pointerDepth: d.pointerDepth,
    dram: d.dram,
    shared: d.shared,
    wordSlot: d.wordSlot,
    fifoDepth: config.fifoDepth,
    rowWidth: d.rowBits,
    elementWidth: d.elementBits,
    wordWidth: d.wordBits,
    slotWidth: d.slotBits,
    paramWidth: d.paramBits,
    paramDepth: d.paramDepth,
    slice: d.slice,
    spread: d.spread,
    roundMsb: Math.max(clog2(d.spread), 1) - 1,
    phaseMsb: phaseMsb(design),
    yStart: yStart(design),
    projection: d.projection,
    peepholes: d.peepholes,
  });
}
