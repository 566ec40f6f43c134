import { layerQueueDepth } from '../machine/queue_depth.ts';
import { drainWings, feedsOf, pointerWings, stateReads, wingsOf } from '../machine/sizes.ts';
import { paramTile } from '../machine/voice_tiles.ts';
import { weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import { clog2 } from '../util/fixed.ts';
import { markDelay, phaseMsb } from './gather.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** All groups and channels with their memories. */
export function array(design: Design): ModulePlan {
  const { config, formats, dimensions: d } = design;
  const states = stateReads(d, formats.vectorBits);
  return modulePlan('array', {
    ...loadView(design),
    channels: d.channels,
    groups: d.groups,
    lanes: d.lanes,
    elemLanes: d.elemLanes,
    wings: wingsOf(d.lanes),
    wide: pointerWings(d) > 1 || drainWings(d),
    pointerWings: pointerWings(d) > 1,
    drainWings: drainWings(d),
    states: states.registers,
    stateSeveral: states.registers > 1,
    stateTile: states.tile,
    ownStates: states.ofVoice,
    single: d.channels === 1,
    severalGroups: d.groups > 1,
    markDelay: markDelay(design),
    beat: d.beat,
    vectorWidth: formats.vectorBits,
    accWidth: formats.accBits,
    weightWordWidth: weightWordBits(config),
    weightDepth: d.weightDepth,
    countWidth: d.countBits,
    pointerDepth: d.pointerDepth,
    dram: d.dram,
    split: d.split,
    feeds: feedsOf(d),
    frameStart: d.split ? 'start_frame' : 'start_cells',
    wordSlot: d.wordSlot,
    paramTile: paramTile(d.channels),
    fifoDepth: layerQueueDepth(config.fifoDepth),
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
    outWords: d.outBufferWords,
    yStart: d.projection ? 'start_outputs' : d.split ? 'start_frame' : 'start_cells',
    projection: d.projection,
    peepholes: d.peepholes,
  });
}
