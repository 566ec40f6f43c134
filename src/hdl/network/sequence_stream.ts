import { memoryPath } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { lineBytes, type SequenceStream, WRITES_OUTSTANDING, waitingLines } from '../../machine/sequence_stream.ts';
import { wordBits } from '../../program/field.ts';
import { RECALL_WORD } from '../../program/unit_words.ts';
import { clog2 } from '../../util/fixed.ts';
import type { ModulePlan } from '../module_plan.ts';
import { loadPort, sequencerPlan } from './stream_sequencer.ts';
import { fieldViews } from './word_fields.ts';

function streamOf({ sequenceStream }: NetworkSizes): SequenceStream {
  if (sequenceStream === null) throw new Error('a design with its sequence memory on chip has no port for it');
  return sequenceStream;
}

/** What the blocks between LOAD, STORE and external memory print of its lines. */
function lineView(sizes: NetworkSizes) {
  const stream = streamOf(sizes);
  const { busBits, wordSlot, lineWords, lineBeats, burstLines, aheadLines } = stream;
  const wordWidth = sizes.elemLanes * sizes.vectorBits;
  return {
    ...{ busBits, wordSlot, lineWords, lineBeats, burstLines, aheadLines, wordWidth },
    severalWords: lineWords > 1,
    severalBeats: lineBeats > 1,
    padded: wordSlot > wordWidth,
    lineSize: clog2(lineBytes(stream)),
  };
}

/** Words of STORE to external memory. */
export function sequenceWriter(sizes: NetworkSizes, name: string): ModulePlan {
  const stream = streamOf(sizes);
  const values = { ...lineView(sizes), name, waitingLines: waitingLines(stream), outstanding: WRITES_OUTSTANDING };
  return { block: 'network/sequence_writer', file: 'sequence_writer', values };
}

/** Frames of sequences from external memory, ahead of LOAD. */
export function sequenceReader(sizes: NetworkSizes, name: string): ModulePlan {
  const fields = ['sequenceBase', 'sequenceWords', 'axis', 'stepT', 'stepP', 'stepOffset', 'backward'];
  return {
    block: 'network/sequence_reader',
    file: 'sequence_reader',
    values: {
      ...lineView(sizes),
      ...{ name, axes: sizes.axes, programWidth: wordBits(RECALL_WORD), file: memoryPath(name, 'recall.mem') },
      loadMsb: loadPort(sizes, 'recall').loadMsb,
      fieldsOf: 'work_word',
      fields: fieldViews(RECALL_WORD, fields),
    },
  };
}

/** Its sequencer: it waits for frames that are written. */
export function recallSequencer(sizes: NetworkSizes, name: string): ModulePlan {
  const { programDepth: depth } = streamOf(sizes);
  const spec = {
    stream: 'recall',
    format: RECALL_WORD,
    depth,
    tiles: false,
    chains: false,
    followed: [],
    ahead: null,
  } as const;
  return sequencerPlan(sizes, name, { ...spec, semaphores: ['stored'] });
}

/** Runs of lines. */
export function sequenceFetch(sizes: NetworkSizes, name: string): ModulePlan {
  return { block: 'network/sequence_fetch', file: 'sequence_fetch', values: { ...lineView(sizes), name } };
}

/** Lines on their way to LOAD. */
export function sequenceBuffer(sizes: NetworkSizes, name: string): ModulePlan {
  return { block: 'network/sequence_buffer', file: 'sequence_buffer', values: { ...lineView(sizes), name } };
}
