import type { Design } from '../compiler/design.ts';
import { actBroadcast } from './act_broadcast.ts';
import { actBuffer } from './act_buffer.ts';
import { actQueue } from './act_queue.ts';
import { arithUnit } from './arith_unit.ts';
import { assemble } from './assemble.ts';
import { channel } from './channel.ts';
import { controller } from './controller.ts';
import { elemLane } from './elem_lane.ts';
import { elemMul } from './elem_mul.ts';
import { gather } from './gather.ts';
import { rom, rom2, sdpRam } from './memories.ts';
import type { ModulePlan } from './module_plan.ts';
import { pe } from './pe.ts';
import { ptrRead } from './ptr_read.ts';
import { spmatRead } from './spmat_read.ts';
import { sigmoid, tableIndex, tanh } from './tables.ts';
import { top } from './top.ts';
import { frameIn, frameOut, skidBuffer, vecBuffer } from './vectors.ts';

/** All modules of a design, the top module last. */
export function planModules(design: Design, nonZeros: number): ModulePlan[] {
  return [
    rom(design),
    rom2(),
    sdpRam(design),
    skidBuffer(design),
    vecBuffer(design),
    frameIn(design),
    frameOut(design),
    actQueue(design),
    ptrRead(design),
    spmatRead(design),
    arithUnit(design),
    actBuffer(design),
    pe(design),
    actBroadcast(design),
    gather(design),
    tableIndex(design),
    sigmoid(design),
    tanh(design),
    elemLane(design),
    elemMul(design),
    ...(design.dimensions.projection ? [assemble(design)] : []),
    channel(design),
    controller(design),
    top(design, nonZeros),
  ];
}
