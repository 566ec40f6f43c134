import { ctlBits } from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { queueDepth } from '../../machine/queue_depth.ts';
import { VMEM_TILE } from '../../machine/sizes.ts';
import { turningOf } from '../../machine/transform_cycles.ts';
import { wordBits } from '../../program/field.ts';
import { TIME_BITS } from '../../program/transform_bounds.ts';
import { UNIT_WORDS } from '../../program/unit_words.ts';
import { clog2 } from '../../util/fixed.ts';
import type { ModulePlan } from '../module_plan.ts';
import { phaseMsb } from './gather.ts';
import { loadView, paramBits, wordLoad } from './load.ts';
import { runBits } from './run_format.ts';
import { destBits } from './streams.ts';
import { turnedBits } from './turning.ts';
import { partBits, selectBits } from './vmem.ts';

/** Wires between the cell units and the inverse transforms of blocks that are turned. */
function turnedView(sizes: NetworkSizes) {
  if (turningOf(sizes) === null) return { turned: false };
  const { gather, spread } = turnedBits(sizes);
  const sumWidth = sizes.accBits + clog2(sizes.groups);
  return { turned: true, gatherMsb: gather - 1, spreadMsb: spread - 1, sumWidth, timeWidth: TIME_BITS };
}

/** All units of a network's machine, wired. */
export function networkCore(sizes: NetworkSizes): ModulePlan {
  const { channels, groups, lanes, elemLanes, vectorBits, accBits, rowBits, beat, axes } = sizes;
  const { loadAddr, loadData, kindSigmoid, kindTanh } = loadView(sizes);
  return {
    block: 'network/network_core',
    file: 'network_core',
    values: {
      channels,
      groups,
      lanes,
      elemLanes,
      vectorWidth: vectorBits,
      vectorMsb: vectorBits - 1,
      wide: sizes.elementBits > vectorBits,
      elementWidth: sizes.elementBits,
      accWidth: accBits,
      rowMsb: rowBits - 1,
      destMsb: destBits(sizes) - 1,
      inputMsb: sizes.inputBeat * vectorBits - 1,
      beatMsb: beat * vectorBits - 1,
      axesMsb: 16 * axes - 1,
      selectMsb: selectBits(sizes) - 1,
      partMsb: partBits(sizes) - 1,
      macMsb: wordBits(UNIT_WORDS.mac) - 1,
      cellMsb: wordBits(UNIT_WORDS.cell) - 1,
      runMsb: runBits(sizes) - 1,
      ctlMsb: ctlBits(sizes) - 1,
      paramsMsb: elemLanes * paramBits(sizes) - 1,
      phaseMsb: phaseMsb(sizes),
      ...{ loadAddr, loadData, kindSigmoid, kindTanh },
      wordsMsb: wordLoad(sizes).bits - 1,
      fifoMsb: queueDepth(sizes) - 1,
      states: sizes.stateDepth > 0,
      tile: VMEM_TILE,
      starts: sizes.startDepth > 0,
      blocks: sizes.blocks.length > 0,
      ...turnedView(sizes),
      utterance: sizes.utterance,
      sequence: sizes.sequenceWords > 0,
      sequencePort: sizes.sequenceStream !== null,
      sequenceMsb: (sizes.sequenceStream?.busBits ?? 0) - 1,
      strobeMsb: (sizes.sequenceStream?.busBits ?? 0) / 8 - 1,
      both: sizes.external !== null && sizes.sequenceStream !== null,
      elsewhere: sizes.external !== null || sizes.sequenceStream !== null,
      dram: sizes.external !== null,
      busMsb: (sizes.external?.busBits ?? 0) - 1,
      rowsMsb: (sizes.external?.rowStreamBits ?? 0) - 1,
    },
  };
}
