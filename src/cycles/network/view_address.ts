import { ADDRESS_BITS } from '../../machine/network_sizes.ts';
import { unsignedBits } from '../../util/fixed.ts';
import type { Work } from './sequencer.ts';

const ADDRESSES = 2 ** ADDRESS_BITS;

/** What view_address makes of a place, and how long it takes. */
export interface ViewAddress {
  readonly address: number;
  /** Number of the slot. */
  readonly slot: number;
  /** Cycles from `start` to `done`. */
  readonly cycles: number;
}

function bits(value: number): number {
  return value === 0 ? 0 : unsignedBits(value);
}

/** Twin of view_address. */
export function viewAddress({ fields: f, t, p, q }: Work, prefix: string): ViewAddress {
  const of = (field: string) => f[`${prefix}${field}`]!;
  const slots = 2 ** of('SlotBits');
  const slot = (of('SlotT') * t + of('SlotP') * p + of('SlotOffset')) & (slots - 1);
  const address = (of('Base') + slot * of('SlotWords') + p * of('PStride') + q * of('QStride')) % ADDRESSES;
  return { address, slot, cycles: 2 + bits(Math.max(of('SlotT'), p, q)) + bits(slot) };
}
