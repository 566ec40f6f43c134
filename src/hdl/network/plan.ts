import { moduleName } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { queueDepth } from '../../machine/queue_depth.ts';
import { turningOf } from '../../machine/transform_cycles.ts';
import type { WeightsSum } from '../../program/image_words.ts';
import { STREAMS } from '../../program/instruction.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import { axiLiteSlave, coreCounters, runControl } from '../control.ts';
import type { DesignHash } from '../control_registers.ts';
import type { ModulePlan } from '../module_plan.ts';
import { registerCopy } from '../register_copy.ts';
import { cellControl } from './cell_control.ts';
import { cellCtl } from './cell_ctl.ts';
import { cellAddress, cellIssue } from './cell_issue.ts';
import { cellLane, roundClip } from './cell_lane.ts';
import { rom2, sigmoid, tableIndex, tanh } from './cell_tables.ts';
import { cellUnit } from './cell_unit.ts';
import { networkLoader, networkRegisters } from './control.ts';
import { actBroadcast, actQueue, actStore, columnFeed, ptrRead, spmatRead } from './feed.ts';
import { adderTree, gather } from './gather.ts';
import { actBuffer, arithControl, arithUnit, bankControl, lane, pe, rowDecode } from './lane.ts';
import { loadDecode, wordLoader } from './load.ts';
import { columnIssuer, macControl, networkArray, networkGroup, tokenJoin } from './mac.ts';
import { groupMemory, pointerRom, rom, rowRom, sdpRam, smallRom, ultraRam } from './memories.ts';
import { axisCounters, framePort, loadUnit, sequenceAddress, storeUnit, wordQueue, wordWalk } from './move.ts';
import { networkCore } from './network_core.ts';
import { networkTop } from './network_top.ts';
import { burstReader, readerSequencer, rowAlign, weightReader, wordBuffer } from './reader.ts';
import { sequenceMemory } from './sequence_memory.ts';
import { recallSequencer, sequenceBuffer, sequenceFetch, sequenceReader, sequenceWriter } from './sequence_stream.ts';
import { statePort } from './state_port.ts';
import { stepFlags } from './step_flags.ts';
import { streamSequencer } from './stream_sequencer.ts';
import { beatBuffer, skidBuffer } from './streams.ts';
import {
  cellInverse,
  forwardStage,
  forwardTransform,
  inverseLane,
  inverseStage,
  inverseTransform,
  pairTurn,
  rotation,
  spectralCopy,
  spectrumChannel,
} from './transform.ts';
import { cornerTurn, turnedInverse } from './turning.ts';
import { viewAddress } from './view_address.ts';
import { startMemory, startRom, vmem, vmemChannel } from './vmem.ts';

/**
 * All modules of a network design, the top module last. This is where they get the name of the design; templates print it before the
 * names of modules and memory files.
 *
 * @param weights of its weights in external memory; null where it has none there
 */
export function planNetwork(design: NetworkDesign, hash: DesignHash, weights: WeightsSum | null = null): ModulePlan[] {
  const { name, sizes } = design;
  const { inStep, sequenceWords, utterance, external } = sizes;
  const blocks = [
    loadDecode(sizes),
    wordLoader(sizes),
    rom(sizes, name),
    ...(pointerRom(sizes) === 'small_rom' || startRom(sizes) === 'small_rom' ? [smallRom(sizes, name)] : []),
    ...(inStep ? [rowRom(sizes, name)] : sizes.ultra ? [ultraRam(sizes, name)] : []),
    rom2(sizes, name),
    sdpRam(sizes),
    skidBuffer(sizes),
    beatBuffer(sizes),
    registerCopy(),
    viewAddress(sizes, name),
    ...STREAMS.map((stream) => streamSequencer(sizes, name, stream)),
    stepFlags(sizes, name),
    vmemChannel(sizes, name),
    vmem(sizes, name),
    ...(sizes.startDepth > 0 ? [startMemory(sizes, name)] : []),
    ...(sequenceWords > 0 ? [sequenceAddress(sizes, name)] : []),
    ...sequenceBlocks(sizes, name),
    ...(utterance ? [axisCounters(sizes, name)] : []),
    wordWalk(sizes, name),
    wordQueue(sizes, name),
    framePort(sizes, name),
    loadUnit(sizes, name),
    storeUnit(sizes, name),
    actQueue(sizes),
    actStore(sizes),
    ptrRead(sizes),
    spmatRead(sizes),
    columnFeed(sizes),
    rowDecode(sizes),
    arithControl(sizes),
    bankControl(sizes),
    arithUnit(sizes),
    actBuffer(sizes),
    pe(sizes),
    lane(sizes),
    actBroadcast(sizes),
    columnIssuer(sizes),
    groupMemory(sizes),
    networkGroup(sizes),
    tokenJoin(sizes),
    ...(external === null
      ? []
      : [
          wordBuffer(sizes),
          rowAlign(sizes),
          readerSequencer(sizes, name),
          burstReader(sizes),
          weightReader(sizes, name),
        ]),
    networkArray(sizes),
    macControl(sizes),
    adderTree(sizes),
    gather(sizes),
    tableIndex(sizes),
    sigmoid(sizes, name),
    tanh(sizes, name),
    roundClip(sizes),
    ...(sizes.blocks.length > 0
      ? [
          rotation,
          pairTurn,
          inverseStage,
          inverseTransform,
          inverseLane,
          ...(turningOf(sizes) === null ? [cellInverse] : [cornerTurn, turnedInverse]),
          forwardStage,
          forwardTransform,
          spectrumChannel,
          spectralCopy,
        ].map((build) => build(sizes))
      : []),
    cellLane(sizes),
    cellUnit(sizes),
    cellAddress(sizes),
    cellIssue(sizes),
    cellCtl(sizes),
    cellControl(sizes),
    ...(sizes.stateDepth > 0 ? [statePort(sizes, name)] : []),
    networkCore(sizes),
    axiLiteSlave(true),
    networkRegisters(sizes, hash),
    runControl(false),
    networkLoader(design, hash, weights),
    coreCounters(sizes.groups * sizes.lanes, queueDepth(sizes), external !== null),
  ];
  const named = blocks.map((plan) => ({
    ...plan,
    file: moduleName(name, plan.file),
    values: { ...plan.values, name },
  }));
  return [...named, networkTop(design)];
}

/** Sequence memory on chip, or what reaches it in external memory; nothing where there is none. */
function sequenceBlocks(sizes: NetworkSizes, name: string): ModulePlan[] {
  if (sizes.sequenceWords === 0) return [];
  if (sizes.sequenceStream === null) return [sequenceMemory(sizes, name)];
  const blocks = [recallSequencer, sequenceFetch, sequenceBuffer, sequenceReader, sequenceWriter];
  return blocks.map((block) => block(sizes, name));
}
