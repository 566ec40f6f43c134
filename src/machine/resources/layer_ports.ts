import { clog2 } from '../../util/fixed.ts';
import { adderTree } from './layer_array.ts';
import type { LayerView } from './layer_view.ts';
import { placeProduct } from './memory.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** Register of a stream on both sides: a word and one behind it. */
export function skidBuffer(instances: number, width: number): Unit {
  return unit('skid_buffer', instances, { counted: { ff: 2 * width + 3, lut: width + 5 } });
}

/** Counters of 64 and 32 bits, levels of the queues, and how many lanes work. */
export function counterUnits(lanes: number, fifoDepth: number, dram: boolean): Unit[] {
  return [
    unit('core_counters', 1, {
      counted: { ff: 168 + fifoDepth + (dram ? 64 : 0) },
      lut: { fifoDepth, dram: dram ? 1 : 0, one: 1 },
    }),
    adderTree(1, lanes, 2),
  ];
}

/** Frames in: which voices have one, and which are free. */
function frameIn({ sizes }: LayerView): Unit {
  const { channels, groups, elementBits, dram } = sizes;
  return unit('frame_in', 1, {
    counted: { ff: 12 + 6 * channels + 2 * groups + elementBits - (channels > 1 ? 0 : 3) + (dram ? 1 : 0) },
    lut: { voices: channels - 1, groups, elementBits, several: channels > 1 ? 1 : 0, dram: dram ? 1 : 0, one: 1 },
  });
}

function frameOut({ sizes }: LayerView): Unit {
  const { channels, elementBits, destBits, beat } = sizes;
  const single = channels === 1 && beat === 1 ? 2 : 0;
  return unit('frame_out', 1, {
    counted: { ff: 5 + single + channels + 2 * elementBits + (channels > 1 ? 3 * destBits : destBits) },
    lut: { voices: channels - 1, elementBits, several: channels > 1 ? 1 : 0, one: 1 },
  });
}

/** Reading and writing of states by the host. */
function stateAccess({ sizes, formats }: LayerView): Unit {
  const { channels, groups, elemLanes, spread } = sizes;
  const { vectorBits } = formats;
  return unit('state_access', 1, {
    counted: { dsp: placeProduct(vectorBits, 'short') + placeProduct(vectorBits, 'long') },
    lut: {
      written: elemLanes * vectorBits,
      elemLanes,
      found: vectorBits * (channels - 1),
      foundInGroups: vectorBits * (channels * groups - 1),
      voices: channels - 1,
      spread: spread > 1 ? 1 : 0,
      one: 1,
    },
    ff: { written: elemLanes * vectorBits, vectorBits, channels: clog2(channels), elemLanes, one: 1 },
  });
}

/** Registers, loader and ports. */
export function layerPortUnits(view: LayerView): Unit[] {
  const { sizes, formats, loadAddr, loadData, queue } = view;
  const { vectorBits } = formats;
  const { beat, destBits, channels, groups, lanes, dram, elementBits, peepholes } = sizes;
  return [
    unit('top', 1, { lut: { one: 1 }, ff: { one: 1, dram: dram ? 1 : 0 } }),
    unit('axi_lite_slave', 1, { lut: { layer: 1 }, ff: { layer: 1 } }),
    unit('run_control', 1, { lut: { one: 1 }, ff: { one: 1 } }),
    // The reset of the array.
    registerCopies(1, 1),
    unit('control_registers', 1, {
      lut: { layer: 1, layerDram: dram ? 1 : 0, layerPeepholes: peepholes ? 1 : 0 },
      ff: { layer: 1, layerDram: dram ? 1 : 0 },
    }),
    unit('image_loader', 1, {
      lut: { loadAddr, parts: Math.ceil(loadData / 32), dramOfLayer: dram ? 1 : 0, layer: 1 },
      ff: { loadAddr, parts: Math.ceil(loadData / 32), dramOfLayer: dram ? 1 : 0, layer: 1 },
    }),
    unit('core', 1, {
      lut: { destBits, beats: beat * vectorBits, elementBits, voices: channels - 1, one: 1 },
      ff: { destBits, elementBits, level: clog2(channels), one: 1 },
    }),
    frameIn(view),
    frameOut(view),
    stateAccess(view),
    skidBuffer(1, vectorBits + destBits + 3),
    skidBuffer(1, beat * vectorBits + destBits + 2),
    ...counterUnits(groups * lanes, queue, dram),
  ];
}
