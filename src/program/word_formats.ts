import type { Field, WordFormat } from './field.ts';
import { SEMAPHORES } from './instruction.ts';

/** Codes of what a word does; a code means the same in all streams. */
export const OPS = ['sync', 'loop', 'end', 'load', 'store', 'mac', 'cell'] as const;
export const COUNTERS = ['t', 'p', 'q'] as const;
export const SLOT_KINDS = ['lstm', 'gruAfter', 'gruReset', 'gruBefore', 'affine'] as const;
export const GATES_OF_SLOT = ['sigmoid', 'tanh', 'unitClip'] as const;
export const ACTIVATIONS = ['none', 'clip', 'leaky', 'sigmoid', 'tanh'] as const;
export const AXIS_KINDS = ['input', 'once', 'window'] as const;
/** Where a LOAD reads from or a STORE writes to. */
export const PLACES = ['port', 'sequence', 'view'] as const;

const field = (name: string, bits: number, meaning: string): Field => ({ name, bits, meaning });
const signed = (name: string, bits: number, meaning: string): Field => ({ name, bits, signed: true, meaning });
const list = (names: readonly string[]) => names.map((name, code) => `${code} ${name}`).join(', ');

/** Number of a table's entry; all ones where there is none. */
export const NUMBER_BITS = 12;
export const NO_NUMBER = 2 ** NUMBER_BITS - 1;

const OP = field('op', 3, list(OPS));
const TOKENS: readonly Field[] = ['wait0', 'wait1', 'post0', 'post1'].flatMap((name) => [
  field(name, 4, name === 'wait0' ? `semaphore: ${list(SEMAPHORES)}` : 'semaphore'),
  field(`${name}Count`, 4, name.startsWith('wait') ? 'tokens to take; 0: no wait' : 'tokens to add; 0: none'),
]);
const TILE: readonly Field[] = [
  field('tileBase', 1, 'tile = (tileBase + tileT·t + tileP·p + tileQ·q) mod 2'),
  field('tileT', 1, ''),
  field('tileP', 1, ''),
  field('tileQ', 1, ''),
];
const STEP: readonly Field[] = [
  field('place', 2, list(PLACES)),
  field('number', NUMBER_BITS, 'port, sequence or view'),
  field('stepT', 6, 'step of the sequence = stepT·t + stepP·p + stepOffset'),
  field('stepP', 1, ''),
  signed('stepOffset', 12, ''),
  field('backward', 1, 'counted from the last step'),
];

/**
 * The one table of fields: instructions by their op, and the tables that they refer to. Words are packed by it, their localparams
 * printed, and docs/program.md rendered.
 */
