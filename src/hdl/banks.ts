import type { Dimensions } from '../program/dimensions.ts';
import { largestTile } from './tile.ts';

/** What the templates of a PE and around it print of its accumulator banks: two, or three with one for the projection alone. */
export function bankView({ banks }: Dimensions): { readonly banks: number; readonly threeBanks: boolean } {
  return { banks: banks.length, threeBanks: banks.length === 3 };
}

/** Loads that a row's bit may have at the accumulators of one tile of channels. */
const ROW_LOADS = 448;

/** Channels that share a copy of the rows that are read: each has some memories of 7 bits in look-up tables, which have seven addresses. */
export function rowTile(channels: number, rows: number, accBits: number): number {
  const loads = 7 * Math.ceil((accBits + 1) / (rows > 32 ? 7 : 14)) * Math.ceil(rows / 64);
  return largestTile(channels, loads, ROW_LOADS);
}

/** Rows of the largest bank in distributed RAM; 0 where all are block RAM. */
export function distributedRows({ banks }: Dimensions): number {
  return Math.max(0, ...banks.map(({ rows, block }) => (block ? 0 : rows)));
}
