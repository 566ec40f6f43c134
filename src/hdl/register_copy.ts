import { type ModulePlan, modulePlan } from './module_plan.ts';

/** One of several registers of a signal with many loads. */
export function registerCopy(): ModulePlan {
  return modulePlan('register_copy', {});
}
