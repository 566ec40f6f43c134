import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { queueDepth } from '../../machine/queue_depth.ts';
import { feedsOf, selectsOf, waysOf } from '../../machine/sizes.ts';
import { storeTile } from '../../machine/voice_tiles.ts';
import { actStore as storeOf } from '../act_store.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';
import { SHAPE_BITS, spectralView } from './spectral.ts';

/** Words of the columns, for a lane or for all lanes of a group. */
export function columnFeed(sizes: NetworkSizes): ModulePlan {
  return modulePlan('column_feed', {
    channels: sizes.channels,
    actWidth: sizes.actBits,
    countWidth: sizes.countBits,
    addrWidth: sizes.addrBits,
    fifoDepth: queueDepth(sizes),
    storeTile: storeTile(sizes.channels, sizes.actBits),
    dram: sizes.external !== null,
    inStep: sizes.inStep,
    ways: waysOf(sizes),
    held: false,
    ...spectralView(sizes),
  });
}

/** Pointer stage of a feed. */
export function ptrRead({ countBits, addrBits, external }: NetworkSizes): ModulePlan {
  return modulePlan('ptr_read', { countWidth: countBits, addrWidth: addrBits, dram: external !== null, held: false });
}

/** Queue; as a default that of columns in a feed: marker, bank, shape of a spectral column, start address, word count. */
export function actQueue(sizes: NetworkSizes): ModulePlan {
  const { blocks } = spectralView(sizes);
  const width = 3 + (blocks ? SHAPE_BITS : 0) + sizes.addrBits + sizes.countBits;
  return modulePlan('act_queue', { width, depth: queueDepth(sizes), held: false });
}

/** Activations of its entries. */
export function actStore(sizes: NetworkSizes): ModulePlan {
  const { blocks } = spectralView(sizes);
  return storeOf(sizes.channels, sizes.actBits, { depth: queueDepth(sizes), blocks, shared: sizes.inStep && !blocks });
}

/** Reader of the words, one after the other. */
export function spmatRead(sizes: NetworkSizes): ModulePlan {
  return modulePlan('spmat_read', {
    actsWidth: sizes.channels * sizes.actBits,
    countWidth: sizes.countBits,
    addrWidth: sizes.addrBits,
    dram: sizes.external !== null,
    inStep: sizes.inStep,
    ways: waysOf(sizes),
    wayWidth: sizes.blocks.length > 0 ? 5 : 4,
    selects: selectsOf(sizes.channels),
    ...spectralView(sizes),
  });
}

/** Feeds that share a register of the mark of a segment's first column, of which every bit of a feed's address is a load. */
export const FIRST_FEEDS = 16;

/** Channels that share a register of the shift, of which every bit of their activations is a load. */
const SHIFT_CHANNELS = 8;

/** Column pipeline from the issuer to the lanes. */
export function actBroadcast(sizes: NetworkSizes): ModulePlan {
  const { channels, vectorBits, addrBits, actBits, external } = sizes;
  return {
    block: 'network/act_broadcast',
    file: 'act_broadcast',
    values: {
      ...{ channels, vectorWidth: vectorBits, addrWidth: addrBits, actWidth: actBits, dram: external !== null },
      starts: sizes.startDepth > 0,
      copies: Math.ceil(feedsOf(sizes) / FIRST_FEEDS),
      shifts: channels > SHIFT_CHANNELS ? channels / SHIFT_CHANNELS : 0,
      shiftChannels: SHIFT_CHANNELS,
      ...spectralView(sizes),
    },
  };
}
