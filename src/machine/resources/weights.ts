import { clog2, unsignedBits } from '../../util/fixed.ts';
import { BEAT_SLICE_BITS, type ExternalMemory } from '../external_memory.ts';
import { isSmallRom } from '../ram_kind.ts';
import { blockRam, blockRams, ultraRams } from './memory.ts';
import { countedBlock } from './ram.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** Sizes of the memories of a group. */
export interface WeightSizes {
  readonly groups: number;
  readonly lanes: number;
  readonly feeds: number;
  readonly weightWord: number;
  /** Bits of the column of a lane where lanes in step share a memory. */
  readonly weightColumn: number;
  readonly weightDepth: number;
  readonly ultra: boolean;
  readonly inStep: boolean;
  readonly sharedCounts: boolean;
  readonly pointerDepth: number;
  readonly countBits: number;
  /** External memory; null where the weights are on chip. */
  readonly external: ExternalMemory | null;
  readonly loadBits: number;
}

/** Decoder of the load bus for one memory: kind and number are compared. */
export function loadDecode(instances: number): Unit {
  return unit('load_decode', instances, { counted: { lut: 9 } });
}

/** A loadable memory with a register behind it: block RAM, whose own register is inside. */
export function romUnit(instances: number, words: number, bits: number): Unit {
  return unit('rom', instances, { counted: { ...countedBlock(words, bits), ff: bits + blockRam(words, bits).ff } });
}

/** The same, in distributed RAM where it is small. */
export function modelRom(instances: number, words: number, bits: number): Unit {
  if (!isSmallRom(words, bits)) return romUnit(instances, words, bits);
  return unit('small_rom', instances, { counted: { ff: 2 * bits }, rams: [{ words, bits }] });
}

/** Words from external memory that wait for a lane. */
function wordBuffer(instances: number, weightWord: number, { bufferDepth }: ExternalMemory): Unit {
  const addr = clog2(bufferDepth);
  return unit('word_buffer', instances, {
    counted: { ff: 4 * addr + 3 + weightWord, bram: blockRams(bufferDepth, weightWord) },
    lut: { addr, one: 1 },
  });
}

/** Read master of external memory: two addresses, a beat and the beats left, those under way, cycles of silence. */
export function burstReader({
  busBits,
  beatBits,
  burstBeats,
  outstandingBeats,
}: ExternalMemory & { readonly beatBits: number }): Unit {
  const address = 64 - clog2(busBits / 8);
  const level = unsignedBits(outstandingBeats);
  return unit('burst_reader', 1, {
    counted: { ff: 19 + 2 * address + 2 * beatBits + clog2(burstBeats) + level },
    lut: { beatBits, level, one: 1 },
  });
}

/** Rows of a word for every lane out of beats of the bus, or beats into rows. */
export function rowAlign({ busBits, rowStreamBits, beatRows, rowBeats }: ExternalMemory): Unit[] {
  const slices = Math.max(busBits / BEAT_SLICE_BITS, 1);
  if (rowBeats > 1) {
    const join = unit('row_align', 1, {
      counted: { ff: rowStreamBits + clog2(rowBeats) + 1 },
      lut: { rowBeats: clog2(rowBeats), join: 1 },
    });
    return [join, registerCopies(rowBeats * slices, 1)];
  }
  if (beatRows === 1) return [unit('row_align', 1, { counted: { ff: rowStreamBits + 1 } })];
  // A bit of the beat is loaded or shifted, in one LUT.
  const split = unit('row_align', 1, {
    counted: { ff: busBits + clog2(beatRows) + 2, lut: busBits },
    lut: { beatRows: clog2(beatRows), split: 1 },
  });
  return [split, registerCopies(slices, 1)];
}

/** Weight and pointer memories of all groups, and what loads them. */
export function weightUnits(sizes: WeightSizes): Unit[] {
  const { groups, lanes, weightWord, weightColumn, weightDepth, pointerDepth, countBits } = sizes;
  const { ultra, inStep, sharedCounts, external, loadBits } = sizes;
  const all = groups * lanes;
  const pointers = sharedCounts ? groups : all;
  // The load bus; enables of lanes that share a memory; room in the buffers of lanes.
  const group = unit('group_memory', groups, {
    counted: {
      ff: loadBits + (external === null ? 0 : 1),
      lut: external === null ? (inStep ? lanes : 0) : 4 * lanes + 1,
    },
  });
  const memories = (): Unit[] => {
    if (external !== null) return [wordBuffer(all, weightWord, external)];
    if (!inStep) {
      const memory = ultra
        ? unit('ultra_ram', all, { counted: { ff: weightWord, uram: ultraRams(weightDepth, weightWord) } })
        : romUnit(all, weightDepth, weightWord);
      return [memory, loadDecode(all)];
    }
    // Bytes of nine bits.
    const bits = 9 * lanes * Math.ceil(weightColumn / 9);
    const ram = ultra ? { uram: ultraRams(weightDepth, bits) } : { bram: blockRams(weightDepth, bits) };
    return [unit('row_rom', groups, { counted: { ff: lanes * weightWord, ...ram } }), loadDecode(groups)];
  };
  // Resets of the buffers.
  const resets = external === null ? [] : [registerCopies(all, 1)];
  return [group, ...resets, modelRom(pointers, pointerDepth, countBits), loadDecode(pointers), ...memories()];
}
