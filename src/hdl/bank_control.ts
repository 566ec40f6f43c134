import { rowTile } from '../machine/voice_tiles.ts';
import type { Design } from '../program/design.ts';
import { clog2 } from '../util/fixed.ts';
import { bankView, distributedRows } from './banks.ts';
import { flag, lit, type ModulePlan, modulePlan } from './module_plan.ts';

/** Rows and enables of a lane's accumulator banks. */
export function bankControl({ formats, dimensions }: Design): ModulePlan {
  const { channels, banks, bankRowBits, split, projection } = dimensions;
  const masks = banks.map(({ rows }) => lit(bankRowBits, 2 ** clog2(rows) - 1));
  return modulePlan('bank_control', {
    rowWidth: bankRowBits,
    tiles: channels / rowTile(channels, distributedRows(dimensions), formats.accBits),
    ...bankView(dimensions),
    mask0: masks[0]!,
    mask1: masks[1]!,
    mask2: masks[2] ?? '',
    block0: flag(banks[0]!.block),
    block1: flag(banks[1]!.block),
    block2: banks[2] === undefined ? '' : flag(banks[2].block),
    split,
    projection,
  });
}
