import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { inBlockBank } from '../../machine/sizes.ts';
import { rowTile } from '../../machine/voice_tiles.ts';
import { clog2 } from '../../util/fixed.ts';
import { flag, lit, type ModulePlan, modulePlan } from '../module_plan.ts';
import { partsOfLanes, spectralView } from './spectral.ts';

/** Two equal banks of accumulators, one a tile. */
const TILES = { banks: 2, threeBanks: false, split: true, projection: false, beside: false } as const;

/** Channels that share a copy of the rows that are read. */
function rowTileOf({ channels, tileRows, accBits }: NetworkSizes): number {
  return rowTile(channels, inBlockBank(tileRows, accBits) ? 0 : tileRows, accBits);
}

/** One lane of a group, for all channels. */
export function lane(sizes: NetworkSizes): ModulePlan {
  return modulePlan('lane', {
    channels: sizes.channels,
    actWidth: sizes.actBits,
    weightWidth: sizes.weightBits,
    indexWidth: sizes.indexBits,
    rowWidth: sizes.rowBits,
    accWidth: sizes.accBits,
    rowTile: rowTileOf(sizes),
    ...TILES,
    ...spectralView(sizes),
  });
}

/** Index decoder of a lane. */
export function rowDecode(sizes: NetworkSizes): ModulePlan {
  const parts = partsOfLanes(sizes);
  return modulePlan('row_decode', {
    weightWidth: sizes.weightBits,
    indexWidth: sizes.indexBits,
    rowWidth: sizes.rowBits,
    index: sizes.indexBits > 0,
    ...spectralView(sizes),
    parts,
    turns: parts.filter(({ turns }) => turns),
  });
}

/** Rows and hazards of a lane's arithmetic units. */
export function arithControl({ rowBits }: NetworkSizes): ModulePlan {
  return modulePlan('arith_control', { placeWidth: 1 + rowBits });
}

/** Rows and enables of a lane's accumulators. */
export function bankControl(sizes: NetworkSizes): ModulePlan {
  const { channels, rowBits, tileRows, accBits } = sizes;
  const mask = lit(rowBits, 2 ** clog2(tileRows) - 1);
  const block = flag(inBlockBank(tileRows, accBits));
  return modulePlan('bank_control', {
    ...{
      rowWidth: rowBits,
      tiles: channels / rowTileOf(sizes),
      ...TILES,
      mask0: mask,
      mask1: mask,
      block0: block,
      block1: block,
    },
  });
}

/** Multiply-accumulate unit of a PE. */
export function arithUnit({ actBits, weightBits, accBits, saturate }: NetworkSizes): ModulePlan {
  return modulePlan('arith_unit', { actWidth: actBits, weightWidth: weightBits, accWidth: accBits, saturate });
}

/** Processing element: one multiplier with its accumulators. */
export function pe({ actBits, weightBits, rowBits, accBits }: NetworkSizes): ModulePlan {
  return modulePlan('pe', {
    actWidth: actBits,
    weightWidth: weightBits,
    rowWidth: rowBits,
    accWidth: accBits,
    ...TILES,
  });
}

/** Accumulators of a PE. */
export function actBuffer({ accBits, rowBits, tileRows }: NetworkSizes): ModulePlan {
  const block = flag(inBlockBank(tileRows, accBits));
  return modulePlan('act_buffer', {
    accWidth: accBits,
    rowWidth: rowBits,
    ...TILES,
    rams: [
      { number: 0, rows: tileRows, block, comma: ',' },
      { number: 1, rows: tileRows, block, comma: '' },
    ],
  });
}
