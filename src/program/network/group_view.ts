import { ADDRESS_BITS } from '../../machine/network_sizes.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { FieldValues } from '../field.ts';
import type { Program } from '../program.ts';

/** Addresses and strides are modulo 2^18. */
const ADDRESSES = 2 ** ADDRESS_BITS;

function modulo(value: number, size: number): number {
  return ((value % size) + size) % size;
}

/**
 * Fields of the place of a view: a frame of a vector, in group addresses. Of an interleaved vector those are its elements divided by
 * the groups.
 *
 * @param prefix of the names of the fields
 * @param unit elements at multiples of which its runs begin; those of a replicated vector that MAC reads begin anywhere
 */
export function groupPlace(program: Program, view: number, prefix: string, unit: number): FieldValues {
  const { vector, slot, offset, pStride, qStride, rows, rowStride } = program.views[view]!;
  const { name, base, slots, slotWords, replicated } = program.vectors[vector]!;
  const { groups, elemLanes } = program.machine;
  const words = replicated ? elemLanes : Math.max(elemLanes / groups, 1);
  const aligned = (value: number, by: number) => value % by === 0;
  const starts = [offset, pStride, qStride, rows > 1 ? rowStride : 0];
  if (!starts.every((start) => aligned(start, unit)) || !aligned(base, words) || !aligned(slotWords, words)) {
    throw new Error(
      `view ${view} of ${quoteName(name)} does not begin at words: ${JSON.stringify(program.views[view])}`,
    );
  }
  const divided = (elements: number) => modulo(replicated ? elements : elements / groups, ADDRESSES);
  const fields: FieldValues = {
    Base: base + divided(offset),
    SlotBits: Math.log2(slots),
    SlotWords: slotWords,
    SlotT: slot.t,
    SlotP: slot.p,
    SlotOffset: modulo(slot.offset, 256),
    PStride: divided(pStride),
    QStride: divided(qStride),
    Replicated: Number(replicated),
  };
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [`${prefix}${field}`, value]));
}

/** Fields of the runs of a view: how many, and how far apart in group addresses. */
export function groupRuns({ views, vectors, machine }: Program, view: number): FieldValues {
  const { vector, rows, rowStride } = views[view]!;
  const { replicated } = vectors[vector]!;
  const stride = rows === 1 ? 0 : rowStride;
  return { rows, rowStride: modulo(replicated ? stride : stride / machine.groups, ADDRESSES) };
}
