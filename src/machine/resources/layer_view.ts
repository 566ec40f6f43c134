import { clog2 } from '../../util/fixed.ts';
import { TABLE_BITS, TABLE_ENTRIES } from '../formats.ts';
import { layerQueueDepth } from '../queue_depth.ts';
import { feedsOf } from '../sizes.ts';
import { weightWordBits } from '../word_format.ts';
import type { LayerHardware } from './hardware.ts';

/** Sizes of one-layer hardware, and what several of its units derive from them. */
export interface LayerView extends LayerHardware {
  /** Feeds of a group. */
  readonly feeds: number;
  /** Entries of its queue. */
  readonly queue: number;
  /** Bits of a weight word, of a step of the schedule, of an address and an entry on the load bus, and of that bus. */
  readonly weightWord: number;
  readonly stepBits: number;
  readonly loadAddr: number;
  readonly loadData: number;
  readonly loadBits: number;
  /** Schedule memories. */
  readonly schedules: number;
}

/** Bits of the fields of a step that have one size in all hardware: see schedule.ts. */
const STEP_BITS = 27;

export function layerView(hardware: LayerHardware): LayerView {
  const { sizes, formats, indexBits } = hardware;
  const { dram, weightDepth, pointerDepth, paramDepth, groups } = sizes;
  const weightWord = weightWordBits({ weightBits: formats.weightBits, indexBits });
  const stepBits =
    STEP_BITS +
    sizes.elementBits +
    2 * sizes.wordBits +
    sizes.pointerBits +
    (dram ? 2 * sizes.beatBits : sizes.addrBits);
  const depths = [pointerDepth, paramDepth, TABLE_ENTRIES, ...(dram ? [] : [weightDepth])];
  const widths = [sizes.countBits, sizes.paramBits, TABLE_BITS, stepBits, ...(dram ? [] : [weightWord])];
  const loadAddr = clog2(Math.max(...depths));
  const loadData = Math.max(...widths);
  return {
    ...hardware,
    feeds: feedsOf(sizes),
    queue: layerQueueDepth(hardware.fifoDepth),
    weightWord,
    stepBits,
    loadAddr,
    loadData,
    loadBits: loadAddr + loadData + 16,
    schedules: groups + 1 + (dram ? 1 : 0),
  };
}
