import { drainWings, gatherTile, stateReads, wingsOf } from '../machine/sizes.ts';
import { drainDelay, OUTPUT_GATE_LAG, Timing } from '../machine/timing.ts';
import type { Design } from '../program/design.ts';
import { clog2 } from '../util/fixed.ts';
import { lit, type ModulePlan, modulePlan } from './module_plan.ts';

/** Most significant bit of a phase number; there is one bit at least. */
export function phaseMsb({ dimensions }: Design): number {
  return Math.max(clog2(dimensions.phases), 1) - 1;
}

/** Cycles from gather_control's word to the address of its parameters, which are read in two. */
export function markDelay({ dimensions }: Design): number {
  return drainDelay(dimensions) - 1;
}

/** Drain sequencer. */
export function gatherControl(design: Design): ModulePlan {
  const { formats, dimensions } = design;
  const states = stateReads(dimensions, formats.vectorBits).registers;
  return modulePlan('gather_control', {
    lanes: dimensions.lanes,
    elemLanes: dimensions.elemLanes,
    several: drainWings(dimensions),
    wings: dimensions.groups * wingsOf(dimensions.lanes),
    states,
    stateSeveral: states > 1,
    rowWidth: dimensions.rowBits,
    wordWidth: dimensions.wordBits,
    delay: markDelay(design),
    phaseMsb: phaseMsb(design),
    lag: lit(dimensions.wordBits + 1, OUTPUT_GATE_LAG),
    tail: lit(5, Timing.drainTail + drainDelay(dimensions)),

    split: dimensions.split,
    sweepWidth: dimensions.bankRowBits,
    sweepLast: lit(dimensions.bankRowBits, dimensions.sweepRows - 1),
    tagBits: dimensions.projection ? 4 : 3,
    firstBit: dimensions.projection ? 1 : 0,
    stateLsb: dimensions.projection ? 4 : 3,
    projection: dimensions.projection,
  });
}

/** Multiplexer over the phases and adder tree over the groups, of one channel. */
export function gather(design: Design): ModulePlan {
  const { formats, dimensions } = design;
  return modulePlan('gather', {
    groups: dimensions.groups,
    lanes: dimensions.lanes,
    elemLanes: dimensions.elemLanes,
    accWidth: formats.accBits,
    phaseMsb: phaseMsb(design),
    tile: gatherTile(dimensions.phases, formats.accBits),
    direct: dimensions.phases === 1,
  });
}

/** Pipelined sum over the groups. */
export function adderTree({ formats, dimensions }: Design): ModulePlan {
  return modulePlan('adder_tree', { inputs: dimensions.groups, width: formats.accBits });
}
