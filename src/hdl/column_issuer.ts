import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';
import { scheduleView } from './schedule_view.ts';

/** Issuer of a group's columns. */
export function columnIssuer(design: Design): ModulePlan {
  const { dimensions } = design;
  return modulePlan('column_issuer', {
    channels: dimensions.channels,
    indexWidth: dimensions.elementBits,
    pointerWidth: dimensions.pointerBits,
    addrWidth: dimensions.addrBits,
    ...scheduleView(design, ['op', 'when', 'last', 'marker', 'source', 'bank', 'size', 'pointer', 'base', 'shift']),
    projection: dimensions.projection,
  });
}
