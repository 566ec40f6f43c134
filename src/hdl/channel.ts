import { stateReads } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { phaseMsb } from './gather.ts';
import { blockFlag } from './memories.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Element-wise part of one voice. */
export function channel(design: Design): ModulePlan {
  const { formats, dimensions: d } = design;
  const states = stateReads(d, formats.vectorBits).ofVoice;
  return modulePlan('channel', {
    groups: d.groups,
    lanes: d.lanes,
    elemLanes: d.elemLanes,
    beat: d.beat,
    vectorWidth: formats.vectorBits,
    accWidth: formats.accBits,
    paramWidth: d.paramBits,
    elementWidth: d.elementBits,
    wordWidth: d.wordBits,
    phaseMsb: phaseMsb(design),
    states,
    stateSeveral: states > 1,
    outWords: d.outBufferWords,
    outBlock: blockFlag(d.outBufferWords, Math.max(d.elemLanes, d.beat) * formats.vectorBits),
    projection: d.projection,
    peepholes: d.peepholes,
  });
}
