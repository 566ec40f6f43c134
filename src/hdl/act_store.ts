import { readLag } from '../machine/queue_depth.ts';
import { storeTile } from '../machine/voice_tiles.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Activations of the entries of a queue of `depth`. */
export function actStore(channels: number, actBits: number, depth: number, blocks: boolean): ModulePlan {
  return modulePlan('act_store', {
    ...{ width: storeTile(channels, actBits) * actBits, depth, lag: readLag(blocks), blocks },
  });
}
