import { clog2 } from '../../util/fixed.ts';
import { inBlockRam } from '../ram_kind.ts';
import type { LayerView } from './layer_view.ts';
import { distributedRam } from './memory.ts';
import { multiplexer } from './multiplexer.ts';
import { ramUnit } from './ram.ts';
import { type Unit, unit } from './unit.ts';

/** Issuer of columns: its place in the schedule, what is active of every voice. */
function columnIssuer({ sizes }: LayerView): Unit {
  const { groups, channels, elementBits, pointerBits, split, projection, dram } = sizes;
  return unit('column_issuer', groups, {
    counted: { ff: 6 + 2 * elementBits + (split ? 4 : 0) + (dram ? 4 : 0) + 5 * channels },
    lut: {
      elementBits,
      pointerBits,
      channels,
      sources: projection ? elementBits : 0,
      split: split ? 1 : 0,
      dram: dram ? 1 : 0,
      one: 1,
    },
  });
}

/** Schedule memory of an issuer, the sequencer and the reader of external memory: a step of at most 32, and its number. */
function stepRom({ schedules, stepBits }: LayerView): Unit {
  return unit('step_rom', schedules, {
    counted: { ff: stepBits, lutram: distributedRam(32, stepBits).lutram },
    lut: { one: 1 },
    ff: { one: 1 },
  });
}

/** A group: its element of x, and what its feeds report. */
function columnGroup({ sizes, formats, fifoDepth, feeds }: LayerView): Unit {
  const { groups, channels, dram } = sizes;
  const elements = channels * formats.vectorBits;
  return unit('column_group', groups, {
    counted: { ff: elements + 1 + fifoDepth + (dram ? 1 : 0), lut: feeds > 1 ? elements : 0 },
    lut: { reached: fifoDepth * Math.ceil((feeds - 1) / 5), feeds, one: 1 },
  });
}

/** The array: load bus, rounds over the groups, what the groups report. */
function array({ sizes, fifoDepth, loadBits }: LayerView): Unit {
  const { channels, groups, spread, dram, elemLanes } = sizes;
  return unit('array', 1, {
    counted: { ff: loadBits + 29 + (spread > 1 ? 2 * clog2(spread) : 0) * 1 + fifoDepth + (dram ? 3 : 0) },
    lut: {
      writes: channels * elemLanes,
      channels,
      channelsOfGroups: channels * (groups - 1),
      reached: fifoDepth * Math.ceil((groups - 1) / 5),
      spread: spread > 1 ? 1 : 0,
      one: 1,
    },
  });
}

/** Sums of the groups: a multiplexer over the phases, a register, and a tree of adders. */
export function gatherUnits(
  voices: number,
  {
    groups,
    lanes,
    elemLanes,
    accBits,
    direct,
  }: Readonly<Record<'groups' | 'lanes' | 'elemLanes' | 'accBits', number>> & { direct: boolean },
): Unit[] {
  const phases = lanes / elemLanes;
  const rows = groups * elemLanes * accBits;
  return [
    unit('gather', voices, {
      counted: direct ? {} : { ff: Math.max(clog2(phases), 0) + rows, lut: rows * multiplexer(phases) },
    }),
    adderTree(voices * elemLanes, groups, accBits),
  ];
}

/** Tree of adders with a register behind each: a LUT a bit of the narrower operand. */
export function adderTree(instances: number, inputs: number, width: number): Unit {
  let [lut, ff] = [0, 0];
  for (let level = 1; inputs >> level >= 1; level++) {
    lut += (inputs >> level) * (width + level - 1);
    ff += (inputs >> level) * (width + level);
  }
  return unit('adder_tree', instances, { counted: { lut, ff } });
}

/** Buffer of a vector: `lanes` elements are written at a time, `read` of them read. */
function vecBuffer(
  { sizes, formats }: LayerView,
  instances: number,
  { lanes, read, words }: Readonly<Record<'lanes' | 'read' | 'words', number>>,
): Unit[] {
  const width = formats.vectorBits;
  const stored = Math.max(lanes, read);
  const collects = read > lanes ? clog2(read / lanes) + (read - lanes) * width : 0;
  const selects = lanes > read ? clog2(lanes / read) : 0;
  return [
    unit('vec_buffer', instances, {
      counted: { ff: clog2(words) + sizes.elementBits + read * width + 1 + collects + selects },
      lut: {
        selected: lanes > read ? read * width * multiplexer(lanes / read) : 0,
        places: clog2(words) + sizes.elementBits,
        one: 1,
      },
    }),
    ramUnit(instances, { words, bits: stored * width, block: inBlockRam(words, stored * width) }),
  ];
}

/** Units that issue columns. */
export function columnUnits(view: LayerView): Unit[] {
  return [columnIssuer(view), stepRom(view), columnGroup(view), array(view)];
}

/** Vectors x, y and m in the groups, frames that go out, and the sums of the groups. */
export function vectorUnits(view: LayerView): Unit[] {
  const { sizes, formats } = view;
  const { channels, groups, slice, projection, sliceOutWords, sliceCellWords, outBufferWords, elemLanes, beat } = sizes;
  const voices = channels * groups;
  const x = { words: 2 ** (sizes.slotBits + 1), bits: formats.vectorBits };
  return [
    ramUnit(voices, { ...x, block: inBlockRam(x.words, x.bits) }),
    ...vecBuffer(view, voices, { lanes: slice, read: 1, words: sliceOutWords }),
    ...(projection ? vecBuffer(view, voices, { lanes: slice, read: 1, words: sliceCellWords }) : []),
    ...vecBuffer(view, channels, { lanes: elemLanes, read: beat, words: outBufferWords }),
    ...gatherUnits(channels, { ...sizes, accBits: formats.accBits, direct: sizes.phases === 1 }),
  ];
}
