import type { Design } from '../compiler/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Addresses of a lane's accumulator banks. */
export function bankControl({ dimensions }: Design): ModulePlan {
  return modulePlan('bank_control', {
    rowWidth: dimensions.rowBits,
    banks: dimensions.banks,
    projection: dimensions.projection,
  });
}
