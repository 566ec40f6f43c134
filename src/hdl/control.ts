import { ADDRESS_BITS } from '../control/registers.ts';
import type { Design } from '../program/design.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/**
 * AXI4-Lite port of the register file.
 *
 * @param hold whether writes can be held back
 */
export function axiLiteSlave(hold: boolean): ModulePlan {
  return modulePlan('axi_lite_slave', { addrWidth: ADDRESS_BITS, hold });
}

/**
 * Start, pause and soft reset of the core.
 *
 * @param array whether an array has a register of the reset of its own
 */
export function runControl(array: boolean): ModulePlan {
  return modulePlan('run_control', { array });
}

/** Access to c and y. */
export function stateAccess({ formats, dimensions: d }: Design): ModulePlan {
  return modulePlan('state_access', {
    channels: d.channels,
    groups: d.groups,
    elemLanes: d.elemLanes,
    spread: d.spread,
    vectorWidth: formats.vectorBits,
    narrow: formats.vectorBits < 16,
    wordWidth: d.wordBits,
    elementWidth: d.elementBits,
  });
}

/**
 * Counters of the register file.
 *
 * @param lanes of all groups
 */
export function coreCounters(lanes: number, fifoDepth: number, dram: boolean): ModulePlan {
  return modulePlan('core_counters', { lanes, fifoDepth, dram });
}
