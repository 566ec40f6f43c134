import { ctlBits, hasStates } from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { TABLE_LANES } from '../../machine/sizes.ts';
import { turningOf } from '../../machine/transform_cycles.ts';
import { cellRowBits, TIME_BITS } from '../../program/transform_bounds.ts';
import { clog2 } from '../../util/fixed.ts';
import type { ModulePlan } from '../module_plan.ts';
import { phaseMsb } from './gather.ts';
import { paramBits } from './load.ts';
import { networkPlan } from './network_plan.ts';

/** Cell unit of a channel. */
export function cellUnit(sizes: NetworkSizes): ModulePlan {
  const { groups, lanes, elemLanes, accBits, elementBits, biasBits, peepholes } = sizes;
  return networkPlan('cell_unit', {
    groups,
    lanes,
    elemLanes,
    severalLanes: elemLanes > 1,
    accWidth: accBits,
    vectorWidth: elementBits,
    phaseMsb: phaseMsb(sizes),
    ctlMsb: ctlBits(sizes) - 1,
    paramWidth: paramBits(sizes),
    biasMsb: biasBits - 1,
    biasWidth: biasBits,
    peepholes,
    states: hasStates(sizes),
    starts: sizes.startDepth > 0,
    blocks: sizes.blocks.length > 0,
    ...{ turned: turningOf(sizes) !== null, sumWidth: accBits + clog2(groups), timeWidth: TIME_BITS },
    rowWidth: cellRowBits(accBits, groups, sizes.blocks),
    ...{
      tableLanes: TABLE_LANES,
      tableCopies: Math.ceil(elemLanes / TABLE_LANES),
      tablesTiled: elemLanes > TABLE_LANES,
    },
  });
}
