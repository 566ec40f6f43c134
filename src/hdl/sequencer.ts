import type { Design } from '../compiler/design.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';
import { scheduleView } from './schedule_view.ts';

/** Sequencer of the element-wise part. */
export function sequencer(design: Design): ModulePlan {
  const { dimensions } = design;
  const peepShift = dimensions.peepholes ? (['peepShift'] as const) : [];
  return modulePlan('sequencer', {
    ...loadView(design),
    channels: dimensions.channels,
    indexWidth: dimensions.elementBits,
    wordWidth: dimensions.wordBits,
    ...scheduleView(design, ['op', 'last', 'size', 'words', 'shift', 'stateFrac', ...peepShift]),
    projection: dimensions.projection,
    peepholes: dimensions.peepholes,
  });
}
