import type { Design } from '../program/design.ts';
import { clog2 } from '../util/fixed.ts';
import { bankView } from './banks.ts';
import { lit, type ModulePlan, modulePlan } from './module_plan.ts';

/** Rows and enables of a lane's accumulator banks. */
export function bankControl({ dimensions }: Design): ModulePlan {
  const { banks, bankRowBits, split, projection } = dimensions;
  const masks = banks.map(({ rows }) => lit(bankRowBits, 2 ** clog2(rows) - 1));
  return modulePlan('bank_control', {
    rowWidth: bankRowBits,
    ...bankView(dimensions),
    mask0: masks[0]!,
    mask1: masks[1]!,
    mask2: masks[2] ?? '',
    split,
    projection,
  });
}
