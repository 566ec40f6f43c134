import type { ModulePlan } from '../../../src/hdl/module_plan.ts';
import { actBroadcast, actQueue, actStore, columnFeed, ptrRead, spmatRead } from '../../../src/hdl/network/feed.ts';
import { actBuffer, arithControl, arithUnit, bankControl, lane, pe, rowDecode } from '../../../src/hdl/network/lane.ts';
import { loadDecode } from '../../../src/hdl/network/load.ts';
import { columnIssuer, macControl, networkArray, networkGroup, tokenJoin } from '../../../src/hdl/network/mac.ts';
import { groupMemory, pointerRom, rom, rowRom, sdpRam, smallRom } from '../../../src/hdl/network/memories.ts';
import { burstReader, readerSequencer, rowAlign, weightReader, wordBuffer } from '../../../src/hdl/network/reader.ts';
import { viewAddress } from '../../../src/hdl/network/view_address.ts';
import { registerCopy } from '../../../src/hdl/register_copy.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { DUT } from './run_blocks.ts';

/** All blocks of MAC. */
export function macPlans(sizes: NetworkSizes): ModulePlan[] {
  const plans = [
    ...[
      loadDecode,
      registerCopy,
      rom,
      sdpRam,
      actQueue,
      actStore,
      ptrRead,
      spmatRead,
      columnFeed,
      rowDecode,
      arithControl,
      bankControl,
      arithUnit,
    ],
    ...[
      actBuffer,
      pe,
      lane,
      actBroadcast,
      columnIssuer,
      groupMemory,
      networkGroup,
      tokenJoin,
      networkArray,
      viewAddress,
    ],
    macControl,
    ...(pointerRom(sizes) === 'small_rom' ? [smallRom] : []),
    ...(sizes.inStep ? [rowRom] : []),
    ...(sizes.external === null ? [] : [wordBuffer, rowAlign, readerSequencer, burstReader, weightReader]),
  ].map((builder) => builder(sizes, DUT));
  return plans.map((plan) => ({ ...plan, values: { ...plan.values, name: DUT } }));
}
