import { Z_BITS } from '../machine/formats.ts';
import { memoryPath } from '../machine/names.ts';
import { tableShift } from '../program/act_table.ts';
import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Index into a table; as a default that of the sigmoid. */
export function tableIndex({ formats }: Design): ModulePlan {
  return modulePlan('table_index', { width: Z_BITS, shift: tableShift(formats.sigmoidRange) });
}

/** Sigmoid table. */
export function sigmoid({ config, formats }: Design): ModulePlan {
  return modulePlan('sigmoid', { sigmoidRange: formats.sigmoidRange, file: memoryPath(config.name, 'sigmoid.mem') });
}

/** Tanh table. */
export function tanh({ config, formats }: Design): ModulePlan {
  return modulePlan('tanh', { tanhRange: formats.tanhRange, file: memoryPath(config.name, 'tanh.mem') });
}
