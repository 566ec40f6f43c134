import type { Design } from '../compiler/design.ts';
import { stepFields } from '../compiler/schedule.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Schedule interpreter. */
export function controller({ dimensions, schedule }: Design): ModulePlan {
  let lsb = 0;
  const unused = new Set(dimensions.peepholes ? [] : ['peepShift']);
  const fields = stepFields(dimensions).map(({ key, wire, bits }) => {
    const slice = bits === 1 ? `${lsb}` : `${lsb + bits - 1}:${lsb}`;
    lsb += bits;
    const name = unused.has(key) ? `unused_${wire}` : wire;
    return { name, slice, range: bits === 1 ? '' : `[${bits - 1}:0]` };
  });
  return modulePlan('controller', {
    lanes: dimensions.lanes,
    indexWidth: dimensions.elementBits,
    pointerWidth: dimensions.pointerBits,
    addrWidth: dimensions.addrBits,
    wordWidth: dimensions.wordBits,
    steps: schedule.length,
    stepWidth: lsb,
    fields,
    file: 'mem/schedule.mem',
    projection: dimensions.projection,
    peepholes: dimensions.peepholes,
  });
}
