import { ADDRESS_BITS } from '../../machine/network_sizes.ts';
import { unsignedBits } from '../../util/fixed.ts';
import type { Fields, Work } from './sequencer.ts';

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

/** Fields of a place in the words of an instruction. */
interface Place {
  readonly slotBits: number;
  readonly slotT: number;
  readonly slotP: number;
  readonly slotOffset: number;
  readonly base: number;
  readonly slotWords: number;
  readonly pStride: number;
  readonly qStride: number;
}

/** Places of words, which are the same in every round of their loops. */
const places = new WeakMap<Fields, Map<string, Place>>();

function placeOf(f: Fields, prefix: string): Place {
  const known = places.get(f) ?? new Map<string, Place>();
  const found = known.get(prefix);
  if (found !== undefined) return found;
  const of = (field: string) => f[`${prefix}${field}`]!;
  const place = {
    slotBits: of('SlotBits'),
    slotT: of('SlotT'),
    slotP: of('SlotP'),
    slotOffset: of('SlotOffset'),
    base: of('Base'),
    slotWords: of('SlotWords'),
    pStride: of('PStride'),
    qStride: of('QStride'),
  };
  places.set(f, known.set(prefix, place));
  return place;
}

/** Twin of view_address. */
export function viewAddress({ fields, t, p, q }: Work, prefix: string): ViewAddress {
  const { slotBits, slotT, slotP, slotOffset, base, slotWords, pStride, qStride } = placeOf(fields, prefix);
  const slots = 2 ** slotBits;
  const slot = (slotT * t + slotP * p + slotOffset) & (slots - 1);
  const address = (base + slot * slotWords + p * pStride + q * qStride) % ADDRESSES;
  return { address, slot, cycles: 2 + bits(Math.max(slotT, p, q)) + bits(slot) };
}
