import type { Design } from '../program/design.ts';
import { clog2 } from '../util/fixed.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Rows and hazards of a lane's arithmetic units. */
export function arithControl({ dimensions }: Design): ModulePlan {
  return modulePlan('arith_control', { placeWidth: clog2(dimensions.banks.length) + dimensions.bankRowBits });
}
