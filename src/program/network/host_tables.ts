import { ADDRESS_BITS } from '../../machine/network_sizes.ts';
import { quoteName } from '../../util/quote_name.ts';
import { packWord, type WordFormat, wordBits } from '../field.ts';
import { type MemImage, memFromBigInts } from '../mem_image.ts';
import type { Program } from '../program.ts';

/** What a host asks of an input or output: PORT_SHAPE. */
export const PORT_WORD: WordFormat = {
  name: 'port',
  meaning: 'a frame of an input or output',
  fields: [
    { name: 'elements', bits: 24, meaning: 'elements of a frame; 0: there is no such port' },
    { name: 'frac', bits: 8, signed: true, meaning: 'fraction bits of an element' },
  ],
};

/** Where a state lies that a host reads and writes. */
export const STATE_WORD: WordFormat = {
  name: 'state',
  meaning: 'a state in the vector memory',
  fields: [
    { name: 'base', bits: ADDRESS_BITS, meaning: 'group address of its first element' },
    { name: 'replicated', bits: 1, meaning: 'every group has all elements' },
    { name: 'elements', bits: 16, meaning: '' },
  ],
};

/** Inputs, and outputs, that the table of ports has words for. */
const PORTS = 16;

/** Table of ports: word n is input n, word 16 + n output n. */
export function portMemory({ inputs, outputs }: Program): MemImage {
  const words = new Array<bigint>(2 * PORTS).fill(0n);
  for (const [first, ports] of [inputs, outputs].entries()) {
    for (const [number, { name, elements, format }] of ports.entries()) {
      const where = `port ${quoteName(name)}`;
      words[first * PORTS + number] = packWord(PORT_WORD, { elements, frac: format.frac }, where);
    }
  }
  return memFromBigInts(wordBits(PORT_WORD), words);
}

/**
 * Table of the states in their order.
 *
 * @param depth words of the table
 */
export function stateMemory({ states, vectors }: Program, depth: number): MemImage {
  const words = new Array<bigint>(depth).fill(0n);
  for (const [number, { node, part, vector }] of states.entries()) {
    const { base, slots, replicated, channels: elements } = vectors[vector]!;
    if (slots !== 1) throw new Error(`state ${quoteName(`${node}.${part}`)} has ${slots} frames`);
    words[number] = packWord(STATE_WORD, { base, replicated: Number(replicated), elements }, `state ${number}`);
  }
  return memFromBigInts(wordBits(STATE_WORD), words);
}
