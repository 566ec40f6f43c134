import { z } from 'zod';
import { readJson } from '../util/read_json.ts';
import { expected, integer, parseWith, section } from '../util/schema.ts';
import { moduleEnd, VERILOG_KEYWORDS } from './names.ts';

/** Sub-matrices of a layer, by ESE's names: input to gate, recurrent to gate (c is the cell gate g), m to projection. */
export const MATRICES = ['ix', 'fx', 'cx', 'ox', 'ir', 'fr', 'cr', 'or', 'ym'] as const;

/** Name of a sub-matrix. */
export type Matrix = (typeof MATRICES)[number];

/**
 * How dense weights are pruned: load-balance-aware as in ESE, the same without padding words, or with equally many weights per
 * lane in every column.
 */
export const ENCODINGS = ['ese', 'ese-padding-aware', 'column-balanced'] as const;

/** Name of an encoding. */
export type Encoding = (typeof ENCODINGS)[number];

/** Settings of a layer of a network that differ from those of the others. */
export interface LayerConfig {
  /** Bits of its weights, 4 to 16. */
  readonly weightBits?: number | undefined;
}

/** What the user chooses. A value of this type comes out of {@link parseConfig} and is valid throughout. */
export interface Config {
  /** Name of the top module: a Verilog identifier of lower-case letters, digits and underscores. Default `ese_lstm`. */
  readonly name: string;
  readonly array: {
    /** B: voices that share the weights: power of two; channels x groups x lanes is at most 2,048. */
    readonly channels: number;
    /** G: column groups of a voice, each with weights of its own: power of two. */
    readonly groups: number;
    /** PEs that split the rows: power of two, 1 to 128. */
    readonly lanes: number;
  };
  /** Element-wise units: power of two, 1 to `array.lanes`. Default 4, or `array.lanes` where that is less. */
  readonly elemLanes: number;
  /** Elements of an output beat: power of two, 1 to 8. Default 1. */
  readonly outputBeat: number;
  /** Activations that a PE's queue holds, 1 to 64. Default 8. */
  readonly fifoDepth: number;
  /** Bits of a relative row index, 2 to 10. Default 4. */
  readonly indexBits: number;
  /** Bits of a signed weight, 4 to 16. Default 12. */
  readonly weightBits: number;
  /** Bits of the elements of x, y, m and c, signed, 8 to 16. Default 16. */
  readonly vectorBits: number;
  /** Bits of an accumulator, 12 to 48, saturating; or as many as the model's worst case needs. Default `exact`. */
  readonly accumulatorBits: number | 'exact';
  /**
   * Sizes for which the memories are made, beyond those of the model: other models of at most these sizes can be loaded
   * then. Inputs, cells and outputs as the model has them, words a lane for all matrices together. Default: the model's.
   */
  readonly maximum: {
    readonly inputs: number;
    readonly cells: number;
    readonly outputs: number;
    readonly words: number;
  };
  /** Rule that chooses the weights to keep. A model that is pruned already keeps its own. Default `ese`. */
  readonly encoding: Encoding;
  /** Where the weights are: in memories of the design, or in external memory, read over AXI once a time step. Default `onchip`. */
  readonly weights: 'onchip' | 'dram';
  /** Bits of the port to external memory: power of two, 64 to 1,024. Default 512. */
  readonly memoryBusBits: number;
  /** Share of weights that pruning keeps, by sub-matrix, 0 to 1. Default 1. */
  readonly density: Readonly<Record<Matrix, number>>;
  /** Settings of single layers of a network, by their names as `inspect` prints them; what is left out is as for all. */
  readonly layers?: Readonly<Record<string, LayerConfig>> | undefined;
  /** Inputs that the tables cover, ±range: powers of two, 1 to 16. Defaults 8 and 4. */
  readonly tables: { readonly sigmoidRange: number; readonly tanhRange: number };
  /**
   * Memory that holds the accumulators. `block`, `distributed`: each bank is a RAM of that kind; `auto` leaves that to the generator;
   * `split`: the rows are in two tiles, one in block RAM and one in distributed RAM, that take turns in being added to and drained:
   * half as many accumulators. Default `auto`.
   */
  readonly accumulatorMemory: 'auto' | 'block' | 'distributed' | 'split';
  /**
   * Activation queues: one a `lane`, so that a lane can run ahead of a slower one, or one a `group`, whose lanes then work in step and share
   * pointers, queue and weight address; weights on chip only. Default `lane`.
   */
  readonly activationQueue: 'lane' | 'group';
  /** Clock that constraints and printed times assume, MHz, above 0. Default 200. */
  readonly clockMHz: number;
  /** Xilinx part of the Vivado project. Default `xcku060-ffva1156-2-e`. */
  readonly part: string;
}

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
  return z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, { error: name }),
      z.strictObject({ weightBits: integer(4, 16).optional() }, section('settings of a layer')),
      section('settings by layer name'),
    )
    .optional();
}

/**
 * The largest array that fits, as it stands in a config: the one given with half the channels as often as it takes, then half the
 * groups, then half the lanes.
 */
export function nearestArray(
  { channels, groups, lanes }: Config['array'],
  fits: (array: Config['array']) => boolean,
): string {
  const array = { channels, groups, lanes };
  while (!fits(array) && array.channels * array.groups * array.lanes > 1) {
    if (array.channels > 1) array.channels /= 2;
    else if (array.groups > 1) array.groups /= 2;
    else array.lanes /= 2;
  }
  return `{ "channels": ${array.channels}, "groups": ${array.groups}, "lanes": ${array.lanes} }`;
}

/** Multipliers of the largest array: more than the largest supported device has DSP blocks for. */
const MAX_MULTIPLIERS = 2048;
const DEFAULT_ELEM_LANES = 4;
const WIDEST_BEAT = 8;
const ACCUMULATOR_BITS = '"exact" or an integer from 12 to 48';
const CLOCK = 'a number from 1 to 1000';
const PART = 'a part name of lower-case letters, digits and dashes';

const SCHEMA = z
  .strictObject(
    {
      name: nameSchema().default('ese_lstm'),
      array: z.strictObject(
        { channels: powerOfTwo(128).default(1), groups: powerOfTwo(128).default(1), lanes: powerOfTwo(128) },
        section('channels, groups and lanes'),
      ),
      elemLanes: powerOfTwo(128, 'array.lanes').optional(),
      outputBeat: powerOfTwo(WIDEST_BEAT).default(1),
      fifoDepth: integer(1, 64).default(8),
      indexBits: integer(2, 10).default(4),
      weightBits: integer(4, 16).default(12),
      vectorBits: integer(8, 16).default(16),
      accumulatorBits: z
        .union([z.literal('exact'), integer(12, 48, ACCUMULATOR_BITS)], { error: expected(ACCUMULATOR_BITS) })
        .default('exact'),
      encoding: z
        .enum(ENCODINGS, { error: expected('"ese", "ese-padding-aware" or "column-balanced"') })
        .default('ese'),
      weights: z.enum(['onchip', 'dram'], { error: expected('"onchip" or "dram"') }).default('onchip'),
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
        .regex(/^[a-z0-9-]+$/, { error: expected(PART) })
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

/**
 * Reads a config file (JSON).
 *
 * @throws EsegenError where the file cannot be read, is not JSON or holds a key twice, or as {@link parseConfig}
 */
export function readConfig(path: string): Config {
  return parseConfig(readJson(path), path);
}

/** Share of the weights of `matrix` that pruning keeps, 0 to 1. */
export function densityOf(config: Config, matrix: Matrix): number {
  return config.density[matrix];
}
