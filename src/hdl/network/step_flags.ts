import type { NetworkSizes } from '../../machine/network_sizes.ts';
import type { ModulePlan } from '../module_plan.ts';

/** Flags of the channels in a step. */
export function stepFlags({ channels, utterance }: NetworkSizes, name: string): ModulePlan {
  return { block: 'network/step_flags', file: 'step_flags', values: { name, channels, utterance } };
}
