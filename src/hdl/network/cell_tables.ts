import { TABLE_BITS, TABLE_ENTRIES, Z_BITS } from '../../machine/formats.ts';
import { memoryPath } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { tableShift } from '../../program/act_table.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';

/** Index into a table; as a default that of the sigmoid. */
export function tableIndex({ sigmoidRange }: NetworkSizes): ModulePlan {
  return modulePlan('table_index', { width: Z_BITS, shift: tableShift(sigmoidRange) });
}

/** Sigmoid table. */
export function sigmoid({ sigmoidRange }: NetworkSizes, name: string): ModulePlan {
  return modulePlan('sigmoid', { sigmoidRange, file: memoryPath(name, 'sigmoid.mem') });
}

/** Tanh table. */
export function tanh({ tanhRange }: NetworkSizes, name: string): ModulePlan {
  return modulePlan('tanh', { tanhRange, file: memoryPath(name, 'tanh.mem') });
}

/** Memory with two read ports; as a default the tanh table. */
export function rom2(_sizes: NetworkSizes, name: string): ModulePlan {
  return modulePlan('rom2', { width: TABLE_BITS, depth: TABLE_ENTRIES, file: memoryPath(name, 'tanh.mem') });
}