export const WORD_FORMATS = {
  sync: { name: 'sync', meaning: 'only waits and posts', fields: [OP, ...TOKENS] },
  loop: {
    name: 'loop',
    meaning: 'repeats what stands before its end',
    fields: [
      OP,
      field('counter', 2, list(COUNTERS)),
      field('byAxis', 1, 'rounds is an axis, whose steps are the rounds'),
      field('rounds', 16, 'rounds, at least 1, or an axis'),
    ],
  },
  end: { name: 'end', meaning: 'end of the innermost loop', fields: [OP] },
  load: {
    name: 'load',
    meaning: 'a frame of an input or a sequence to a view; zeros outside the sequence',
    fields: [OP, ...TOKENS, field('view', NUMBER_BITS, 'destination'), ...STEP],
  },
  store: {
    name: 'store',
    meaning: 'a frame of a view to an output, a sequence or another view',
    fields: [OP, ...TOKENS, field('view', NUMBER_BITS, 'source'), ...STEP],
  },
  mac: {
    name: 'mac',
    meaning: 'adds segment · (view << align) to a tile',
    fields: [
      ...[OP, ...TOKENS, field('segment', NUMBER_BITS, 'weights'), field('view', NUMBER_BITS, 'source'), ...TILE],
      field('align', 4, 'left shift of the source'),
      field('previous', 1, "reads the step before: the initial value in a voice's first step"),
      field('chain', 1, 'may follow the progress of what it waits for'),
    ],
  },
  cell: {
    name: 'cell',
    meaning: 'drains a tile through a slot program',
    fields: [
      ...[OP, ...TOKENS, field('slotProgram', NUMBER_BITS, 'what to do'), ...TILE],
      field('parameters', NUMBER_BITS, 'biases and peepholes'),
      field('cells', 13, 'cells, or rows of an affine layer'),
      field('state', NUMBER_BITS, 'view of the state; all ones: none'),
      field('view', NUMBER_BITS, 'destination'),
    ],
  },
  view: {
    name: 'view',
    meaning: 'addresses in a vector; see `View` in src/program/program.ts',
    fields: [
      field('vector', NUMBER_BITS, 'vector'),
      field('slotT', 6, 'slot = slotT·t + slotP·p + slotOffset + slotStep·tap, mod the slots of the vector'),
      field('slotP', 1, ''),
      signed('slotOffset', 8, ''),
      field('slotStep', 4, ''),
      field('taps', 6, 'frames'),
      field('offset', 18, 'first element in the frame'),
      field('pStride', 16, 'elements from position to position'),
      field('qStride', 16, ''),
      field('rows', 9, 'runs of a frame'),
      field('rowStride', 16, 'elements from run to run'),
      field('run', 16, 'elements of a run'),
    ],
  },
  vector: {
    name: 'vector',
    meaning: 'a region of the vector memory',
    fields: [
      field('base', 24, 'first word, in every group'),
      field('slotBits', 4, 'log2 of its slots'),
      field('slotWords', 18, 'words of a frame in a group'),
      field('replicated', 1, 'every group has all elements'),
    ],
  },
  sequence: {
    name: 'sequence',
    meaning: 'frames in the sequence memory',
    fields: [
      field('base', 40, 'first element'),
      field('elements', 18, 'elements of a frame'),
      field('axis', 8, 'axis of its steps'),
    ],
  },
  axis: {
    name: 'axis',
    meaning: 'a number of steps',
    fields: [
      field('kind', 2, list(AXIS_KINDS)),
      field('of', 8, 'axis that the window slides over'),
      field('kernel', 8, 'steps = ⌊(steps of `of` + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1'),
      field('stride', 6, ''),
      field('dilation', 4, ''),
      field('before', 8, ''),
      field('after', 8, ''),
    ],
  },
  segment: {
    name: 'segment',
    meaning: 'rows of a matrix',
    fields: [
      field('rows', 16, 'rows of the tile'),
      field('period', 3, 'rows of a cell'),
      field('columns', 17, 'columns, those of all groups'),
      field('accumulatorBits', 6, 'bits of an accumulator'),
      field('saturate', 1, 'it saturates after every addition'),
    ],
  },
  slot: {
    name: 'slot',
    meaning: 'what the cell unit does with the rows of a tile; what a kind does not have is 0',
    fields: [
      field('kind', 3, list(SLOT_KINDS)),
      signed('shift', 7, 'right shift of a sum to z, or to the output'),
      field('gate', 2, list(GATES_OF_SLOT)),
      field('activation', 3, list(ACTIVATIONS)),
      field('peepholes', 1, 'has peepholes'),
      field('peepShift', 5, 'left shift of the peephole products'),
      field('zClip', 16, 'limit of |z|; all ones: none'),
      signed('stateFrac', 7, 'fraction bits of c or h'),
      field('stateBits', 5, 'bits of c or h'),
      field('cellClip', 16, 'limit of |c|; all ones: none'),
      signed('outFrac', 7, 'fraction bits of m or y; of nh in a GRU'),
      field('outBits', 5, 'bits of m or y; of nh in a GRU'),
      signed('hiddenShift', 7, 'right shift of the sum nh'),
      signed('sumFrac', 7, 'fraction bits of the sums of a GRU'),
      signed('low', 16, 'lower limit, or the slope of a leaky ReLU'),
      signed('high', 16, 'upper limit'),
    ],
  },
} as const satisfies Readonly<Record<string, WordFormat>>;

export type WordKind = keyof typeof WORD_FORMATS;
