import { memoryPath } from '../../machine/names.ts';
import type { NetworkSizes, WeightStream } from '../../machine/network_sizes.ts';
import { weightWordBits } from '../../machine/word_format.ts';
import { wordBits } from '../../program/field.ts';
import { READER_WORD } from '../../program/unit_words.ts';
import { burstReader as burstReaderOf } from '../burst_reader.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';
import { rowAlign as rowAlignOf } from '../row_align.ts';
import { wordLoad } from './load.ts';
import { sequencerPlan } from './stream_sequencer.ts';
import { fieldViews } from './word_fields.ts';

function externalOf({ external }: NetworkSizes): WeightStream {
  if (external === null) throw new Error('a design with its weights on chip has no reader');
  return external;
}

/** Read master with its program. */
export function weightReader(sizes: NetworkSizes, name: string): ModulePlan {
  const external = externalOf(sizes);
  return {
    block: 'network/weight_reader',
    file: 'weight_reader',
    values: {
      busBits: external.busBits,
      rowWidth: external.rowStreamBits,
      beatWidth: external.beatBits,
      wordWidth: wordBits(READER_WORD),
      axes: sizes.axes,
      utterance: sizes.utterance,
      file: memoryPath(name, 'reader.mem'),
      loadMsb: wordLoad(sizes).bits - 1,
      fieldsOf: 'work_word',
      fields: fieldViews(READER_WORD, ['firstBeat', 'beats']),
    },
  };
}

/** Read master of runs of beats. */
export function burstReader(sizes: NetworkSizes): ModulePlan {
  return burstReaderOf(externalOf(sizes));
}

/** Its sequencer, which waits for no semaphore. */
export function readerSequencer(sizes: NetworkSizes, name: string): ModulePlan {
  return sequencerPlan(sizes, name, {
    stream: 'reader',
    format: READER_WORD,
    depth: externalOf(sizes).programDepth,
    semaphores: [],
    tiles: false,
    chains: false,
    followed: [],
    ahead: null,
  });
}

/** Beats into rows. */
export function rowAlign(sizes: NetworkSizes): ModulePlan {
  return rowAlignOf(externalOf(sizes));
}

/** Words of a lane from external memory. */
export function wordBuffer(sizes: NetworkSizes): ModulePlan {
  const { bufferDepth, bufferLimit } = externalOf(sizes);
  return modulePlan('word_buffer', { width: weightWordBits(sizes), depth: bufferDepth, limit: bufferLimit });
}
