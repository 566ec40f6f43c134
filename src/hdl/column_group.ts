import { memoryPath } from '../machine/names.ts';
import { layerQueueDepth } from '../machine/queue_depth.ts';
import { drainWings, feedsOf, pointerWings, WING_LANES, waysOf, wingsOf } from '../machine/sizes.ts';
import { vectorTileVoices } from '../machine/voice_tiles.ts';
import { weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import { loadView } from './load.ts';
import { blockFlag } from './memories.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Feeds that share a register of `advance`: some eighty loads each. */
const FEED_TILE = 4;

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
    wordWidth: weightWordBits(config),
    weightDepth: d.weightDepth,
    dram: d.dram,
    split: d.split,
    inStep: d.inStep,
    feeds: feedsOf(d),
    wingLanes: WING_LANES,
    wings: wingsOf(d.lanes),
    wide: wingsOf(feedsOf(d)) > 1 || drainWings(d),
    columnWings: wingsOf(feedsOf(d)) > 1,
    pointerWings: pointerWings(d) > 1,
    drainWings: drainWings(d),
    ways: waysOf(d),
    tile: vectorTileVoices(design.dimensions, design.formats),
    feedTile: Math.min(feedsOf(d), FEED_TILE),
    pointerDepth: d.pointerDepth,
    countWidth: d.countBits,
    rowWidth: d.rowBits,
    accWidth: formats.accBits,
    elementWidth: d.elementBits,
    slotWidth: d.slotBits,
    fifoDepth: layerQueueDepth(config.fifoDepth),
    schedule: memoryPath(config.name, 'schedule.mem'),
    outWords: d.sliceOutWords,
    cellWords: d.sliceCellWords,
    projection: d.projection,
  });
}

/** Vectors of some channels in a group. */
export function vectorTile(design: Design): ModulePlan {
  const { formats, dimensions: d } = design;
  return modulePlan('vector_tile', {
    channels: vectorTileVoices(design.dimensions, design.formats),
    vectorWidth: formats.vectorBits,
    actWidth: formats.actBits,
    slice: d.slice,
    elementWidth: d.elementBits,
    slotWidth: d.slotBits,
    xBlock: blockFlag(2 ** (d.slotBits + 1), formats.vectorBits),
    yBlock: blockFlag(d.sliceOutWords, d.slice * formats.vectorBits),
    mBlock: blockFlag(d.sliceCellWords, d.slice * formats.vectorBits),
    outWords: d.sliceOutWords,
    cellWords: d.sliceCellWords,
    projection: d.projection,
  });
}
