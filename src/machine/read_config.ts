import { z } from 'zod';
import { expected, integer, parseWith, section } from '../util/schema.ts';
import { type Config, ENCODINGS, MATRICES, type Matrix, ROOM_FEATURES } from './config.ts';
import { MAX_STEPS } from './machine.ts';
import { moduleEnd, VERILOG_KEYWORDS } from './names.ts';
import { nearestArray } from './nearest_array.ts';

function powerOfTwo(high: number, highName = String(high), low = 1) {
  const error = expected(`a power of two from ${low} to ${highName}`);
  const isPower = (value: number) => Number.isInteger(Math.log2(value)) && value >= low && value <= high;
  return z.number({ error }).refine(isPower, { error });
}

function share() {
  const error = expected('a number from 0 to 1');
  return z.number({ error }).min(0, { error }).max(1, { error });
}

function nameSchema() {
  const error = expected('a lower-case Verilog identifier of at most 40 characters');
  return z
    .string({ error })
    .regex(/^[a-z][a-z0-9_]{0,39}$/, { error })
    .refine((name) => !VERILOG_KEYWORDS.has(name), {
      error: expected('a name that is not a reserved word of Verilog'),
    })
    .refine((name) => moduleEnd(name) === null, {
      error: (issue) => {
        const end = moduleEnd(String(issue.input));
        return expected(`a name that does not end in "${end}", as modules of designs do`)(issue);
      },
    });
}

/** A number stands for all sub-matrices; an object gives them one by one, `default` the rest. */
function densitySchema() {
  const error = expected('a number from 0 to 1, or an object of them by sub-matrix');
  const byMatrix = z.strictObject(
    {
      ...Object.fromEntries(MATRICES.map((matrix) => [matrix, share().optional()])),
      default: share().default(1),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? error(issue) : undefined) },
  );
  const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1;
  return z
    .preprocess((value) => (isShare(value) ? { default: value } : value), byMatrix)
    .transform((given: Readonly<Record<string, number | undefined>>) => {
      const rest = given.default!;
      const all = MATRICES.map((matrix) => [matrix, given[matrix] ?? rest]);
      return Object.fromEntries(all) as Record<Matrix, number>;
    });
}

/** Settings by layer. */
function layersSchema() {
  const name = expected('a layer name of lower-case letters, digits and underscores');
  const byName = z.record(
    z.string().regex(/^[a-z][a-z0-9_]*$/, { error: name }),
    z.strictObject(
      {
        weightBits: integer(4, 16).optional(),
        density: share().optional(),
        block: powerOfTwo(64, '64', 2).optional(),
      },
      section('settings of a layer'),
    ),
    section('settings by layer name'),
  );
  // A record leaves this name out without a word.
  const isPlain = (given: unknown) => typeof given !== 'object' || given === null || !Object.hasOwn(given, '__proto__');
  return z
    .unknown()
    .refine(isPlain, {
      error: () => 'expected layer names of lower-case letters, digits and underscores, got "__proto__"',
    })
    .pipe(byName)
    .optional();
}

/** Multipliers of the largest array: more than the largest supported device has DSP blocks for. */
const MAX_MULTIPLIERS = 2048;
const DEFAULT_ELEM_LANES = 4;
const WIDEST_BEAT = 8;
const ACCUMULATOR_BITS = '"exact" or an integer from 12 to 48';
const CLOCK = 'a number from 1 to 1000';
const PART = 'a part name of at most 40 lower-case letters, digits and dashes';

