import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { blockFlag } from '../memories.ts';
import type { ModulePlan } from '../module_plan.ts';

/** Frames of an utterance. */
export function sequenceMemory({ elemLanes, vectorBits, sequenceWords }: NetworkSizes, name: string): ModulePlan {
  const width = elemLanes * vectorBits;
  const depth = Math.max(sequenceWords, 2);
  const values = { name, width, depth, block: blockFlag(depth, width) };
  return { block: 'network/sequence_memory', file: 'sequence_memory', values };
}
