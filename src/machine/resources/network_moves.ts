import { clog2 } from '../../util/fixed.ts';
import { hasStates } from '../cell_pipeline.ts';
import { inBlockRam } from '../ram_kind.ts';
import { waitingLines } from '../sequence_stream.ts';
import { multiplexer } from './multiplexer.ts';
import type { NetworkView } from './network_view.ts';
import { ramUnit } from './ram.ts';
import { type Unit, unit } from './unit.ts';

/** Address of an element in a view: one of MAC, LOAD and STORE, in CELL one of the result and one of the state. */
function viewAddress({ sizes }: NetworkView): Unit {
  return unit('view_address', hasStates(sizes) ? 5 : 4, { lut: { one: 1 }, ff: { one: 1 } });
}

/** Queue of 16 words that come or go. */
function wordQueue(width: number): Unit {
  return unit('word_queue', 1, {
    counted: { ff: 19 },
    rams: [{ words: 16, bits: width }],
    lut: { one: 1 },
  });
}

/** Bits of a word of the program that reads sequences (docs/program.md). */
const RECALL_BITS = 101;

/** Sequence memory, and what reads and writes it: on chip one memory; in external memory two engines of a port. */
function sequenceUnits({ sizes }: NetworkView): Unit[] {
  const { sequenceWords, sequenceStream, elemLanes, vectorBits } = sizes;
  if (sequenceWords === 0) return [];
  const word = elemLanes * vectorBits;
  if (sequenceStream === null) {
    return [
      unit('sequence_address', 2, { lut: { one: 1 }, ff: { one: 1 } }),
      unit('sequence_memory', 1, { lut: { one: 1 }, ff: { word, one: 1 } }),
      ramUnit(1, { words: sequenceWords, bits: word, block: inBlockRam(sequenceWords, word) }),
    ];
  }
  const { busBits, wordSlot, lineWords, lineBeats, aheadLines, burstLines, programDepth } = sequenceStream;
  const waiting = waitingLines(sequenceStream);
  const several = clog2(lineWords);
  return [
    unit('sequence_address', 3, { lut: { one: 1 }, ff: { one: 1 } }),
    unit('sequence_reader', 1, { lut: { one: 1 }, ff: { one: 1 } }),
    unit('recall_sequencer', 1, {
      rams: [{ words: programDepth, bits: RECALL_BITS }],
      lut: { one: 1 },
      ff: { one: 1 },
    }),
    unit('sequence_fetch', 1, {
      lut: { ahead: clog2(aheadLines), one: 1 },
      ff: { ahead: clog2(aheadLines), one: 1 },
    }),
    unit('sequence_buffer', 1, {
      counted: { ff: busBits + word },
      lut: { chosen: lineWords > 1 ? word * multiplexer(lineWords) : 0, one: 1 },
      ff: { one: 1 },
    }),
    ramUnit(lineBeats, { words: aheadLines, bits: busBits, block: true }),
    wordQueue(word + 25),
    unit('sequence_writer', 1, {
      // Words of the lines that are sent, whether a line is the last, its first word, and bursts.
      rams: [
        { words: waiting, bits: word, count: lineWords },
        { words: waiting, bits: 1 },
        ...(several > 0 ? [{ words: waiting, bits: several }] : []),
        { words: 16, bits: 1, count: 2 },
      ],
      lut: { lineWords, line: lineWords * wordSlot, lineBeats: lineBeats > 1 ? busBits : 0, one: 1 },
      ff: { line: lineWords * wordSlot, lineBeats: lineBeats > 1 ? busBits : 0, burst: clog2(burstLines), one: 1 },
    }),
  ];
}

/** LOAD and STORE with their ports, walks over words, and what counts steps. */
export function networkMoveUnits(view: NetworkView): Unit[] {
  const { sizes, spectral } = view;
  const { channels, elemLanes, vectorBits, inputBeat, beat, utterance, axes, sequenceWords, groups, spread, slice } =
    sizes;
  const sequences = sequenceWords > 0 ? 1 : 0;
  const word = elemLanes * vectorBits;
  const dest = channels > 1 ? clog2(channels) : 0;
  const elements = clog2(elemLanes);
  return [
    unit('load_unit', 1, {
      lut: {
        voices: channels - 1,
        elements,
        word,
        utterance: utterance ? 1 : 0,
        axes: utterance ? axes : 0,
        sequences,
        one: 1,
      },
      ff: {
        voices: channels - 1,
        elements,
        word,
        utterance: utterance ? 1 : 0,
        axes: utterance ? axes : 0,
        sequences,
        one: 1,
      },
    }),
    unit('frame_port', 1, {
      lut: { voices: channels - 1, word, beats: clog2(elemLanes / inputBeat), utterance: utterance ? 1 : 0, one: 1 },
      ff: { voices: channels - 1, word, dest, utterance: utterance ? 1 : 0, one: 1 },
    }),
    unit('store_unit', 1, {
      counted: { lutram: 8 },
      lut: {
        voices: channels - 1,
        words: channels > 1 ? channels * word : 0,
        word,
        beats: clog2(elemLanes / beat),
        spectral: spectral ? 1 : 0,
        sequences,
        one: 1,
      },
      ff: {
        voices: channels - 1,
        words: (channels - 1) * word,
        word,
        elements,
        spectral: spectral ? 1 : 0,
        sequences,
        one: 1,
      },
    }),
    unit('word_walk', 3, {
      lut: { spread: clog2(spread), slice: clog2(slice), elements, groups: clog2(groups), one: 1 },
      ff: { spread: clog2(spread), elements, one: 1 },
    }),
    wordQueue(36 + Math.max(clog2(spread), 1) + elemLanes + channels + word),
    wordQueue(5 + Math.max(dest, 1) + Math.max(elements, 1) + word),
    viewAddress(view),
    ...(utterance
      ? [unit('axis_counters', 1, { counted: { lutram: 32 }, lut: { axes, one: 1 }, ff: { axes, one: 1 } })]
      : []),
    ...sequenceUnits(view),
  ];
}
