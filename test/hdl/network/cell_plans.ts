import type { ModulePlan } from '../../../src/hdl/module_plan.ts';
import { cellControl } from '../../../src/hdl/network/cell_control.ts';
import { cellCtl } from '../../../src/hdl/network/cell_ctl.ts';
import { cellAddress, cellIssue } from '../../../src/hdl/network/cell_issue.ts';
import { cellLane, roundClip } from '../../../src/hdl/network/cell_lane.ts';
import { rom2, sigmoid, tableIndex, tanh } from '../../../src/hdl/network/cell_tables.ts';
import { cellUnit } from '../../../src/hdl/network/cell_unit.ts';
import { adderTree, gather } from '../../../src/hdl/network/gather.ts';
import { loadDecode } from '../../../src/hdl/network/load.ts';
import { rom } from '../../../src/hdl/network/memories.ts';
import {
  cellInverse,
  inverseLane,
  inverseStage,
  inverseTransform,
  pairTurn,
  rotation,
} from '../../../src/hdl/network/transform.ts';
import { viewAddress } from '../../../src/hdl/network/view_address.ts';
import { registerCopy } from '../../../src/hdl/register_copy.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { DUT } from './run_blocks.ts';

/** All modules of the cell unit, with the name of a design. */
export function cellPlans(sizes: NetworkSizes): ModulePlan[] {
  const builders = [
    ...[loadDecode, rom, rom2, sigmoid, tanh, tableIndex, roundClip, cellLane, adderTree, gather, cellUnit],
    ...[registerCopy, viewAddress, cellAddress, cellIssue, cellCtl, cellControl],
  ];
  const inverse = [rotation, pairTurn, inverseStage, inverseTransform, inverseLane, cellInverse];
  return [...builders, ...(sizes.blocks.length > 0 ? inverse : [])].map((build) => {
    const plan = build(sizes, DUT);
    return { ...plan, values: { ...plan.values, name: DUT } };
  });
}
