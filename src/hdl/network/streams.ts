import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { clog2 } from '../../util/fixed.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';
import { networkPlan } from './network_plan.ts';

/** Bits of the number of a channel, at least 1. */
export function destBits({ channels }: Pick<NetworkSizes, 'channels'>): number {
  return Math.max(clog2(channels), 1);
}

/** Register slice of the stream out. */
export function skidBuffer(sizes: NetworkSizes): ModulePlan {
  return modulePlan('skid_buffer', { width: sizes.beat * sizes.vectorBits + destBits(sizes) + 6 });
}

/** Register slice of the stream in. */
export function beatBuffer(sizes: NetworkSizes): ModulePlan {
  return networkPlan('beat_buffer', { width: sizes.inputBeat * sizes.vectorBits + destBits(sizes) + 3 });
}
