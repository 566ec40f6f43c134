import { BEAT_SLICE_BITS, type ExternalMemory } from '../machine/external_memory.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Beats of external memory into rows of a word for every lane. */
export function rowAlign({ busBits, rowStreamBits }: Pick<ExternalMemory, 'busBits' | 'rowStreamBits'>): ModulePlan {
  return modulePlan('row_align', { busBits, rowWidth: rowStreamBits, sliceBits: BEAT_SLICE_BITS });
}
