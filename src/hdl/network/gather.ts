import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { gatherTile } from '../../machine/sizes.ts';
import { clog2 } from '../../util/fixed.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';

/** Most significant bit of a phase number, which is one of the lanes / elemLanes words in a row of the array; there is one bit at least. */
export function phaseMsb({ lanes, elemLanes }: NetworkSizes): number {
  return Math.max(clog2(lanes / elemLanes), 1) - 1;
}

/** Multiplexer over the phases and adder tree over the groups, of one channel. */
export function gather(sizes: NetworkSizes): ModulePlan {
  const { groups, lanes, elemLanes, accBits } = sizes;
  return modulePlan('gather', {
    groups,
    lanes,
    elemLanes,
    accWidth: accBits,
    phaseMsb: phaseMsb(sizes),
    tile: gatherTile(lanes / elemLanes, accBits),
    direct: false,
  });
}

/** Pipelined sum over the groups. */
export function adderTree({ groups, accBits }: NetworkSizes): ModulePlan {
  return modulePlan('adder_tree', { inputs: groups, width: accBits });
}
