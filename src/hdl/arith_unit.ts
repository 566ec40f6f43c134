import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Multiply-accumulate unit of a PE. */
export function arithUnit({ formats }: Design): ModulePlan {
  return modulePlan('arith_unit', {
    actWidth: formats.actBits,
    weightWidth: formats.weightBits,
    accWidth: formats.accBits,
    saturate: formats.saturate,
  });
}
