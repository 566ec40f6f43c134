import { memoryPath } from '../machine/names.ts';
import { isSmallRom } from '../machine/ram_kind.ts';
import { feedsOf, pointerWings, WING_LANES, wingsOf } from '../machine/sizes.ts';
import { weightColumnBits, weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import { burstReader as burstReaderOf } from './burst_reader.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';
import { rowAlign as rowAlignOf } from './row_align.ts';
import { scheduleView } from './schedule_view.ts';

/** Module that holds the pointers. */
export function pointerRom({ dimensions: d }: Design): 'rom' | 'small_rom' {
  return isSmallRom(d.pointerDepth, d.countBits) ? 'small_rom' : 'rom';
}

/** Memories of a group. */
export function groupMemory(design: Design): ModulePlan {
  const { config, dimensions: d } = design;
  const wordWidth = weightWordBits(config);
  return modulePlan('group_memory', {
    ...loadView(design),
    lanes: d.lanes,
    feeds: feedsOf(d),
    inStep: d.inStep,
    // UltraRAM is for networks.
    ...{ ultra: false, weightRam: 'rom' },
    countWidth: d.countBits,
    pointerDepth: d.pointerDepth,
    pointerRom: pointerRom(design),
    ...{ wingLanes: WING_LANES, wings: wingsOf(feedsOf(d)), pointerWings: pointerWings(d) > 1 },
    loadWings: wingsOf(feedsOf(d)) > 1 && !(d.sharedCounts && d.dram),
    sharedCounts: d.sharedCounts,
    wordWidth,
    weightDepth: d.weightDepth,
    dram: d.dram,
    wordSlot: d.wordSlot,
    wideSlot: d.wordSlot > wordWidth,
    bufferDepth: d.bufferDepth,
    bufferLimit: d.bufferLimit,
    // Where a lane has no memory file of its own, its number is not needed.
    plainLane: d.sharedCounts && d.dram,
  });
}

/** Weights of lanes that work in step. */
export function rowRom({ config, dimensions: d }: Design): ModulePlan {
  return modulePlan('row_rom', {
    lanes: d.lanes,
    ultra: false,
    width: weightWordBits(config),
    column: weightColumnBits(config),
    depth: d.weightDepth,
    file: memoryPath(config.name, 'weights_0000.mem'),
  });
}

/** Words of a lane from external memory. */
export function wordBuffer({ config, dimensions: d }: Design): ModulePlan {
  return modulePlan('word_buffer', {
    width: weightWordBits(config),
    depth: d.bufferDepth,
    limit: d.bufferLimit,
  });
}

/** Read master. */
export function weightReader(design: Design): ModulePlan {
  const { dimensions: d } = design;
  return modulePlan('weight_reader', {
    enable: "1'b1",
    ...loadView(design),
    busBits: d.busBits,
    beatWidth: d.beatBits,
    ...scheduleView(design, ['op', 'when', 'follow', 'release', 'base', 'beats']),
  });
}

/** Read master of runs of beats. */
export function burstReader({ dimensions: d }: Design): ModulePlan {
  return burstReaderOf(d);
}

/** Beats into rows. */
export function rowAlign({ dimensions: d }: Design): ModulePlan {
  return rowAlignOf(d);
}
