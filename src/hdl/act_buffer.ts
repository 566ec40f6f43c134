import type { Design } from '../program/design.ts';
import { bankView } from './banks.ts';
import { flag, type ModulePlan, modulePlan } from './module_plan.ts';

/** Accumulators of a PE. */
export function actBuffer({ formats, dimensions }: Design): ModulePlan {
  const { banks } = dimensions;
  return modulePlan('act_buffer', {
    accWidth: formats.accBits,
    rowWidth: dimensions.bankRowBits,
    ...bankView(dimensions),
    rams: banks.map(({ rows, block }, number) => ({
      number,
      rows,
      block: flag(block),
      comma: number < banks.length - 1 ? ',' : '',
    })),
    split: dimensions.split,
    projection: dimensions.projection,
  });
}
