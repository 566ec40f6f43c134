import { layerQueueDepth } from '../machine/queue_depth.ts';
import { waysOf } from '../machine/sizes.ts';
import { storeTile } from '../machine/voice_tiles.ts';
import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** Words of the columns, for a lane or for all lanes of a group. */
export function columnFeed({ config, formats, dimensions }: Design): ModulePlan {
  return modulePlan('column_feed', {
    channels: dimensions.channels,
    actWidth: formats.actBits,
    countWidth: dimensions.countBits,
    addrWidth: dimensions.addrBits,
    fifoDepth: layerQueueDepth(config.fifoDepth),
    storeTile: storeTile(dimensions.channels, formats.actBits),
    dram: dimensions.dram,
    inStep: dimensions.inStep,
    ways: waysOf(dimensions),
    blocks: false,
    held: true,
  });
}
