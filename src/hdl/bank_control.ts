import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Rows and enables of a lane's accumulator banks. */
export function bankControl({ dimensions: { banks, bankRowBits, split, projection } }: Design): ModulePlan {
  return modulePlan('bank_control', {
    rowWidth: bankRowBits,
    banks: banks.length,
    threeBanks: banks.length === 3,
    rows0: banks[0]!.rows,
    rows1: banks[1]!.rows,
    rows2: banks[2]?.rows ?? 0,
    split,
    projection,
  });
}
