import { z } from 'zod';
import { BLOCKS } from '../model/blocks.ts';
import { expected, integer } from '../util/schema.ts';
import { CHAINS, type Instruction, SEMAPHORES, type Streams, TURNS } from './instruction.ts';
import type {
  Parameters,
  Program,
  ProgramPort,
  ProgramState,
  Segment,
  Sequence,
  TimeAxis,
  Vector,
  View,
} from './program.ts';
import type { SlotProgram } from './slot_program.ts';
import { decodeArray } from './typed_array.ts';

const count = z
  .int()
  .min(0)
  .max(2 ** 40);
const size = z
  .int()
  .min(1)
  .max(2 ** 24);
const name = z.string().max(1000);
const fraction = z.int().min(-64).max(64);
const bits = z.int().min(1).max(64);
const fixed = z.strictObject({ bits, frac: fraction });

/** An array of integers or doubles, as `encodeArray` prints it. */
function array<T>(kind: 'int16' | 'int32' | 'float64', check: (value: unknown) => value is T) {
  const error = expected(`an array of ${kind} in base64`);
  return z.string({ error }).transform((text, context): T => {
    const value = decodeArray(kind, text);
    if (check(value)) return value;
    context.addIssue({ code: 'custom', message: error({ input: text }) });
    return z.NEVER;
  });
}
const int16 = array('int16', (value) => value instanceof Int16Array);
const int32 = array('int32', (value) => value instanceof Int32Array);
const float64 = array('float64', (value) => value instanceof Float64Array);

const window = z.strictObject({
  kernel: integer(1, 255),
  stride: integer(1, 63),
  dilation: integer(1, 15),
  before: integer(0, 255),
  after: integer(0, 255),
});

const machine = z.strictObject({
  ...{ channels: size, groups: size, lanes: size, elemLanes: size },
  ...{ vectorBits: bits, weightBits: bits, indexBits: count, tileRows: size, maxSteps: size },
});

const port: z.ZodType<ProgramPort> = z.strictObject({
  ...{ name, elements: size, format: fixed, axis: count },
  order: int32.nullable(),
});

const axis: z.ZodType<TimeAxis> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('input') }),
  z.strictObject({ kind: z.literal('once') }),
  z.strictObject({ kind: z.literal('window'), of: count, window }),
]);

const vector: z.ZodType<Vector> = z.strictObject({
  ...{ name, role: z.enum(['input', 'output', 'state', 'inner']), base: count },
  ...{ slots: size, slotWords: size, replicated: z.boolean(), channels: size },
  positions: z.array(size).max(8),
  halo: z.array(z.tuple([count, count])).max(8),
  strides: z.array(count).max(8),
  origin: count,
  format: fixed,
  initial: int32.nullable(),
});

const signed = z
  .int()
  .min(-(2 ** 30))
  .max(2 ** 30);
const view: z.ZodType<View> = z.strictObject({
  vector: count,
  slot: z.strictObject({ t: count, p: count, offset: signed, step: count }),
  ...{ taps: size, offset: count, pStride: signed, qStride: signed, rows: size, rowStride: signed, run: size },
});

const sequence: z.ZodType<Sequence> = z.strictObject({ name, elements: size, axis: count, base: count });

/** Elements of a block whose spectrum is meant; null of none. */
const block = z
  .int()
  .refine((size) => BLOCKS.includes(size), { error: expected(`one of ${BLOCKS.join(', ')}`) })
  .nullable();

const segment: z.ZodType<Segment> = z.strictObject({
  ...{ name, rows: size, period: integer(1, 4), columns: size, values: int16, format: fixed },
  block,
  kindsTurned: z.boolean(),
  accumulator: z.strictObject({ bits, saturate: z.boolean() }),
});

const parameters: z.ZodType<Parameters> = z.strictObject({
  name,
  bias: float64,
  peepholes: z.strictObject({ i: int16, f: int16, o: int16 }).nullable(),
});

const gate = z.enum(['sigmoid', 'tanh', 'unitClip']);
const shift = z.int().min(-64).max(64);
const limit = z
  .int()
  .min(0)
  .max(2 ** 15)
  .nullable();
