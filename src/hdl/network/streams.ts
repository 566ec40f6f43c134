import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { clog2 } from '../../util/fixed.ts';

/** Bits of the number of a channel, at least 1. */
export function destBits({ channels }: NetworkSizes): number {
  return Math.max(clog2(channels), 1);
}
