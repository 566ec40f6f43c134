import { EsegenError } from '../util/errors.ts';
import type { Access, Only, Register, RegisterField, RegisterKind } from './register.ts';

/** Bits of a register address: the file takes 4 KB. */
export const ADDRESS_BITS = 12;

/** "ESEG" */
export const ID = 0x45534547;

/** Version of the register map of a design: drivers of one major version work with all its minor ones. */
export function mapVersion({ network }: Pick<RegisterKind, 'network'>): {
  readonly major: number;
  readonly minor: number;
} {
  return { major: 1, minor: network ? 3 : 1 };
}

/** Values of STATUS.memory. */
export const MEMORY_STATUS = ['reading', 'silent', 'slave_error', 'decode_error'] as const;

function field(name: string, lsb: number, bits: number, access: Access, what: string): RegisterField {
  return { name, lsb, bits, access, what };
}

function word(name: string, access: Access, what: string): readonly RegisterField[] {
  return [field(name, 0, 32, access, what)];
}

/** A 64-bit counter: its two registers. */
function counter(name: string, offset: number, what: string, only?: Only): readonly Register[] {
  const some = only === undefined ? {} : { only };
  return [
    { name: `${name}_LO`, offset, ...some, what, fields: word('count', 'low', 'bits 31 to 0; read this half first') },
    {
      ...{ name: `${name}_HI`, offset: offset + 4, ...some, what: `${what}, upper half` },
      fields: word('count', 'high', 'bits 63 to 32, as they were when the lower half was read'),
    },
  ];
}

const IRQ_CAUSES = [
  ['frame', 'an output frame has left'],
  ['idle', 'the last frame has left and none waits'],
  ['error', 'a bit of ERRORS was set'],
  ['reset_done', 'a soft reset is complete'],
] as const;

/**
 * The register file: the one description from which RTL, C header, driver tests and documentation are made. Offsets of a
 * register never change within a major version.
 */
