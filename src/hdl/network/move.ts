import { memoryPath } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { beatTile, queueTile, VMEM_TILE } from '../../machine/sizes.ts';
import { wordBits } from '../../program/field.ts';
import { SEMAPHORES } from '../../program/instruction.ts';
import { AXIS_BITS } from '../../program/network/axes.ts';
import { UNIT_PLACES, UNIT_WORDS } from '../../program/unit_words.ts';
import { clog2 } from '../../util/fixed.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { wordLoad } from './load.ts';
import { loadPort } from './stream_sequencer.ts';
import { PLACE_BITS } from './view_address.ts';
import { partBits, selectBits } from './vmem.ts';
import { fieldStart, fieldViews } from './word_fields.ts';

/** Bits of a channel number, as the streams have them. */
function destBits({ channels }: NetworkSizes): number {
  return Math.max(clog2(channels), 1);
}

/** Bits of the number of an element in a word. */
function elemBits({ elemLanes }: NetworkSizes): number {
  return Math.max(clog2(elemLanes), 1);
}

/** Bits of the number of a beat in a word. */
function partsBits(elems: number, beat: number): number {
  return Math.max(clog2(elems / beat), 1);
}

/** Bits of a word's elements of which one register says, and of what comes with them, where they come from. */
const LOAD_BITS = 400;

/** Bits of a word where a place begins at a field. */
function placeSlice(stream: 'load' | 'store', base: string): string {
  const low = fieldStart(UNIT_WORDS[stream], base);
  return `${low + PLACE_BITS - 1}:${low}`;
}

const STEP_FIELDS = ['sequenceBase', 'sequenceWords', 'axis', 'stepT', 'stepP', 'stepOffset', 'backward'];
const RUN_FIELDS = ['rows', 'rowStride', 'run'];

/** Words of a frame in VMEM. */
export function wordWalk(sizes: NetworkSizes, name: string): ModulePlan {
  const { elemLanes: elems, slice, spread } = sizes;
  const values = { name, elems, slice, spread, selectBits: selectBits(sizes), elemBits: elemBits(sizes) };
  return { block: 'network/word_walk', file: 'word_walk', values };
}

/** Address of a frame in the sequence memory. */
export function sequenceAddress(_sizes: NetworkSizes, name: string): ModulePlan {
  return { block: 'network/sequence_address', file: 'sequence_address', values: { name } };
}

/** Short queue; its width is set where it stands. */
export function wordQueue({ elemLanes, vectorBits }: NetworkSizes, name: string): ModulePlan {
  const [width, tile] = [elemLanes * vectorBits, queueTile(16)];
  return { block: 'network/word_queue', file: 'word_queue', values: { name, width, tile, tiled: width > tile } };
}

/** Steps of the axes. */
export function axisCounters(sizes: NetworkSizes, name: string): ModulePlan {
  const { axes } = sizes;
  const values = {
    ...loadPort(sizes, 'axes'),
    name,
    axes,
    file: memoryPath(name, 'axes.mem'),
    width: AXIS_BITS,
    last: lit(5, axes - 1),
    ...{ tail: axes + 2, tailWidth: axes + 3, tailBefore: axes + 1 },
  };
  return { block: 'network/axis_counters', file: 'axis_counters', values };
}

/** Input stream. */
export function framePort(sizes: NetworkSizes, name: string): ModulePlan {
  const { channels, elemLanes: elems, vectorBits: width, inputBeat: beat, utterance } = sizes;
  const bits = { destWidth: destBits(sizes), elemBits: elemBits(sizes), beatBits: partsBits(elems, beat) };
  const values = {
    name,
    channels,
    single: channels === 1,
    elems,
    beat,
    beats: elems > beat,
    width,
    utterance,
    ...bits,
  };
  return { block: 'network/frame_port', file: 'frame_port', values };
}

/** Frames into VMEM. */
export function loadUnit(sizes: NetworkSizes, name: string): ModulePlan {
  const { channels, elemLanes: elems, vectorBits: width, inputBeat: beat, axes, utterance, sequenceWords } = sizes;
  const sequences = sequenceWords > 0;
  const fields = [...(sequences ? ['place', ...STEP_FIELDS] : []), ...(utterance ? [] : ['port'])];
  return {
    block: 'network/load_unit',
    file: 'load_unit',
    values: {
      ...{ name, channels, elems, beat, width, axes, utterance, sequences },
      ...{ destWidth: destBits(sizes), elemBits: elemBits(sizes), selectBits: selectBits(sizes) },
      ...{ tile: VMEM_TILE, tiled: elems * width > LOAD_BITS },
      loadMsb: wordLoad(sizes).bits - 1,
      file: memoryPath(name, 'load.mem'),
      axesFile: memoryPath(name, 'axes.mem'),
      workWidth: wordBits(UNIT_WORDS.load),
      fields: fieldViews(UNIT_WORDS.load, [...fields, ...RUN_FIELDS, 'destReplicated']),
      destSlice: placeSlice('load', 'destBase'),
      placePort: lit(2, UNIT_PLACES.port),
    },
  };
}

/** Frames out of VMEM. */
export function storeUnit(sizes: NetworkSizes, name: string): ModulePlan {
  const { channels, groups, elemLanes: elems, vectorBits: width, beat, axes, sequenceWords, blocks } = sizes;
  const sequences = sequenceWords > 0;
  const fields = ['place', 'port', 'last', ...(sequences ? STEP_FIELDS : []), ...RUN_FIELDS];
  return {
    block: 'network/store_unit',
    file: 'store_unit',
    values: {
      ...{ name, channels, single: channels === 1, elems, beat, width, axes, sequences },
      ...{
        destWidth: destBits(sizes),
        elemBits: elemBits(sizes),
        selectBits: selectBits(sizes),
        partBits: partBits(sizes),
      },
      loadMsb: wordLoad(sizes).bits - 1,
      file: memoryPath(name, 'store.mem'),
      workWidth: wordBits(UNIT_WORDS.store),
      fields: fieldViews(UNIT_WORDS.store, [
        ...fields,
        ...(blocks.length > 0 ? ['blockBits'] : []),
        'sourceReplicated',
        'destReplicated',
      ]),
      sourceSlice: placeSlice('store', 'sourceBase'),
      destSlice: placeSlice('store', 'destBase'),
      copied: lit(4, SEMAPHORES.indexOf('copied')),
      placePort: lit(2, UNIT_PLACES.port),
      placeView: lit(2, UNIT_PLACES.view),
      lastChannel: lit(destBits(sizes), channels - 1),
      lastPart: lit(partBits(sizes), Math.min(groups, elems) - 1),
      ...{ blocks: blocks.length > 0, several: blocks.length > 1 },
      beats: elems > beat,
      beatBits: partsBits(elems, beat),
      beatTile: beatTile(width),
    },
  };
}