const rule = { zShift: shift, zClip: limit, gate };
const slotProgram: z.ZodType<SlotProgram> = z.discriminatedUnion('kind', [
  z.strictObject({
    ...{ kind: z.literal('lstm'), ...rule, peepShift: z.int().min(0).max(31).nullable() },
    ...{ c: fixed, cellClip: limit, m: fixed },
  }),
  z.strictObject({
    ...{ kind: z.literal('gruAfter'), ...rule, hidden: fixed, hiddenShift: shift, sumFrac: fraction, h: fixed },
  }),
  z.strictObject({ kind: z.literal('gruReset'), ...rule, h: fixed }),
  z.strictObject({ kind: z.literal('gruBefore'), ...rule, h: fixed }),
  z.strictObject({
    ...{ kind: z.literal('affine'), shift, y: fixed },
    activation: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({ kind: z.literal('clip'), low: signed, high: signed }),
      z.strictObject({ kind: z.literal('leaky'), slope: signed }),
      z.strictObject({ kind: z.literal('table'), table: z.enum(['sigmoid', 'tanh']) }),
    ]),
  }),
]);

const state: z.ZodType<ProgramState> = z.strictObject({
  node: name,
  part: z.enum(['y', 'c', 'h', 'yf', 'hf']),
  vector: count,
});

const tokens = z.array(z.strictObject({ semaphore: z.enum(SEMAPHORES), count: integer(1, 15) })).max(2);
const synchronized = { waits: tokens, posts: tokens };
const counter = z.enum(['t', 'p', 'q']);
const control = [
  z.strictObject({
    op: z.literal('loop'),
    counter,
    rounds: z.union([z.int().min(1).max(65_535), z.strictObject({ axis: count })]),
  }),
  z.strictObject({ op: z.literal('end') }),
  z.strictObject({ op: z.literal('sync'), ...synchronized }),
] as const;
const step = z.strictObject({ t: count, p: count, offset: signed, backward: z.boolean() });
const tile = z.strictObject({ base: count, t: count, p: count, q: count });
const inSequence = z.strictObject({ sequence: count, step });

const turn = z.enum(TURNS);

const load = z.strictObject({
  ...{ op: z.literal('load'), ...synchronized },
  from: z.union([z.strictObject({ input: count }), inSequence]),
  to: count,
});
const store = z.strictObject({
  ...{ op: z.literal('store'), ...synchronized },
  from: count,
  to: z.union([z.strictObject({ output: count }), inSequence, z.strictObject({ view: count, block, turn })]),
});
const mac = z.strictObject({
  ...{ op: z.literal('mac'), ...synchronized, segment: count, source: count, previous: z.boolean() },
  ...{ tile, align: integer(0, 15), chain: z.enum(CHAINS), turn },
});
const cell = z.strictObject({
  ...{ op: z.literal('cell'), ...synchronized, slotProgram: count, parameters: count },
  ...{ tile, cells: size, state: count.nullable(), to: count, block, kindsTurned: z.boolean(), drop: integer(0, 31) },
});

function stream<T extends z.ZodType<Instruction>>(work: T) {
  return z.array(z.union([work, ...control])).max(65_536);
}
const streams: z.ZodType<Streams> = z.strictObject({
  ...{ load: stream(load), mac: stream(mac), cell: stream(cell), store: stream(store) },
});

/** Schema of a program in JSON, as `printProgram` writes it. */
export const programSchema: z.ZodType<Program> = z.strictObject({
  machine,
  mode: z.enum(['streaming', 'utterance']),
  inputs: z.array(port).min(1).max(64),
  outputs: z.array(port).min(1).max(64),
  axes: z.array(axis).min(2).max(256),
  ...{ vectors: z.array(vector), views: z.array(view), sequences: z.array(sequence) },
  ...{
    segments: z.array(segment),
    weights: count,
    parameters: z.array(parameters),
    slotPrograms: z.array(slotProgram),
  },
  states: z.array(state),
  tables: z.strictObject({ sigmoidRange: integer(1, 16), tanhRange: integer(1, 16), sigmoid: int16, tanh: int16 }),
  streams,
});
