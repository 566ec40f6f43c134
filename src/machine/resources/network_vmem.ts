import { clog2 } from '../../util/fixed.ts';
import { inBlockRam } from '../ram_kind.ts';
import { VMEM_ADDRESSED, VMEM_TILE } from '../sizes.ts';
import { multiplexer } from './multiplexer.ts';
import type { NetworkView } from './network_view.ts';
import { ramUnit } from './ram.ts';
import { registerCopies, type Unit, unit } from './unit.ts';
import { loadDecode, modelRom } from './weights.ts';

/** Registers of a voice's vector memory in copies: addresses to read and to write, what is written, and what selects. */
function vmemCopies({ sizes, vmemAddr, spectral }: NetworkView): Unit[] {
  const { channels, groups, elemLanes, slice, spread, replicated } = sizes;
  const words = Math.ceil(elemLanes / VMEM_TILE);
  const memories = Math.ceil((groups * slice) / VMEM_TILE);
  return [
    registerCopies(channels * groups * Math.ceil(slice / VMEM_ADDRESSED), vmemAddr),
    registerCopies(channels * memories, vmemAddr),
    registerCopies(channels * words, spectral ? 4 : 3),
    registerCopies(channels * memories, replicated ? 2 : 1),
    registerCopies(channels * words, Math.max(clog2(spread), 1) + 1),
  ];
}

/** Vector memory of a voice: what is written in two stages, a register of a word, what is read in two. */
function vmemChannel({ sizes, vmemAddr, spectral }: NetworkView): Unit {
  const { channels, groups, elemLanes, slice, spread, elementBits, replicated } = sizes;
  const parts = Math.min(groups, elemLanes);
  const copies = replicated ? 1 : 0;
  const select = spread > 1 ? clog2(spread) : 0;
  const part = replicated && parts > 1 ? clog2(parts) : 0;
  const word = elemLanes * elementBits;
  return unit('vmem_channel', channels, {
    counted: {
      ff:
        5 +
        2 * vmemAddr +
        2 * elemLanes +
        3 * word +
        groups * slice +
        groups * (elementBits + clog2(slice)) +
        2 * (copies + part) +
        3 * select +
        (copies > 0 && parts > 1 ? (spread > 1 ? 1 : 2) : 0),
    },
    lut: {
      word,
      spectra: spectral ? word : 0,
      read: spread > 1 ? word * multiplexer(spread) : replicated && parts > 1 ? word : 0,
      words: replicated && parts > 1 ? word * multiplexer(parts) : word,
      elements: groups * elementBits * multiplexer(slice),
      memories: groups * slice,
      addresses: replicated ? groups * Math.min(vmemAddr, clog2(parts)) : 0,
      one: 1,
    },
  });
}

/** What writes into VMEM, one at a time. */
function vmem({ sizes }: NetworkView): Unit {
  const { channels, groups, elemLanes, elementBits, replicated } = sizes;
  // Where a word is written in parts, what is left of it is held.
  const held = Math.min(groups, elemLanes) > 1 ? 18 + elemLanes + channels : 0;
  return unit('vmem', 1, {
    counted: { ff: elemLanes * elementBits },
    lut: { elemLanes, voices: channels - 1, held, replicated: replicated ? 1 : 0, one: 1 },
    ff: { held, replicated: replicated ? 1 : 0, one: 1 },
  });
}

/** Start states: in every group a memory for MAC and one for CELL, of each element of a word. */
function startUnits({ sizes, loadBits }: NetworkView): Unit[] {
  const { groups, elemLanes, slice, spread, elementBits, startDepth } = sizes;
  if (startDepth === 0) return [];
  const word = elemLanes * elementBits;
  const select = spread > 1 ? clog2(spread) : 0;
  return [
    unit('start_memory', 1, {
      counted: {
        ff: loadBits + 20 + 2 * groups * (1 + clog2(slice)),
        // Three registers in a row are a shift register.
        lutram: select,
        lut: word * (1 + multiplexer(spread)) + groups * elementBits * (1 + multiplexer(slice)),
      },
    }),
    loadDecode(groups * slice),
    modelRom(2 * groups * slice, startDepth, elementBits),
  ];
}

/** VMEM: in every group of every voice a memory for MAC and one for the others, of the elements of a word of the group. */
export function vmemUnits(view: NetworkView): Unit[] {
  const { channels, groups, slice, elementBits, vmemWords } = view.sizes;
  const block = inBlockRam(vmemWords, elementBits);
  return [
    vmem(view),
    vmemChannel(view),
    ...vmemCopies(view),
    ramUnit(2 * channels * groups * slice, { words: vmemWords, bits: elementBits, block }),
    ...startUnits(view),
  ];
}
