import { layerQueueDepth } from '../machine/queue_depth.ts';
import type { Design } from '../program/design.ts';
import { actStore as storeOf } from './act_store.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Activation FIFO of a PE: marker, bank, start address and word count of an entry. */
export function actQueue({ config, dimensions }: Design): ModulePlan {
  const width = 3 + dimensions.addrBits + dimensions.countBits;
  return modulePlan('act_queue', { width, depth: layerQueueDepth(config.fifoDepth), held: true });
}

/** Activations of its entries. */
export function actStore({ config, formats, dimensions }: Design): ModulePlan {
  const depth = layerQueueDepth(config.fifoDepth);
  return storeOf(dimensions.channels, formats.actBits, { depth, blocks: false, shared: dimensions.inStep });
}
