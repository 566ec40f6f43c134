import { memoryPath } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { isSmallRom } from '../../machine/ram_kind.ts';
import { feedsOf } from '../../machine/sizes.ts';
import { weightColumnBits, weightWordBits } from '../../machine/word_format.ts';
import { blockFlag } from '../memories.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';
import { loadView, paramBits } from './load.ts';

/** Memory loaded from a file, in block RAM; as a default it is the parameter memory of a lane of the cell unit. */
export function rom(sizes: NetworkSizes, name: string): ModulePlan {
  return modulePlan('rom', {
    width: paramBits(sizes),
    depth: sizes.paramDepth,
    file: memoryPath(name, 'params_000.mem'),
  });
}

/** The same in look-up tables; as a default it is a lane's pointer memory. */
export function smallRom({ countBits, pointerDepth }: NetworkSizes, name: string): ModulePlan {
  return modulePlan('small_rom', {
    width: countBits,
    depth: pointerDepth,
    file: memoryPath(name, 'pointers_0000.mem'),
  });
}

/** Module that holds the pointers. */
export function pointerRom(sizes: NetworkSizes): 'rom' | 'small_rom' {
  return isSmallRom(sizes.pointerDepth, sizes.countBits) ? 'small_rom' : 'rom';
}

/** Weights of a lane in UltraRAM. */
export function ultraRam(sizes: NetworkSizes, name: string): ModulePlan {
  const file = memoryPath(name, 'weights_0000.mem');
  return modulePlan('ultra_ram', { width: weightWordBits(sizes), depth: sizes.weightDepth, file });
}

/** Weights of lanes that work in step. */
export function rowRom(sizes: NetworkSizes, name: string): ModulePlan {
  return modulePlan('row_rom', {
    lanes: sizes.lanes,
    ultra: sizes.ultra,
    width: weightWordBits(sizes),
    column: weightColumnBits(sizes),
    depth: sizes.weightDepth,
    file: memoryPath(name, 'weights_0000.mem'),
  });
}

/** One write and one read port; as a default a memory of VMEM. */
export function sdpRam({ slice, elementBits, vmemWords }: NetworkSizes): ModulePlan {
  const width = slice * elementBits;
  return modulePlan('sdp_ram', { width, depth: vmemWords, block: blockFlag(vmemWords, width) });
}

/** Memories of a group. */
export function groupMemory(sizes: NetworkSizes): ModulePlan {
  const { external } = sizes;
  const wordWidth = weightWordBits(sizes);
  return modulePlan('group_memory', {
    ...loadView(sizes),
    lanes: sizes.lanes,
    feeds: feedsOf(sizes),
    inStep: sizes.inStep,
    ultra: sizes.ultra,
    weightRam: sizes.ultra ? 'ultra_ram' : 'rom',
    countWidth: sizes.countBits,
    pointerDepth: sizes.pointerDepth,
    pointerRom: pointerRom(sizes),
    // Wings are for one layer.
    ...{ wingLanes: 0, wings: 1, pointerWings: false, loadWings: false },
    sharedCounts: sizes.sharedCounts,
    wordWidth,
    weightDepth: sizes.weightDepth,
    dram: external !== null,
    wordSlot: external?.wordSlot ?? 0,
    wideSlot: external !== null && external.wordSlot > wordWidth,
    bufferDepth: external?.bufferDepth ?? 0,
    bufferLimit: external?.bufferLimit ?? 0,
    // Where a lane has no memory file of its own, its number is not needed.
    plainLane: sizes.sharedCounts && external !== null,
  });
}
