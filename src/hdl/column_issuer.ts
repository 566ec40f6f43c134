import { pointerWings } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';
import { scheduleView } from './schedule_view.ts';

const FIELDS = ['op', 'when', 'last', 'marker', 'release', 'source', 'bank', 'size', 'pointer', 'shift'] as const;

/** Issuer of a group's columns. */
export function columnIssuer(design: Design): ModulePlan {
  const { dimensions } = design;
  const schedule = scheduleView(design, [
    ...FIELDS,
    ...(dimensions.split ? (['follow'] as const) : []),
    ...(dimensions.dram ? [] : (['base'] as const)),
  ]);
  const sliceOf = (wire: string) => schedule.fields.find(({ name }) => name === wire)!.slice;
  return modulePlan('column_issuer', {
    enable: 'enable',
    ...loadView(design),
    channels: dimensions.channels,
    indexWidth: dimensions.elementBits,
    pointerWidth: dimensions.pointerBits,
    several: pointerWings(dimensions) > 1,
    wings: pointerWings(dimensions),
    addrWidth: dimensions.addrBits,
    dram: dimensions.dram,
    split: dimensions.split,
    ...schedule,
    opSlice: sliceOf('op'),
    whenSlice: sliceOf('when_field'),
    pointerSlice: sliceOf('pointer'),
    sizeSlice: sliceOf('size'),
    projection: dimensions.projection,
  });
}
