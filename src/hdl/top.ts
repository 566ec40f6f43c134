import { ADDRESS_BITS } from '../control/registers.ts';
import { layerQueueDepth } from '../machine/queue_depth.ts';
import type { Design } from '../program/design.ts';
import { VERSION } from '../util/version.ts';
import { loadView } from './load.ts';
import type { ModulePlan } from './module_plan.ts';

/** Top module, named by the config: the core and its registers. */
export function top(design: Design): ModulePlan {
  const { config, dimensions: d } = design;
  const { loadAddr, loadData } = loadView(design);
  return {
    block: 'top',
    file: config.name,
    values: {
      name: config.name,
      version: VERSION,
      inputs: d.inputs,
      cells: d.cells,
      outputs: d.outputs,
      projection: d.projection,
      peepholes: d.peepholes,
      channels: d.channels,
      groups: d.groups,
      lanes: d.lanes,
      multipliers: d.multipliers,
      allLanes: d.groups * d.lanes,
      fifoDepth: layerQueueDepth(config.fifoDepth),
      single: d.channels === 1,
      severalGroups: d.groups > 1,
      beatMsb: 16 * d.beat - 1,
      destMsb: d.destBits - 1,
      ctrlBits: ADDRESS_BITS,
      ctrlMsb: ADDRESS_BITS - 1,
      numberMsb: ADDRESS_BITS - 3,
      network: false,
      loadMsb: loadAddr + loadData + 15,
      dram: d.dram,
      sequencePort: false,
      busMsb: d.busBits - 1,
    },
  };
}
