import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Bits of a queue entry: marker, bank, activations of all channels, start address, word count. */
export function entryBits({ formats, dimensions }: Design): number {
  return 3 + dimensions.channels * formats.actBits + dimensions.addrBits + dimensions.countBits;
}

/** Activation FIFO of a PE. */
export function actQueue(design: Design): ModulePlan {
  return modulePlan('act_queue', { width: entryBits(design), depth: design.config.fifoDepth, held: true });
}
