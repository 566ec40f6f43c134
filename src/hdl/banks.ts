import type { Dimensions } from '../program/dimensions.ts';

/** What the templates of a PE and around it print of its accumulator banks: two, or three with one for the projection alone. */
export function bankView({ banks }: Dimensions): { readonly banks: number; readonly threeBanks: boolean } {
  return { banks: banks.length, threeBanks: banks.length === 3 };
}

/** Rows of the largest bank in distributed RAM; 0 where all are block RAM. */
export function distributedRows({ banks }: Dimensions): number {
  return Math.max(0, ...banks.map(({ rows, block }) => (block ? 0 : rows)));
}
