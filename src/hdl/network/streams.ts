import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { clog2 } from '../../util/fixed.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';

/** Bits of the number of a channel, at least 1. */
export function destBits({ channels }: Pick<NetworkSizes, 'channels'>): number {
  return Math.max(clog2(channels), 1);
}

/** Register slice of a stream; as a default that of the input. */
export function skidBuffer(sizes: NetworkSizes): ModulePlan {
  return modulePlan('skid_buffer', { width: sizes.vectorBits + destBits(sizes) + 3 });
}
