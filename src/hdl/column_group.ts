import { memoryPath } from '../machine/names.ts';
import { feedsOf } from '../machine/sizes.ts';
import { weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import { loadView } from './load.ts';
import { blockFlag } from './memories.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Channels of a vector tile, and feeds that share a register of `advance`: some eighty loads each. */
const VECTOR_TILE = 4;
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
    tile: Math.min(d.channels, VECTOR_TILE),
    feedTile: Math.min(feedsOf(d), FEED_TILE),
    pointerDepth: d.pointerDepth,
    countWidth: d.countBits,
    rowWidth: d.rowBits,
    accWidth: formats.accBits,
    elementWidth: d.elementBits,
    slotWidth: d.slotBits,
    fifoDepth: config.fifoDepth,
    schedule: memoryPath(config.name, 'schedule.mem'),
    outWords: d.sliceOutWords,
    cellWords: d.sliceCellWords,
    projection: d.projection,
  });
}

/** Vectors of some channels in a group. */
export function vectorTile({ formats, dimensions: d }: Design): ModulePlan {
  return modulePlan('vector_tile', {
    channels: Math.min(d.channels, VECTOR_TILE),
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
