import { TABLE_BITS, TABLE_ENTRIES } from '../machine/formats.ts';
import { memoryPath } from '../machine/names.ts';
import { inBlockRam } from '../machine/ram_kind.ts';
import { weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import { flag, type ModulePlan, modulePlan } from './module_plan.ts';

/** Verilog 1 where a buffer of so many words is block RAM, 0 where it is distributed RAM. */
export function blockFlag(words: number, bits: number): number {
  return flag(inBlockRam(words, bits));
}

/**
 * Single-port memory loaded from a file; as a default it is a lane's weight memory, or where there is none the parameter memory of
 * an ElemMul lane.
 */
export function rom({ config, dimensions: d }: Design): ModulePlan {
  return modulePlan(
    'rom',
    d.dram || d.inStep
      ? { width: d.paramBits, depth: d.paramDepth, file: memoryPath(config.name, 'elem_000.mem') }
      : { width: weightWordBits(config), depth: d.weightDepth, file: memoryPath(config.name, 'weights_0000.mem') },
  );
}

/** Short memory loaded from a file, in look-up tables; as a default it is a lane's pointer memory. */
export function smallRom({ config, dimensions }: Design): ModulePlan {
  return modulePlan('small_rom', {
    width: dimensions.countBits,
    depth: dimensions.pointerDepth,
    file: memoryPath(config.name, 'pointers_0000.mem'),
  });
}

/** Dual-port memory loaded from a file; as a default it is the tanh table. */
export function rom2({ config }: Design): ModulePlan {
  return modulePlan('rom2', { width: TABLE_BITS, depth: TABLE_ENTRIES, file: memoryPath(config.name, 'tanh.mem') });
}

/** One write and one read port; as a default it is a group's elements of x. */
export function sdpRam({ formats, dimensions }: Design): ModulePlan {
  const depth = 2 ** (dimensions.slotBits + 1);
  const { vectorBits: width } = formats;
  return modulePlan('sdp_ram', { width, depth, block: blockFlag(depth, width) });
}
