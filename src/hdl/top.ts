import type { Design } from '../compiler/design.ts';
import { VERSION } from '../version.ts';
import type { ModulePlan } from './module_plan.ts';

/** Top module, named by the config. */
export function top(design: Design, nonZeros: number): ModulePlan {
  const { config, formats, dimensions } = design;
  return {
    block: 'top',
    file: config.name,
    values: {
      name: config.name,
      version: VERSION,
      nonZeros,
      inputs: dimensions.inputs,
      cells: dimensions.cells,
      outputs: dimensions.outputs,
      channels: dimensions.channels,
      groups: dimensions.groups,
      lanes: dimensions.lanes,
      multipliers: dimensions.multipliers,
      single: dimensions.channels === 1,
      severalGroups: dimensions.groups > 1,
      beat: dimensions.beat,
      beatMsb: 16 * dimensions.beat - 1,
      destWidth: dimensions.destBits,
      destMsb: dimensions.destBits - 1,
      slotWidth: dimensions.slotBits,
      vectorWidth: formats.vectorBits,
      narrow: formats.vectorBits < 16,
      xFrac: formats.xFrac,
      yFrac: formats.yFrac,
      elementWidth: dimensions.elementBits,
      dram: dimensions.dram,
      busBits: dimensions.busBits,
      busMsb: dimensions.busBits - 1,
      wordSlot: dimensions.wordSlot,
      projection: dimensions.projection,
      peepholes: dimensions.peepholes,
    },
  };
}
