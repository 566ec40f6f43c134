import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Vector between ElemMul and the broadcast; as a default it is y. */
export function vecBuffer({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('vec_buffer', {
    width: formats.vectorBits,
    lanes: dimensions.elemLanes,
    words: dimensions.outWords,
    indexWidth: dimensions.elementBits,
  });
}

/** Double buffer of input frames. */
export function frameIn({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('frame_in', {
    width: formats.vectorBits,
    inputs: dimensions.inputs,
    indexWidth: dimensions.elementBits,
    slotWidth: dimensions.slotBits,
  });
}

/** Sender of output frames. */
export function frameOut({ dimensions }: Design): ModulePlan {
  return modulePlan('frame_out', { indexWidth: dimensions.elementBits });
}

/** Register slice of a stream; as a default that of the input. */
export function skidBuffer({ formats }: Design): ModulePlan {
  return modulePlan('skid_buffer', { width: formats.vectorBits + 2 });
}
