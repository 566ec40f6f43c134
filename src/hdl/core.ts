import { layerQueueDepth } from '../machine/queue_depth.ts';
import { choiceTile } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** The accelerator without its registers. */
export function core(design: Design): ModulePlan {
  const { config, formats, dimensions } = design;
  return modulePlan('core', {
    ...loadView(design),
    inputs: dimensions.inputs,
    outputs: dimensions.outputs,
    channels: dimensions.channels,
    groups: dimensions.groups,
    lanes: dimensions.lanes,
    lanesMsb: dimensions.groups * dimensions.lanes - 1,
    fifoMsb: layerQueueDepth(config.fifoDepth) - 1,
    single: dimensions.channels === 1,
    beat: dimensions.beat,
    choice: choiceTile(dimensions, formats.vectorBits),
    several: choiceTile(dimensions, formats.vectorBits) < dimensions.beat,
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
  });
}
