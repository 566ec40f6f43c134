import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Rows and hazards of a lane's arithmetic units. */
export function arithControl({ dimensions }: Design): ModulePlan {
  return modulePlan('arith_control', { rowWidth: dimensions.bankRowBits });
}
