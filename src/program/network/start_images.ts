import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { type MemImage, memFromWords } from '../mem_image.ts';
import { hasStart, type Program } from '../program.ts';

/**
 * What a voice's first step reads in place of the step before: a memory for each element of a word of each group, group by group, with an element of every
 * word. Empty where the hardware starts all states from zeros.
 */
export function startImages(
  { vectors }: Program,
  { groups, slice, startDepth, elementBits }: NetworkSizes,
): MemImage[] {
  if (startDepth === 0) return [];
  const words = Array.from({ length: groups * slice }, () => new Uint32Array(startDepth));
  for (const vector of vectors) {
    if (!hasStart(vector)) continue;
    for (const [element, value] of vector.initial!.entries()) {
      const address = vector.base + Math.floor(element / groups);
      const memory = (element % groups) * slice + (address % slice);
      words[memory]![Math.floor(address / slice)] = value & (2 ** elementBits - 1);
    }
  }
  return words.map((own) => memFromWords(elementBits, own));
}
