import { clog2 } from '../util/fixed.ts';
import type { NetworkSizes } from './network_sizes.ts';

/** Columns that are on their way from the issuer to the queues when it learns that one of these is nearly full. */
export const UNDER_WAY = 5;
/** Entries that distributed RAM has anyway, at least. */
const LEAST_RAM = 32;

/** Cycles after which the activations of an entry are read that a lane has taken: their place is not free before (act_store.v). */
export function readLag(blocks: boolean): number {
  // Those of a pair of elements are chosen from in one cycle more.
  return blocks ? 2 : 3;
}

/** Entries of a queue that is to have some, with `fifoDepth`: not more than its distributed RAM holds beside those that are yet to be read. */
function fitting(entries: number, fifoDepth: number, blocks: boolean): number {
  return Math.min(entries, Math.max(LEAST_RAM, 2 ** clog2(fifoDepth)) - readLag(blocks));
}

/** Entries of an activation queue of the one-layer hardware. */
export function layerQueueDepth(fifoDepth: number): number {
  return fitting(fifoDepth, fifoDepth, false);
}

/** Entries of an activation queue of networks. The last UNDER_WAY of them are room for columns on their way, so it has as many more than a lane may run ahead. */
export function queueDepth({ fifoDepth, blocks }: NetworkSizes): number {
  return fitting(fifoDepth + UNDER_WAY, fifoDepth, blocks.length > 0);
}
