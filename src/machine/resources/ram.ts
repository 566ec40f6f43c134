import type { Resources } from './counts.ts';
import { blockRam } from './memory.ts';
import { type Unit, unit } from './unit.ts';

/** Block RAM and what chooses between its banks. */
export function countedBlock(words: number, bits: number): Pick<Resources, 'bram' | 'lut' | 'ff'> {
  const { bram, lut, ff } = blockRam(words, bits);
  return { bram, lut, ff };
}

/** A memory with a port to write and a register behind the port to read, which is inside a block RAM. */
export function ramUnit(
  instances: number,
  { words, bits, block }: { readonly words: number; readonly bits: number; readonly block: boolean },
): Unit {
  return unit('sdp_ram', instances, {
    counted: block ? countedBlock(words, bits) : { ff: bits },
    ...(block ? {} : { rams: [{ words, bits }] }),
  });
}
