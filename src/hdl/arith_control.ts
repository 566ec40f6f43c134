import type { Design } from '../compiler/design.ts';
import { clog2 } from '../fixed.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Rows and hazards of a lane's arithmetic units. */
export function arithControl({ dimensions }: Design): ModulePlan {
  return modulePlan('arith_control', { placeWidth: clog2(dimensions.banks.length) + dimensions.bankRowBits });
}
