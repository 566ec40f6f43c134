import type { Design } from '../compiler/design.ts';
import { VERSION } from '../version.ts';
import { yStart } from './channel.ts';
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
      lanes: dimensions.lanes,
      elemLanes: dimensions.elemLanes,
      vectorWidth: formats.vectorBits,
      narrow: formats.vectorBits < 16,
      xFrac: formats.xFrac,
      yFrac: formats.yFrac,
      elementWidth: dimensions.elementBits,
      wordWidth: dimensions.wordBits,
      pointerWidth: dimensions.pointerBits,
      addrWidth: dimensions.addrBits,
      outWords: dimensions.outWords,
      yStart: yStart(design),
      projection: dimensions.projection,
      peepholes: dimensions.peepholes,
    },
  };
}