export const REGISTERS: readonly Register[] = [
  { name: 'ID', offset: 0x000, what: 'What this is', fields: word('magic', 'const', '"ESEG", 0x45534547') },
  {
    name: 'VERSION',
    offset: 0x004,
    what: 'Version of this register map',
    fields: [
      field('minor', 0, 16, 'const', 'rises with additions'),
      field('major', 16, 16, 'const', 'rises with changes that break drivers'),
    ],
  },
  {
    name: 'HASH_LO',
    offset: 0x008,
    what: 'Hash of the RTL and the config of the design, lower half',
    fields: word('hash', 'const', 'the C header of the same design has the same'),
  },
  {
    name: 'HASH_HI',
    offset: 0x00c,
    what: 'Hash of the design, upper half',
    fields: word('hash', 'const', 'see HASH_LO'),
  },
  {
    name: 'ARRAY',
    offset: 0x010,
    what: 'Sizes of the array',
    fields: [
      field('channels', 0, 8, 'const', 'voices (B)'),
      field('groups', 8, 8, 'const', 'column groups (G)'),
      field('lanes', 16, 8, 'const', 'lanes of a group (P)'),
      field('elem_lanes', 24, 8, 'const', 'lanes of ElemMul'),
    ],
  },
  {
    name: 'FORMAT',
    offset: 0x014,
    what: 'Widths',
    fields: [
      field('weight_bits', 0, 8, 'const', 'bits of a weight'),
      field('index_bits', 8, 8, 'const', 'bits of a relative row index'),
      field('vector_bits', 16, 8, 'const', 'bits of an element of x, y, m and c'),
      field('output_beat', 24, 8, 'const', 'elements of an output beat'),
    ],
  },
  {
    name: 'FEATURES',
    offset: 0x018,
    what: 'What the design has',
    fields: [
      field('dram', 0, 1, 'const', 'weights in external memory'),
      { ...field('projection', 1, 1, 'const', 'a projection'), only: 'layer' },
      field('peepholes', 2, 1, 'const', 'peepholes'),
      { ...field('network', 3, 1, 'const', 'it runs networks'), only: 'network' },
      { ...field('utterance', 4, 1, 'const', 'it runs by utterance'), only: 'network' },
      { ...field('states', 5, 1, 'const', 'a host can read and write states'), only: 'network' },
      { ...field('sequence', 6, 1, 'const', 'its sequence memory is in external memory'), only: 'network' },
      { ...field('input_beat', 8, 8, 'const', 'elements of an input beat'), only: 'network' },
      field('bus_bits', 16, 16, 'const', 'bits of the memory port; 0 without one'),
    ],
  },
  {
    name: 'INPUTS',
    offset: 0x01c,
    only: 'layer',
    what: 'Inputs',
    fields: word('count', 'const', 'elements of an input frame of the largest model'),
  },
  {
    name: 'CELLS',
    offset: 0x020,
    only: 'layer',
    what: 'Cells',
    fields: word('count', 'const', 'cells of the largest model'),
  },
  {
    name: 'OUTPUTS',
    offset: 0x024,
    only: 'layer',
    what: 'Outputs',
    fields: word('count', 'const', 'elements of an output frame of the largest model'),
  },
  {
    name: 'CONTROL',
    offset: 0x040,
    what: 'Start and stop',
    fields: [
      {
        ...field(
          'run',
          0,
          1,
          'rw',
          'take input frames. The first 1 after a reset starts the core; 0 pauses it at the end of an input frame. Soft reset clears it',
        ),
        cleared: true,
      },
      field('soft_reset', 1, 1, 'w1s', 'stop reading memory, reset the core and wait for the next run'),
    ],
  },
  {
    name: 'STATUS',
    offset: 0x044,
    what: 'State of the core',
    fields: [
      field('held', 0, 1, 'ro', 'in reset: not started since the last (soft) reset'),
      field('busy', 1, 1, 'ro', 'frames under way, or accumulators being cleared'),
      field('resetting', 2, 1, 'ro', 'a soft reset waits for the last answers of the memory'),
      field('dropping', 3, 1, 'ro', 'the rest of an input frame that a soft reset cut in two is awaited and dropped'),
      field('memory', 8, 2, 'ro', 'reading of weights: 0 reading, 1 memory silent, 2 slave error, 3 decode error'),
      {
        ...field('sequence', 10, 2, 'ro', 'sequence memory: 0 at work, 1 memory silent, 2 slave error, 3 decode error'),
        only: 'sequence',
      },
    ],
  },
  {
    name: 'ERRORS',
    offset: 0x048,
    what: 'What went wrong',
    fields: [
      field('frame', 0, 1, 'w1c', 'an input frame was dropped: wrong length, or no place in its batch'),
      field('memory_slave', 1, 1, 'w1c', 'the memory answered SLVERR; reading has stopped'),
      field('memory_decode', 2, 1, 'w1c', 'the memory answered DECERR; reading has stopped'),
      field('memory_silent', 3, 1, 'w1c', 'the memory did not answer in time; reading has stopped'),
      field(
        'not_drained',
        4,
        1,
        'w1c',
        'a soft reset gave up waiting for the memory: late answers can reach the next run, so reset the memory side too',
      ),
      field('image_magic', 5, 1, 'w1c', 'an image does not begin as one'),
      field('image_version', 6, 1, 'w1c', 'an image has a version that this hardware does not know'),
      field('image_design', 7, 1, 'w1c', 'an image was made for another design'),
      field('image_contents', 8, 1, 'w1c', 'an image does not fit: a length, a size or a section'),
      field('image_crc', 9, 1, 'w1c', 'an image is damaged, or not the one that was checked'),
      field(
        'image_order',
        10,
        1,
        'w1c',
        'a load without a check before it or of a running core, or data outside a pass',
      ),
      ...(
        [
          ['sequence_slave', 'answered SLVERR'],
          ['sequence_decode', 'answered DECERR'],
          ['sequence_silent', 'did not answer in time'],
        ] as const
      ).map(
        ([name, what], at): RegisterField => ({
          ...field(
            name,
            11 + at,
            1,
            'w1c',
            `the sequence memory ${what}; the utterance stands still until a soft reset`,
          ),
          only: 'sequence',
        }),
      ),
    ],
  },
  {
    name: 'IRQ_ENABLE',
    offset: 0x04c,
    what: 'Causes that raise irq',
    fields: IRQ_CAUSES.map(([name, what], lsb) => field(name, lsb, 1, 'rw', what)),
  },
  {
    name: 'IRQ_STATUS',
    offset: 0x050,
    what: 'Causes since they were cleared, enabled or not',
    fields: IRQ_CAUSES.map(([name, what], lsb) => field(name, lsb, 1, 'w1c', what)),
  },
  {
    name: 'BASE_LO',
    offset: 0x054,
    only: 'dram',
    what: 'Address of the weights in external memory, lower half; taken over when the core starts',
    fields: [field('address', 12, 20, 'rw', 'bits 31 to 12: the image lies at a multiple of 4,096')],
  },
  {
    name: 'BASE_HI',
    offset: 0x058,
    only: 'dram',
    what: 'Address of the weights, upper half',
    fields: word('address', 'rw', 'bits 63 to 32'),
  },
  {
    name: 'IMAGE',
    offset: 0x060,
    what: 'Load of another model',
    fields: [
      field('check', 0, 1, 'w1s', 'begin a pass that only checks'),
      field('load', 1, 1, 'w1s', 'begin a pass that writes the image that was checked last; the core must be held'),
      field('busy', 8, 1, 'ro', 'a pass is under way'),
      field('loading', 9, 1, 'ro', 'it writes'),
      field('checked', 10, 1, 'ro', 'the last pass was a check, and found no fault'),
      field('model_ok', 11, 1, 'ro', 'the memories hold a whole model; without it the core does not start'),
    ],
  },
  {
    name: 'IMAGE_DATA',
    offset: 0x064,
    what: 'Words of the image, in order',
    fields: word('word', 'push', 'the next word'),
  },
  {
    name: 'MODEL_INPUTS',
    offset: 0x068,
    only: 'layer',
    what: 'Inputs of the model that is loaded',
    fields: word('count', 'ro', 'elements of an input frame'),
  },
  {
    name: 'MODEL_CELLS',
    offset: 0x06c,
    only: 'layer',
    what: 'Cells of the model',
    fields: word('count', 'ro', 'cells of the layer'),
  },
  {
    name: 'MODEL_OUTPUTS',
    offset: 0x070,
    only: 'layer',
    what: 'Outputs of the model',
    fields: word('count', 'ro', 'elements of an output frame'),
  },
  {
    name: 'MODEL_WEIGHT_BYTES',
    offset: 0x074,
    only: 'dram',
    what: 'Length of the weights of the model',
    fields: word('count', 'ro', 'bytes in external memory'),
  },
  {
    name: 'MODEL_WEIGHT_CRC',
    offset: 0x078,
    only: 'dram',
    what: 'CRC-32 (as in zip) of the weights of the model',
    fields: word('value', 'ro', 'of all their bytes; the hardware does not check it, the C driver does'),
  },
  {
    name: 'FRAMES',
    offset: 0x080,
    what: 'Output frames sent since the start',
    fields: word('count', 'ro', 'modulo 2^32'),
  },
  ...counter('CYCLES', 0x084, 'Cycles since the start; they stand still while the core is held'),
  ...counter('MACS', 0x08c, 'Weights other than 0 that the lanes have multiplied, for all channels at once'),
  {
    name: 'FIFO_HIGH',
    offset: 0x094,
    what: 'Fill of the activation queues',
    fields: word('level', 'ro', 'most entries in any queue since the start'),
  },
  ...counter('WAITS', 0x098, 'Cycles in which a lane waited for a word from memory', 'dram'),
  {
    name: 'STATE',
    offset: 0x0a0,
    what: 'State of a voice, while the core is paused',
    fields: [
      field('clear', 0, 1, 'w1s', 'the next frame of the channel at the place starts an utterance: c and y are zero'),
      field(
        'resume',
        1,
        1,
        'w1s',
        'the next frame of the channel at the place goes on with c and y as they were written',
      ),
      field('idle', 8, 1, 'ro', 'the state can be reached; otherwise accesses change nothing'),
    ],
  },
  {
    name: 'STATE_PLACE',
    offset: 0x0a4,
    what: 'Place of an element: bits 15 to 0 element, 23 to 16 channel, 24 vector (0 c, 1 y); of a network 31 to 24 number of the state',
    fields: word('word', 'push', 'the place; begins a read'),
  },
  {
    name: 'STATE_WRITE',
    offset: 0x0a8,
    what: 'Writes an element, and goes on to the next',
    fields: word(
      'value',
      'push',
      'the element, in its lower bits. y is written from element 0 to its last one, in order',
    ),
  },
  {
    name: 'STATE_READ',
    offset: 0x0ac,
    what: 'The element at the place',
    fields: [
      field('value', 0, 16, 'ro', 'the element, sign-extended'),
      field('valid', 31, 1, 'ro', 'it has been read since the place was written'),
    ],
  },
  {
    name: 'MODEL_PORTS',
    offset: 0x0b0,
    only: 'network',
    what: 'Inputs and outputs of the model that is loaded',
    fields: [field('inputs', 0, 8, 'ro', 'number of inputs'), field('outputs', 8, 8, 'ro', 'number of outputs')],
  },
  {
    name: 'MODEL_STEPS',
    offset: 0x0b4,
    only: 'network',
    what: 'Length of an utterance',
    fields: word('count', 'ro', 'most steps of the input; 0 of a network that runs step by step'),
  },
  {
    name: 'PORT',
    offset: 0x0b8,
    only: 'network',
    what: 'Input or output that PORT_SHAPE tells of',
    fields: [field('number', 0, 4, 'rw', 'its number'), field('output', 4, 1, 'rw', '0 an input, 1 an output')],
  },
  {
    name: 'PORT_SHAPE',
    offset: 0x0bc,
    only: 'network',
    what: 'What a frame of the port is in the model that is loaded',
    fields: [
      field('elements', 0, 24, 'ro', 'elements of a frame; 0: there is no such port'),
      field('frac', 24, 8, 'ro', 'fraction bits of an element, signed'),
    ],
  },
  {
    name: 'MODEL_STATES',
    offset: 0x0c0,
    only: 'network',
    what: 'States of the model that STATE_PLACE can name',
    fields: word('count', 'ro', 'number of states'),
  },
  {
    name: 'SEQUENCE_BASE_LO',
    offset: 0x0c4,
    only: 'sequence',
    what: 'Address of the sequence memory in external memory, lower half; taken over when the core starts',
    fields: [field('address', 12, 20, 'rw', 'bits 31 to 12: it lies at a multiple of 4,096')],
  },
  {
    name: 'SEQUENCE_BASE_HI',
    offset: 0x0c8,
    only: 'sequence',
    what: 'Address of the sequence memory, upper half',
    fields: word('address', 'rw', 'bits 63 to 32'),
  },
  {
    name: 'SEQUENCE_BYTES',
    offset: 0x0cc,
    only: 'sequence',
    what: 'Length of the sequence memory',
    fields: word('count', 'const', 'bytes; the core writes what it reads, so nothing need be in them'),
  },
];