const SCHEMA = z
  .strictObject(
    {
      name: nameSchema().default('ese_lstm'),
      array: z.strictObject(
        { channels: powerOfTwo(128).default(1), groups: powerOfTwo(128).default(1), lanes: powerOfTwo(128) },
        section('channels, groups and lanes'),
      ),
      elemLanes: powerOfTwo(128, 'array.lanes').optional(),
      inputBeat: powerOfTwo(WIDEST_BEAT).default(1),
      outputBeat: powerOfTwo(WIDEST_BEAT).default(1),
      fifoDepth: integer(1, 64).default(8),
      indexBits: integer(0, 10).default(4),
      weightBits: integer(4, 16).default(12),
      vectorBits: integer(8, 16).default(16),
      accumulatorBits: z
        .union([z.literal('exact'), integer(12, 48, ACCUMULATOR_BITS)], { error: expected(ACCUMULATOR_BITS) })
        .default('exact'),
      encoding: z
        .enum(ENCODINGS, { error: expected('"ese", "ese-padding-aware" or "column-balanced"') })
        .default('ese'),
      weights: z.enum(['onchip', 'uram', 'dram'], { error: expected('"onchip", "uram" or "dram"') }).default('onchip'),
      memoryBusBits: powerOfTwo(1024, '1024', 64).default(512),
      maximum: z
        .strictObject(
          {
            inputs: integer(0, 4096).default(0),
            cells: integer(0, 4096).default(0),
            outputs: integer(0, 4096).default(0),
            words: integer(0, 2 ** 20).default(0),
          },
          section('inputs, cells, outputs and words'),
        )
        .prefault({}),
      density: densitySchema().prefault(1),
      sequence: z
        .strictObject(
          {
            maxSteps: integer(1, 65_535).default(MAX_STEPS),
            memory: z.enum(['onchip', 'dram'], { error: expected('"onchip" or "dram"') }).default('onchip'),
          },
          section('maxSteps and memory'),
        )
        .optional(),
      room: z
        .strictObject(
          {
            words: integer(0, 2 ** 20).default(0),
            columns: integer(0, 2 ** 20).default(0),
            parameters: integer(0, 2 ** 18).default(0),
            elements: integer(0, 2 ** 18).default(0),
            rows: integer(0, 2 ** 14).default(0),
            instructions: integer(0, 2 ** 14).default(0),
            sequence: integer(0, 2 ** 24).default(0),
            bits: integer(0, 8).default(2),
            features: z.array(z.enum(ROOM_FEATURES, { error: expected(ROOM_FEATURES.join(', ')) })).default([]),
          },
          section('words, columns, parameters, elements, rows, instructions, sequence, bits and features'),
        )
        .optional(),
      layers: layersSchema(),
      tables: z
        .strictObject(
          { sigmoidRange: powerOfTwo(16).default(8), tanhRange: powerOfTwo(16).default(4) },
          section('sigmoidRange and tanhRange'),
        )
        .prefault({}),
      accumulatorMemory: z
        .enum(['auto', 'block', 'distributed', 'split'], {
          error: expected('"auto", "block", "distributed" or "split"'),
        })
        .default('auto'),
      activationQueue: z.enum(['lane', 'group'], { error: expected('"lane" or "group"') }).default('lane'),
      clockMHz: z
        .number({ error: expected(CLOCK) })
        .min(1, { error: expected(CLOCK) })
        .max(1000, { error: expected(CLOCK) })
        .default(200),
      part: z
        .string({ error: expected(PART) })
        .regex(/^[a-z0-9-]{1,40}$/, { error: expected(PART) })
        .default('xcku060-ffva1156-2-e'),
    },
    section('settings'),
  )
  .superRefine(({ elemLanes, weights, activationQueue, array: { channels, groups, lanes } }, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const multipliers = channels * groups * lanes;
    if (multipliers > MAX_MULTIPLIERS) {
      const nearest = nearestArray(
        { channels, groups, lanes },
        (a) => a.channels * a.groups * a.lanes <= MAX_MULTIPLIERS,
      );
      problem(
        ['array'],
        `expected at most ${MAX_MULTIPLIERS} multipliers, got ${channels} x ${groups} x ${lanes}; the nearest that fits is ${nearest}`,
      );
    }
    if (activationQueue === 'group' && weights === 'dram') {
      problem(['activationQueue'], 'expected "lane" with "weights": "dram", got "group"; or put the weights on chip');
    }
    if (elemLanes !== undefined && elemLanes > lanes) {
      problem(['elemLanes'], `expected a power of two from 1 to array.lanes (${lanes}), got ${elemLanes}`);
    }
  })
  .transform(({ name, array, elemLanes, ...rest }) => {
    return { name, array, elemLanes: elemLanes ?? Math.min(array.lanes, DEFAULT_ELEM_LANES), ...rest };
  });

/**
 * Checks a config and fills in its defaults. The result is a fixed point: parsing it again gives an equal value.
 *
 * @param value what `JSON.parse` made of the config
 * @param where file name for messages
 * @throws EsegenError that lists every problem on a line of its own, e.g.
 *   `digits.json: array.lanes: expected a power of two from 1 to 128, got 12`; unknown keys are problems
 */
export function parseConfig(value: unknown, where: string): Config {
  return parseWith(SCHEMA, value, where);
}
