import { z } from 'zod';
import { expected, integer, parseWith, section } from '../../../util/schema.ts';

/** Axes of the values of the model's inputs and outputs, see `PortAxis`. */
const PORT_AXES = ['batch', 'time', 'shape', 'one'] as const;

const MAX_LAYERS = 256;

function name() {
  const error = expected('the prefix of its tensors, such as "rnns.0"');
  return z.string({ error }).max(1000, { error });
}

function number(what: string, low = -1e6, high = 1e6) {
  const error = expected(what);
  return z.number({ error }).min(low, { error }).max(high, { error });
}

function choice<const T extends readonly string[]>(values: T) {
  const names = values.map((value) => `"${value}"`);
  return z.enum(values, { error: expected(`${names.slice(0, -1).join(', ')} or ${names.at(-1)}`) });
}

/** One size for all axes of the kernel, or one each. */
function perAxis(low: number) {
  const what = `an integer from ${low} to 1024, or one for each axis of the kernel`;
  return z.union([integer(low, 1024), z.array(integer(low, 1024)).min(1).max(3)], { error: expected(what) });
}

/** Zeros around the input: one number for both ends of all axes, one an axis, or [before, after] an axis. */
function padding() {
  const error = expected('an integer from 0 to 1024, or for each axis of the kernel one or [before, after]');
  const pair = z.tuple([integer(0, 1024), integer(0, 1024)]);
  return z.union(
    [
      integer(0, 1024),
      z
        .array(z.union([integer(0, 1024), pair]))
        .min(1)
        .max(3),
    ],
    { error },
  );
}

function recurrent<const K extends string>(kind: K) {
  return z.strictObject({
    kind: z.literal(kind),
    name: name(),
    directions: choice(['forward', 'concat', 'sum']).optional(),
  });
}

/** Least limit of a cell state. */
const LEAST_CLIP = 2 ** -15;

const LAYER = z.discriminatedUnion(
  'kind',
  [
    recurrent('lstm').extend({ cellClip: number(`a number from ${LEAST_CLIP} to 1e6`, LEAST_CLIP).optional() }),
    recurrent('gru'),
    z.strictObject({ kind: z.literal('linear'), name: name() }),
    z.strictObject({
      kind: z.literal('conv'),
      name: name(),
      axes: z.array(choice(['space', 'time']), { error: expected('the axes of the kernel: "space" or "time"') }).min(1),
      stride: perAxis(1).default(1),
      padding: padding().default(0),
      dilation: perAxis(1).default(1),
      groups: integer(1, 65_536).default(1),
    }),
    z.strictObject({
      kind: z.literal('batchNorm'),
      name: name(),
      eps: number('a number from 0 to 1', 0, 1).default(1e-5),
    }),
    z.strictObject({ kind: z.literal('relu') }),
    z.strictObject({ kind: z.literal('sigmoid') }),
    z.strictObject({ kind: z.literal('tanh') }),
    z
      .strictObject({ kind: z.literal('clip'), low: number('a number'), high: number('a number') })
      .refine(({ low, high }) => low < high, { error: 'expected low below high', path: ['low'] }),
    z.strictObject({
      kind: z.literal('hardSigmoid'),
      alpha: number('a number').default(1 / 6),
      beta: number('a number').default(0.5),
    }),
    z.strictObject({ kind: z.literal('leakyRelu'), alpha: number('a number').default(0.01) }),
    z.strictObject({ kind: z.literal('pick'), at: choice(['first', 'last']) }),
    z.strictObject({ kind: z.literal('softmax') }),
    z.strictObject({ kind: z.literal('logSoftmax') }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? expected(`a layer whose kind is one of ${KINDS}`)(issue) : undefined,
  },
);

const KINDS = [
  ...['lstm', 'gru', 'linear', 'conv', 'batchNorm', 'relu', 'sigmoid', 'tanh', 'clip', 'hardSigmoid', 'leakyRelu'],
  ...['pick', 'softmax', 'logSoftmax'],
].join(', ');

function axes() {
  const error = expected('axes such as ["time", "batch", "shape"]');
  return z
    .array(choice(PORT_AXES), { error })
    .min(1, { error })
    .max(8, { error })
    .refine((list) => ['time', 'batch'].every((axis) => list.filter((other) => other === axis).length < 2), {
      error: 'expected "time" and "batch" at most once each',
    });
}

const SCHEMA = z.strictObject(
  {
    input: z
      .strictObject(
        {
          shape: z
            .array(integer(1, 65_536), { error: expected('the sizes of a step, such as [1, 40]') })
            .min(1)
            .max(4),
          axes: axes(),
        },
        section('shape and axes'),
      )
      .refine(({ shape, axes: list }) => list.filter((axis) => axis === 'shape').length === shape.length, {
        error: 'expected "shape" once for each size of shape',
        path: ['axes'],
      })
      .optional(),
    output: z.strictObject({ axes: axes() }, section('axes')).optional(),
    layers: z
      .array(LAYER, { error: expected('a list of layers') })
      .min(1, { error: expected('at least one layer') })
      .max(MAX_LAYERS, { error: `expected at most ${MAX_LAYERS} layers` }),
  },
  section('input, output and layers'),
);

/**
 * The layers of a network, first one first, whose weights are in a PyTorch state dict: what the names of its tensors do not say.
 *
 * - `lstm`, `gru`: `nn.LSTM`, `nn.GRU` of any number of layers and directions, or a cell. `directions` says what becomes of two:
 *   `concat` (default), side by side, or `sum`. `cellClip` of an `lstm` keeps the cell states of all its layers within ±cellClip, as
 *   Kaldi's `<CellClip>` does;
 * - `linear`: `nn.Linear`;
 * - `conv`: `nn.Conv1d`, `nn.Conv2d`, `nn.Conv3d` over the axes of its kernel, one of which may be time;
 * - `batchNorm`: a batch normalization with running statistics, by channel (the first axis);
 * - `relu`, `sigmoid`, `tanh`, `clip` (`nn.Hardtanh`), `hardSigmoid`, `leakyRelu`;
 * - `pick`: the first or last step of an utterance;
 * - `softmax`, `logSoftmax`: over the features, by the host.
 *
 * Feature maps become features channel by channel: channel · positions + position.
 */
export type LayersFile = z.infer<typeof SCHEMA>;

/** A layer of a {@link LayersFile}. */
export type LayerEntry = LayersFile['layers'][number];

/**
 * Checks the content of a layer file.
 *
 * @throws EsegenError that lists every problem
 */
export function parseLayersFile(value: unknown, where: string): LayersFile {
  return parseWith(SCHEMA, value, where);
}
