import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Rows and enables of a lane's accumulator banks. */
export function bankControl({ dimensions: { banks, bankRowBits, split, projection } }: Design): ModulePlan {
  return modulePlan('bank_control', {
    rowWidth: bankRowBits,
    banks: banks.length,
    split,
    projection,
  });
}
