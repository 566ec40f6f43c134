import type { ModulePlan } from '../module_plan.ts';

/** Plan of a block of network hardware; the name of the design comes before its own in planNetwork. */
export function networkPlan(block: string, values: ModulePlan['values']): ModulePlan {
  return { block: `network/${block}`, file: block, values };
}
