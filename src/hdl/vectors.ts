import { choiceTile } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { blockFlag } from './memories.ts';
import { lit, type ModulePlan, modulePlan } from './module_plan.ts';

/** Vector between ElemMul and the broadcast; as a default it is y. */
export function vecBuffer({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('vec_buffer', {
    width: formats.vectorBits,
    lanes: dimensions.elemLanes,
    read: 1,
    words: dimensions.outBufferWords,
    block: blockFlag(dimensions.outBufferWords, dimensions.elemLanes * formats.vectorBits),
    indexWidth: dimensions.elementBits,
  });
}

/** How far such a vector is written. */
export function vecFill({ dimensions }: Design): ModulePlan {
  return modulePlan('vec_fill', {
    lanes: dimensions.elemLanes,
    read: 1,
    words: dimensions.outBufferWords,
    indexWidth: dimensions.elementBits,
  });
}

/** Double buffer of input frames. */
export function frameIn({ dimensions }: Design): ModulePlan {
  return modulePlan('frame_in', {
    channels: dimensions.channels,
    groups: dimensions.groups,
    single: dimensions.channels === 1,
    indexWidth: dimensions.elementBits,
    slotWidth: dimensions.slotBits,
    destWidth: dimensions.destBits,
    dram: dimensions.dram,
  });
}

/** Sender of output frames. */
export function frameOut({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('frame_out', {
    channels: dimensions.channels,
    beat: dimensions.beat,
    several: choiceTile(dimensions, formats.vectorBits) < dimensions.beat,
    indexWidth: dimensions.elementBits,
    destWidth: dimensions.destBits,
    lastChannel: lit(dimensions.destBits, dimensions.channels - 1),
  });
}

/** Register slice of a stream; as a default that of the input. */
export function skidBuffer({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('skid_buffer', { width: formats.vectorBits + dimensions.destBits + 3 });
}
