import { clog2 } from '../../util/fixed.ts';
import { inBlockRam } from '../ram_kind.ts';
import { vectorTileVoices } from '../voice_tiles.ts';
import type { LayerView } from './layer_view.ts';
import { multiplexer } from './multiplexer.ts';
import { ramUnit } from './ram.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** Issuer of columns: its place in the schedule, what is active of every voice. */
function columnIssuer({ sizes }: LayerView): Unit {
  const { groups, channels, elementBits, pointerBits, split, projection, dram } = sizes;
  return unit('column_issuer', groups, {
    counted: { ff: 10 + pointerBits + 3 * elementBits + (split ? 2 : 0) + (dram ? 4 : 0) + 5 * channels },
    lut: {
      elementBits,
      pointerBits,
      channels,
      sources: projection ? elementBits : 0,
      split: split ? 1 : 0,
      onChip: dram ? 0 : 1,
      one: 1,
    },
  });
}

/**
 * Schedule memory of an issuer, the sequencer and the reader of external memory: a step of at most 32 and the next one, of both the fields that the
 * unit has use for, and its number.
 */
function stepRoms({
  sizes: { groups, dram, pointerBits, addrBits, wordBits, elementBits, beatBits },
  stepBits,
}: LayerView): Unit[] {
  const rams = [{ words: 32, bits: stepBits }];
  const lut = { one: 1 };
  return [
    unit('step_rom', groups, {
      rams,
      counted: { ff: 2 * (pointerBits + elementBits + (dram ? 0 : addrBits)) },
      lut,
      ff: { issuer: 1 },
    }),
    unit('step_rom', 1, { rams, counted: { ff: 2 * (elementBits + wordBits) }, lut, ff: { sequencer: 1 } }),
    ...(dram ? [unit('step_rom', 1, { rams, counted: { ff: 4 * beatBits }, lut, ff: { reader: 1 } })] : []),
  ];
}

/** Feeds that share a register of `advance`, lanes that share what holds for a frame (templates). */
const TILE = 4;

/** A group: begin of its vectors, what its feeds report. */
function columnGroup({ sizes, queue, feeds }: LayerView): Unit[] {
  const { groups, dram, projection } = sizes;
  return [
    unit('column_group', groups, {
      counted: { ff: 5 + (projection ? 2 : 0) + queue + (dram ? 1 : 0) },
      lut: { reached: queue * Math.ceil((feeds - 1) / 5), feeds, one: 1 },
    }),
    registerCopies(groups * (1 + Math.ceil(feeds / TILE)), 1),
  ];
}

/** Elements of some voices of a group: x, and the aligner behind all of them. */
function vectorTile({ sizes, formats }: LayerView): Unit[] {
  const { groups, channels, projection } = sizes;
  const { vectorBits, actBits } = formats;
  const voices = vectorTileVoices(sizes, formats);
  const tiles = (groups * channels) / voices;
  const tile = unit('vector_tile', tiles, {
    counted: { ff: 13 + voices * (2 + vectorBits + actBits) },
    lut: {
      acts: voices * actBits,
      elements: voices * vectorBits,
      sources: projection ? voices * vectorBits : 0,
      one: 1,
    },
  });
  // Reading of m.
  return projection ? [tile, registerCopies(tiles, 1)] : [tile];
}

/** The array: load bus, rounds over the groups, what the groups report. */
function array({ sizes, queue, loadBits }: LayerView): Unit {
  const { channels, groups, spread, dram, projection, peepholes } = sizes;
  // What a frame begins with, twice.
  const frame = 2 * (10 + 2 * channels + (peepholes ? 5 : 0)) + 2 + (projection ? 7 : 0);
  const vectors = projection ? 2 : 1;
  const rounds = spread > 1 ? vectors * (1 + clog2(spread)) : 0;
  return unit('array', 1, {
    counted: { ff: loadBits + 56 + frame + rounds + queue + (dram ? 3 : 0) },
    lut: {
      channels,
      channelsOfGroups: channels * (groups - 1),
      reached: queue * Math.ceil((groups - 1) / 5),
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

/** Sizes of a vector: `lanes` elements are written at a time, `read` of them read. */
type VectorSizes = Readonly<Record<'lanes' | 'read' | 'words', number>>;

/** Buffer of a vector. */
function vecBuffer({ formats }: LayerView, instances: number, { lanes, read, words }: VectorSizes): Unit[] {
  const width = formats.vectorBits;
  const stored = Math.max(lanes, read);
  return [
    unit('vec_buffer', instances, {
      counted: { ff: read * width + Math.max(read - lanes, 0) * width + (lanes > read ? clog2(lanes / read) : 0) },
      lut: {
        selected: lanes > read ? read * width * multiplexer(lanes / read) : 0,
        one: 1,
      },
    }),
    ramUnit(instances, { words, bits: stored * width, block: inBlockRam(words, stored * width) }),
  ];
}

/** Place and count of the elements of a vector, for all voices. */
function vecFill({ sizes }: LayerView, instances: number, { lanes, read, words }: VectorSizes): Unit {
  const places = clog2(words) + sizes.elementBits;
  return unit('vec_fill', instances, {
    counted: { ff: places + 1 + (read > lanes ? clog2(read / lanes) : 0) },
    lut: { places, one: 1 },
  });
}

/** Units that issue columns. */
export function columnUnits(view: LayerView): Unit[] {
  return [columnIssuer(view), ...stepRoms(view), ...columnGroup(view), array(view)];
}

/** Vectors x, y and m in the groups, frames that go out, and the sums of the groups. */
export function vectorUnits(view: LayerView): Unit[] {
  const { sizes, formats } = view;
  const { channels, groups, slice, projection, sliceOutWords, sliceCellWords, outBufferWords, elemLanes, beat } = sizes;
  const voices = channels * groups;
  const x = { words: 2 ** (sizes.slotBits + 1), bits: formats.vectorBits };
  const y = { lanes: slice, read: 1, words: sliceOutWords };
  const m = { lanes: slice, read: 1, words: sliceCellWords };
  const out = { lanes: elemLanes, read: beat, words: outBufferWords };
  return [
    ...vectorTile(view),
    ramUnit(voices, { ...x, block: inBlockRam(x.words, x.bits) }),
    ...vecBuffer(view, voices, y),
    vecFill(view, groups, y),
    ...(projection ? [...vecBuffer(view, voices, m), vecFill(view, groups, m)] : []),
    ...vecBuffer(view, channels, out),
    vecFill(view, 1, out),
    ...gatherUnits(channels, { ...sizes, accBits: formats.accBits, direct: sizes.phases === 1 }),
  ];
}
