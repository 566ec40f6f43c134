import { ADDRESS_BITS } from '../machine/network_sizes.ts';
import type { Field, WordFormat } from './field.ts';
import { type Counter, SEMAPHORES, type Stream } from './instruction.ts';
import { SLOT_FIELDS } from './slot_fields.ts';

/** Codes of `op` in the program memories. */
export const UNIT_OPS = { sync: 0, loop: 1, end: 2, halt: 3, work: 7 } as const;
export const COUNTERS: readonly Counter[] = ['t', 'p', 'q'];
export const LOOP_KINDS = { rounds: 0, axis: 1, endless: 2 } as const;
/** Where LOAD reads from and STORE writes to. */
export const UNIT_PLACES = { port: 0, sequence: 1, view: 2 } as const;

const field = (name: string, bits: number, meaning: string): Field => ({ name, bits, meaning });
const signed = (name: string, bits: number, meaning: string): Field => ({ name, bits, signed: true, meaning });

const OP = field('op', 3, '0 sync, 1 loop, 2 end, 3 halt, 7 work');
const TOKENS: readonly Field[] = ['wait0', 'wait1', 'post0', 'post1'].flatMap((name) => [
  field(
    name,
    4,
    name === 'wait0' ? `semaphore: ${SEMAPHORES.map((s, code) => `${code} ${s}`).join(', ')}` : 'semaphore',
  ),
  field(`${name}Count`, 4, 'tokens; 0: none'),
]);
const TILE: readonly Field[] = [
  field('tileBase', 1, 'tile = (tileBase + tileT·t + tileP·p + tileQ·q) mod 2'),
  field('tileT', 1, ''),
  field('tileP', 1, ''),
  field('tileQ', 1, ''),
];

/** Place of a frame, position and slot; group addresses and strides, modulo 2^18. */
function place(prefix: string): readonly Field[] {
  return [
    field(`${prefix}Base`, ADDRESS_BITS, 'group address of the vector, and of the first element in its frame'),
    field(`${prefix}SlotBits`, 4, 'log2 of its slots'),
    field(`${prefix}SlotWords`, ADDRESS_BITS, 'addresses of a frame'),
    field(`${prefix}SlotT`, 6, 'slot = slotT·t + slotP·p + slotOffset, mod the slots'),
    field(`${prefix}SlotP`, 1, ''),
    field(`${prefix}SlotOffset`, 8, 'mod 256'),
    field(`${prefix}PStride`, ADDRESS_BITS, 'addresses from position to position'),
    field(`${prefix}QStride`, ADDRESS_BITS, ''),
    field(`${prefix}Replicated`, 1, 'every group has all elements'),
  ];
}
const RUNS: readonly Field[] = [
  field('rows', 9, 'runs of a frame'),
  field('rowStride', ADDRESS_BITS, 'addresses from run to run'),
  field('run', 18, 'elements of a run'),
];
const PLACE: readonly Field[] = [
  field('place', 2, '0 port, 1 sequence, 2 view'),
  field('port', 4, 'number of the input or output'),
];
const STEP: readonly Field[] = [
  field('sequenceBase', 24, 'first word of the sequence, or line'),
  field('sequenceWords', 18, 'words of its frames, or lines'),
  field('axis', 4, 'axis of its steps'),
  field('stepT', 6, 'step = stepT·t + stepP·p + stepOffset'),
  field('stepP', 1, ''),
  signed('stepOffset', 12, ''),
  field('backward', 1, 'counted from the last step'),
];

/** What the words of all units begin with, and all of a sync, end or halt. */
export const SYNC_WORD: WordFormat = {
  name: 'sync, end, halt',
  meaning: 'what all words begin with; work is done between its waits and its posts',
  fields: [OP, ...TOKENS],
};