/** Registers of a design, with the fields that it has. */
export function registersOf({ dram, network, sequence }: RegisterKind): readonly Register[] {
  const kinds: Readonly<Record<Only, boolean>> = { dram, layer: !network, network, sequence };
  const has = ({ only }: { readonly only?: Only }) => only === undefined || kinds[only];
  return REGISTERS.filter(has).map((register) => ({ ...register, fields: register.fields.filter(has) }));
}

/** Name of a field in the RTL, e.g. `control_run`. */
export function signalOf(register: Register, { name }: RegisterField): string {
  return `${register.name.toLowerCase()}_${name}`;
}

/**
 * Finds a register.
 *
 * @throws EsegenError where there is none of that name
 */
export function registerOf(name: string): Register {
  const found = REGISTERS.find((register) => register.name === name);
  if (found === undefined) throw new EsegenError(`register ${name}`, 'expected a name of the register map');
  return found;
}

/**
 * Bits of a field in its register.
 *
 * @throws EsegenError where there is none of that name
 */
export function maskOf(register: string, field: string): number {
  const found = registerOf(register).fields.find(({ name }) => name === field);
  if (found === undefined)
    throw new EsegenError(`register ${register}.${field}`, 'expected a name of the register map');
  return (2 ** found.bits - 1) * 2 ** found.lsb;
}
