import { ADDRESS_BITS, type NetworkSizes } from '../../machine/network_sizes.ts';
import { type WordFormat, wordBits } from '../../program/field.ts';

/** Runs that wait in the queue of a group; a 4-bit number. */
export const WAITING_RUNS = 8;

/** What runs have besides where segments may be spectral. */
const SPECTRAL = [
  {
    name: 'blockBits',
    bits: 3,
    meaning: 'log2 of the block of a spectral segment, of which columns are pairs; 0: none',
  },
  { name: 'periodBits', bits: 2, meaning: 'log2 of the rows of a cell' },
  { name: 'rowMask', bits: 4, meaning: 'which of the rows of a cell have words' },
  {
    name: 'quarters',
    bits: 2,
    meaning: 'quarters of a round that the rows fill, turned against each other; 0: whole rounds',
  },
];

/** A run as mac_control sends it to all groups. */
export function runFormat({ channels, pointerBits, addrBits, external, blocks }: NetworkSizes): WordFormat {
  const fields = [
    { name: 'address', bits: ADDRESS_BITS, meaning: 'group address of the first column' },
    { name: 'count', bits: 16, meaning: 'columns of a group, at least 1' },
    { name: 'replicated', bits: 1, meaning: 'every group has all elements' },
    { name: 'first', bits: 1, meaning: 'first run of a segment' },
    { name: 'marker', bits: 1, meaning: 'a marker follows' },
    { name: 'tile', bits: 1, meaning: '' },
    { name: 'align', bits: 4, meaning: 'left shift of the elements' },
    { name: 'chain', bits: 2, meaning: 'columns follow the progress of 0 nothing, 1 CELL, 2 STORE' },
    { name: 'target', bits: 4, meaning: 'tokens of `ready` or `copied` that it needs, modulo 16' },
    { name: 'pointer', bits: pointerBits, meaning: 'first word count of the segment' },
    ...(external === null ? [{ name: 'base', bits: addrBits, meaning: 'first word of the segment' }] : []),
    { name: 'zero', bits: channels, meaning: 'channels that read zeros' },
    ...(blocks.length === 0 ? [] : SPECTRAL),
  ];
  return { name: 'run', meaning: 'columns one after the other in VMEM', fields };
}

export function runBits(sizes: NetworkSizes): number {
  return wordBits(runFormat(sizes));
}
