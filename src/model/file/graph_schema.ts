import { z } from 'zod';
import { expected } from '../../util/schema.ts';
import type {
  Activation,
  Floats,
  Graph,
  HostOperation,
  Layer,
  Matrix,
  Node,
  Port,
  StateBinding,
  Tensor,
  Window,
} from '../graph.ts';

/** What stands for a number that JSON does not know. */
export const INFINITIES = { Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY } as const;

const name = z.string();
const size = z
  .int()
  .min(0)
  .max(2 ** 24);
const positive = size.min(1);
const real = z.union([
  z.number(),
  z.literal('Infinity').transform((key) => INFINITIES[key]),
  z.literal('-Infinity').transform((key) => INFINITIES[key]),
]);

const int32 = z
  .strictObject({
    int32: z.array(
      z
        .int()
        .min(0)
        .max(2 ** 31 - 1),
    ),
  })
  .transform((value) => Int32Array.from(value.int32));

const window: z.ZodType<Window> = z.strictObject({
  ...{ kernel: positive, stride: positive, dilation: positive, before: size, after: size },
});

const tensor: z.ZodType<Tensor> = z.strictObject({
  ...{ id: name, name, shape: z.array(positive), time: z.array(window).nullable() },
});

const activation: z.ZodType<Activation> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['sigmoid', 'tanh', 'relu']) }),
  z.strictObject({ kind: z.literal('clip'), low: real, high: real }),
  z.strictObject({ kind: z.literal('hardSigmoid'), alpha: real, beta: real }),
  z.strictObject({ kind: z.literal('leakyRelu'), alpha: real }),
]);

const port: z.ZodType<Port> = z.strictObject({
  ...{ name, tensor: name, axes: z.array(z.enum(['batch', 'time', 'shape', 'one'])) },
});

const statePort = z.strictObject({ name, elements: int32 }).nullable();
const state: z.ZodType<StateBinding> = z.strictObject({
  ...{ node: name, part: z.enum(['y', 'c', 'h']), input: statePort, output: statePort },
});

/** Schema of a graph whose arrays of floats are numbers of those given. */
export function graphSchema(arrays: readonly Floats[]): z.ZodType<Graph> {
  const layer = layerSchema(arrays);
  const node: z.ZodType<Node> = z.strictObject({ id: name, name, layer, inputs: z.array(name), output: name });
  return z.strictObject({
    tensors: z.array(tensor).transform((all) => new Map(all.map((one) => [one.id, one]))),
    nodes: z.array(node),
    inputs: z.array(port),
    outputs: z.array(port),
    states: z.array(state),
    sequenceLengths: z.array(size).nullable(),
    outside: z.array(z.strictObject({ name, reason: z.string() })),
  });
}

function layerSchema(arrays: readonly Floats[]): z.ZodType<Layer> {
  const floats = z.strictObject({ floats: size }).transform((value, context): Floats => {
    const array = arrays[value.floats];
    if (array !== undefined) return array;
    const message = expected(`the number of one of ${arrays.length} arrays`)({ input: value.floats });
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
  const doubles = floats.transform((values) => (values instanceof Float64Array ? values : Float64Array.from(values)));
  const matrix: z.ZodType<Matrix> = z
    .strictObject({ rows: positive, columns: positive, values: floats })
    .refine(({ rows, columns, values }) => values.length === rows * columns, {
      error: 'expected as many values as rows times columns',
    });
  const lstm = {
    weights: z.strictObject({
      ...{ ix: matrix, fx: matrix, cx: matrix, ox: matrix },
      ...{ ir: matrix, fr: matrix, cr: matrix, or: matrix },
    }),
    bias: z.strictObject({ i: doubles, f: doubles, c: doubles, o: doubles }),
    peepholes: z.strictObject({ i: floats, f: floats, o: floats }).nullable(),
    cell: z.strictObject({
      ...{ gate: activation, candidate: activation, output: activation },
      ...{ clip: real, cellClip: real, couplesGates: z.boolean() },
    }),
    initial: z.strictObject({ y: floats, c: floats }).nullable(),
  };
  const gru = {
    weights: z.strictObject({ rx: matrix, zx: matrix, nx: matrix, rh: matrix, zh: matrix, nh: matrix }),
    bias: z.strictObject({ r: doubles, z: doubles, n: doubles, nh: doubles }),
    initial: z.strictObject({ h: floats }).nullable(),
  };
  return z.discriminatedUnion('kind', [
    z.strictObject({
      ...{ kind: z.literal('lstm'), inputs: positive, cells: positive, outputs: positive, ...lstm },
      ...{ projection: matrix.nullable(), reverse: z.boolean() },
    }),
    z.strictObject({
      ...{ kind: z.literal('gru'), inputs: positive, cells: positive, ...gru },
      ...{ resetAfter: z.boolean(), gate: activation, candidate: activation, clip: real, reverse: z.boolean() },
    }),
    z.strictObject({ kind: z.literal('linear'), weight: matrix, bias: doubles, activation: activation.nullable() }),
    z.strictObject({
      ...{ kind: z.literal('conv'), channels: positive, groups: positive, weight: matrix, bias: doubles },
      ...{ space: z.array(window), time: window, activation: activation.nullable() },
    }),
    z.strictObject({ kind: z.literal('batchNorm'), scale: doubles, shift: doubles }),
    z.strictObject({ kind: z.literal('activation'), activation }),
    z.strictObject({ kind: z.enum(['concat', 'add']) }),
    z.strictObject({ kind: z.literal('gather'), index: int32 }),
    z.strictObject({ kind: z.literal('pick'), at: z.enum(['first', 'last']) }),
    z.strictObject({ kind: z.literal('host'), operation: operationSchema(doubles) }),
  ]) as z.ZodType<Layer>;
}

function operationSchema(doubles: z.ZodType<Float64Array>): z.ZodType<HostOperation> {
  const axes = z.array(size);
  return z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('reflectPad'), before: size, after: size }),
    z.strictObject({ op: z.enum(['square', 'sqrt', 'exp', 'log', 'abs', 'negate', 'reciprocal']) }),
    z.strictObject({ op: z.literal('scale'), factor: doubles, offset: doubles }),
    z.strictObject({ op: z.enum(['multiply', 'divide', 'subtract']) }),
    z.strictObject({ op: z.enum(['mean', 'sum', 'max']), axes }),
    z.strictObject({ op: z.enum(['softmax', 'logSoftmax', 'argMax']), axis: size }),
  ]);
}
