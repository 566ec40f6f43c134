import type { Design } from '../program/design.ts';
import { bankView } from './banks.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Processing element: one multiplier with its accumulators. */
export function pe({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('pe', {
    actWidth: formats.actBits,
    weightWidth: formats.weightBits,
    rowWidth: dimensions.bankRowBits,
    accWidth: formats.accBits,
    ...bankView(dimensions),
  });
}
