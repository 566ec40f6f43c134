import { rowTile } from '../machine/voice_tiles.ts';
import type { Design } from '../program/design.ts';
import { bankView, distributedRows } from './banks.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** One lane of a group, for all channels. */
export function lane({ config, formats, dimensions }: Design): ModulePlan {
  return modulePlan('lane', {
    channels: dimensions.channels,
    actWidth: formats.actBits,
    weightWidth: formats.weightBits,
    indexWidth: config.indexBits,
    rowWidth: dimensions.rowBits,
    accWidth: formats.accBits,
    ...bankView(dimensions),
    beside: dimensions.split && dimensions.projection,
    rowTile: rowTile(dimensions.channels, distributedRows(dimensions), formats.accBits),
    blocks: false,
  });
}
