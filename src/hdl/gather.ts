import type { Design } from '../compiler/design.ts';
import { lit, type ModulePlan, modulePlan } from './module_plan.ts';

/** Words by which the output gate of a cell is read after its other gates (pipeline of elem_lane). */
export const OUTPUT_GATE_LAG = 3;

/** Drain sequencer and lane multiplexer. */
export function gather({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('gather', {
    lanes: dimensions.lanes,
    elemLanes: dimensions.elemLanes,
    accWidth: formats.accBits,
    rowWidth: dimensions.rowBits,
    wordWidth: dimensions.wordBits,
    lag: lit(dimensions.wordBits + 1, OUTPUT_GATE_LAG),
    projection: dimensions.projection,
  });
}
