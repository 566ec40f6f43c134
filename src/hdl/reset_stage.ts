import { type ModulePlan, modulePlan } from './module_plan.ts';

/** A register of the reset for one unit. */
export function resetStage(): ModulePlan {
  return modulePlan('reset_stage', {});
}
