import type { Design } from '../program/design.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';
import { scheduleView } from './schedule_view.ts';

/** Sequencer of the element-wise part. */
export function sequencer(design: Design): ModulePlan {
  const { dimensions } = design;
  const peepShift = dimensions.peepholes ? (['peepShift'] as const) : [];
  const tile = dimensions.split ? (['bank', 'start'] as const) : [];
  return modulePlan('sequencer', {
    enable: 'gather_idle',
    ...loadView(design),
    channels: dimensions.channels,
    indexWidth: dimensions.elementBits,
    wordWidth: dimensions.wordBits,
    ...scheduleView(design, ['op', 'last', 'marker', 'size', 'words', 'shift', 'stateFrac', ...peepShift, ...tile]),
    split: dimensions.split,
    projection: dimensions.projection,
    peepholes: dimensions.peepholes,
  });
}
