import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { isSmallRom } from '../../machine/ram_kind.ts';
import { VMEM_ADDRESSED, VMEM_TILE } from '../../machine/sizes.ts';
import { clog2 } from '../../util/fixed.ts';
import { blockFlag } from '../memories.ts';
import type { ModulePlan } from '../module_plan.ts';
import { loadView } from './load.ts';
import { networkPlan } from './network_plan.ts';

/** Bits of the number of a block of E groups in which an interleaved word lies. */
export function selectBits({ spread }: NetworkSizes): number {
  return Math.max(clog2(spread), 1);
}

/** Bits of the number of a part of a replicated word. */
export function partBits({ groups, elemLanes }: NetworkSizes): number {
  return Math.max(clog2(Math.min(groups, elemLanes)), 1);
}

function common(sizes: NetworkSizes) {
  const { groups, elemLanes: elems, slice, elementBits: width, vmemWords: depth, blocks } = sizes;
  return {
    blocks: blocks.length > 0,
    groups,
    elems,
    slice,
    width,
    depth,
    selectBits: selectBits(sizes),
    partBits: partBits(sizes),
  };
}

/** The vector memory of all channels. */
export function vmem(sizes: NetworkSizes, name: string): ModulePlan {
  return { block: 'network/vmem', file: 'vmem', values: { name, channels: sizes.channels, ...common(sizes) } };
}

/** What states start from, where any is not zero. */
export function startMemory(sizes: NetworkSizes, name: string): ModulePlan {
  const { groups, elemLanes: elems, slice, elementBits: width, startDepth: depth } = sizes;
  const { loadAddr, loadData, kindStarts } = loadView(sizes);
  const rom = startRom(sizes)!;
  const values = { name, groups, elems, slice, width, depth, selectBits: selectBits(sizes), rom };
  return networkPlan('start_memory', { ...values, loadAddr, loadData, kindStarts });
}

/** Module that holds an element of each word of them. */
export function startRom({ startDepth, elementBits }: NetworkSizes): 'rom' | 'small_rom' | null {
  if (startDepth === 0) return null;
  return isSmallRom(startDepth, elementBits) ? 'small_rom' : 'rom';
}

/** The vector memory of a channel. */
export function vmemChannel(sizes: NetworkSizes, name: string): ModulePlan {
  const { replicated, vmemWords, elementBits } = sizes;
  const copies = { tile: VMEM_TILE, addressed: VMEM_ADDRESSED };
  const values = { name, ...common(sizes), replicated, block: blockFlag(vmemWords, elementBits), ...copies };
  return { block: 'network/vmem_channel', file: 'vmem_channel', values };
}