/** Loop instructions of all units; sync, end and halt are work words without work. */
export const LOOP_WORD: WordFormat = {
  name: 'loop',
  meaning: 'repeats what stands before its end',
  fields: [
    OP,
    field('counter', 2, COUNTERS.map((name, code) => `${code} ${name}`).join(', ')),
    field('loopKind', 2, '0 rounds, 1 steps of an axis, 2 endless'),
    field('rounds', 16, 'rounds, at least 1, or an axis'),
  ],
};

/** Words of the program of the weight reader: the loops of MAC, and for every work the beats of its segment. */
const TURN = field(
  'turn',
  2,
  '0 always, 1 ahead, if its frames are loaded, 2 if the last one ahead was done, 3 if not',
);

export const READER_WORD: WordFormat = {
  name: 'reader',
  meaning: 'a segment from external memory',
  fields: [OP, ...TOKENS, field('firstBeat', 24, 'first beat in the image'), field('beats', 24, '')],
};

/** Words of the program that reads sequences in external memory: loops of LOAD, its waits for frames that are written, and the frames. */
export const RECALL_WORD: WordFormat = {
  name: 'recall',
  meaning: 'a frame of a sequence from external memory; none where the sequence has no such step',
  fields: [OP, ...TOKENS, ...STEP],
};

/** Words of the four program memories, least significant field first: what a unit needs stands in the word itself. */
export const UNIT_WORDS: Readonly<Record<Stream, WordFormat>> = {
  load: {
    name: 'load',
    meaning: 'a frame of an input or a sequence to VMEM; zeros where the sequence has no such step',
    fields: [OP, ...TOKENS, ...PLACE, ...STEP, ...RUNS, ...place('dest')],
  },
  store: {
    name: 'store',
    meaning: 'a frame of VMEM to an output, a sequence or another place in VMEM',
    fields: [
      ...[OP, ...TOKENS, ...PLACE],
      field('last', 1, 'ends a frame of the output'),
      field(
        'blockBits',
        3,
        'log2 of the elements of a block, of which the spectrum goes to the view; 0: the elements go as they are',
      ),
      TURN,
      ...[...STEP, ...RUNS, ...place('source'), ...place('dest')],
    ],
  },
  mac: {
    name: 'mac',
    meaning: 'adds a segment times (elements << align) to a tile',
    fields: [
      ...[OP, ...TOKENS, ...TILE],
      field('align', 4, 'left shift of the elements'),
      field('blockBits', 3, 'log2 of the block of a spectral segment, of which columns are pairs of elements; 0: none'),
      field('periodBits', 2, 'log2 of the rows of a cell, of a spectral segment'),
      field('rowMask', 4, 'which of the rows of a cell have words, of a spectral segment'),
      field('quarters', 2, 'quarters of a round that its rows fill, turned against each other; 0: whole rounds'),
      field('previous', 1, "reads the step before: zeros in a voice's first step"),
      field('chain', 2, 'columns follow the progress of 0 nothing, 1 CELL (`ready`), 2 STORE (`copied`)'),
      TURN,
      field('taps', 6, 'frames of a window over time'),
      field('slotStep', 4, 'slots from tap to tap'),
      field('rows', 9, 'runs of a frame'),
      field('rowStride', ADDRESS_BITS, 'addresses from run to run'),
      field('run', 16, 'columns of a group in a run'),
      ...place('source'),
      field('pointerBase', 20, 'first word count'),
      field('wordBase', 20, 'first word'),
    ],
  },
  cell: {
    name: 'cell',
    meaning: 'drains a tile through a slot program',
    fields: [
      ...[OP, ...TOKENS, ...TILE, ...SLOT_FIELDS],
      field('paramBase', ADDRESS_BITS, 'first word of the parameters'),
      field('cells', 16, 'cells, or rows of an affine layer'),
      field('hasState', 1, 'reads a state'),
      field('blockBits', 3, 'log2 of the cells of a block, whose rows are a spectrum; 0: none'),
      field('kindsTurned', 1, 'rows of a cell are turned against each other'),
      field('drop', 5, 'right shift of a sum before its inverse transform'),
      ...place('state'),
      ...place('dest'),
    ],
  },
};
