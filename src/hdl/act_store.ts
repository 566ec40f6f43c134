import { readLag } from '../machine/queue_depth.ts';
import { storeTile } from '../machine/voice_tiles.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** What decides on the places of activations: the entries of their queue, pairs of elements or single ones, one lane that takes them or all. */
interface StoreSizes {
  readonly depth: number;
  readonly blocks: boolean;
  readonly shared: boolean;
}

/** Activations of the entries of a queue. */
export function actStore(channels: number, actBits: number, sizes: StoreSizes): ModulePlan {
  return modulePlan('act_store', {
    ...{ width: storeTile(channels, actBits) * actBits, lag: readLag(sizes.blocks), ...sizes },
  });
}
