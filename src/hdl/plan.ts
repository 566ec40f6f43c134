import { moduleName } from '../machine/names.ts';
import { layerQueueDepth } from '../machine/queue_depth.ts';
import type { Design } from '../program/design.ts';
import type { WeightsSum } from '../program/image_words.ts';
import { actBroadcast } from './act_broadcast.ts';
import { actBuffer } from './act_buffer.ts';
import { actQueue, actStore } from './act_queue.ts';
import { arithControl } from './arith_control.ts';
import { arithUnit } from './arith_unit.ts';
import { array } from './array.ts';
import { assemble } from './assemble.ts';
import { bankControl } from './bank_control.ts';
import { channel } from './channel.ts';
import { columnFeed } from './column_feed.ts';
import { columnGroup, vectorTile } from './column_group.ts';
import { columnIssuer } from './column_issuer.ts';
import { axiLiteSlave, coreCounters, runControl, stateAccess } from './control.ts';
import { controlRegisters, type DesignHash } from './control_registers.ts';
import { core } from './core.ts';
import { elemLane } from './elem_lane.ts';
import { elemMul } from './elem_mul.ts';
import { adderTree, gather, gatherControl } from './gather.ts';
import { lane } from './lane.ts';
import { imageLoader, loadDecode } from './load.ts';
import { rom, rom2, sdpRam, smallRom } from './memories.ts';
import type { ModulePlan } from './module_plan.ts';
import { pe } from './pe.ts';
import { ptrRead } from './ptr_read.ts';
import { registerCopy } from './register_copy.ts';
import { stepRom } from './schedule_view.ts';
import { sequencer } from './sequencer.ts';
import { rowDecode, spmatRead } from './spmat_read.ts';
import { sigmoid, tableIndex, tanh } from './tables.ts';
import { top } from './top.ts';
import { frameIn, frameOut, skidBuffer, vecBuffer, vecFill } from './vectors.ts';
import { burstReader, groupMemory, pointerRom, rowAlign, rowRom, weightReader, wordBuffer } from './weights.ts';

/**
 * All modules of a design, the top module last. This is where they get the name of the design (names.ts); templates print it
 * before the names of modules and memory files.
 *
 * @param weights of its weights in external memory; null where it has none there
 */
export function planModules(design: Design, hash: DesignHash, weights: WeightsSum | null = null): ModulePlan[] {
  const { dram, inStep, groups, lanes } = design.dimensions;
  const blocks = [
    loadDecode(design),
    rom(design),
    ...(pointerRom(design) === 'small_rom' ? [smallRom(design)] : []),
    rom2(design),
    sdpRam(design),
    skidBuffer(design),
    registerCopy(),
    vecBuffer(design),
    vecFill(design),
    vectorTile(design),
    frameIn(design),
    frameOut(design),
    actQueue(design),
    actStore(design),
    ptrRead(design),
    spmatRead(design),
    columnFeed(design),
    rowDecode(design),
    arithControl(design),
    bankControl(design),
    arithUnit(design),
    actBuffer(design),
    pe(design),
    lane(design),
    actBroadcast(design),
    stepRom(design),
    columnIssuer(design),
    columnGroup(design),
    ...(dram ? [wordBuffer(design), rowAlign(design), burstReader(design), weightReader(design)] : []),
    ...(inStep ? [rowRom(design)] : []),
    groupMemory(design),
    adderTree(design),
    gatherControl(design),
    gather(design),
    tableIndex(design),
    sigmoid(design),
    tanh(design),
    elemLane(design),
    elemMul(design),
    ...(design.dimensions.projection ? [assemble(design)] : []),
    channel(design),
    sequencer(design),
    stateAccess(design),
    array(design),
    core(design),
    axiLiteSlave(false),
    controlRegisters(design, hash),
    imageLoader(design, hash, weights),
    runControl(true),
    coreCounters(groups * lanes, layerQueueDepth(design.config.fifoDepth), dram),
  ];
  const { name } = design.config;
  const named = blocks.map((plan) => ({
    ...plan,
    file: moduleName(name, plan.block),
    values: { ...plan.values, name },
  }));
  return [...named, top(design)];
}
