import { clog2 } from '../util/fixed.ts';
import type { NetworkSizes } from './network_sizes.ts';

/** Columns that are on their way from the issuer to the queues when it learns that one of these is nearly full. */
export const UNDER_WAY = 5;
/** Entries that distributed RAM has anyway, at least. */
const LEAST_RAM = 32;

/**
 * Entries of an activation queue. The last UNDER_WAY of them are room for columns on their way, so it has as many more than a lane may run ahead;
 * but not more than its distributed RAM holds.
 */
export function queueDepth({ fifoDepth }: NetworkSizes): number {
  return Math.min(fifoDepth + UNDER_WAY, Math.max(LEAST_RAM, 2 ** clog2(fifoDepth)));
}
