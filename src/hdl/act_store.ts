import { readLag } from '../machine/queue_depth.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';
import { largestTile } from './tile.ts';

/** Registers that one store may have behind the enable that it gives them. */
const STORE_LOADS = 448;

/** Channels whose activations lie in one store: as many as its loads allow, and as many in each. */
export function storeTile(channels: number, actBits: number): number {
  return largestTile(channels, actBits, STORE_LOADS);
}

/** Activations of the entries of a queue of `depth`. */
export function actStore(channels: number, actBits: number, depth: number, blocks: boolean): ModulePlan {
  return modulePlan('act_store', {
    ...{ width: storeTile(channels, actBits) * actBits, depth, lag: readLag(blocks), blocks },
  });
}
