/**
 * Writes the fixtures exporter-*.onnx: the graphs that exporters make around LSTM operators. They are written by hand, after
 * what keras2onnx, tf2onnx and PyTorch's newer exporter do; none of these wrote them. Run make_operator_values.mjs afterwards.
 *
 *     node --import tsx examples/onnx/make_exporter_fixtures.ts
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { lstmNode, PLAIN, randomArrays } from '../../fixtures/onnx_lstm.ts';
import {
  floats,
  integers,
  type ModelSpec,
  type NodeSpec,
  onnxFile,
  type TensorBytes,
} from '../../fixtures/onnx_writer.ts';
import { Rng } from '../../src/util/rng.ts';

const FRAMES = 7;
const INPUTS = 5;
const CELLS = 6;
const CLASSES = 4;
const rng = new Rng(20170222);

const normals = (length: number) => Float32Array.from({ length }, () => 0.5 * rng.normal());

/** An LSTM with one bias, as Keras has it: the second half of B is zero. Its output is `<name>.y`. */
function lstm(name: string, inputs: number, x: string, both = false) {
  const spec = { ...PLAIN, name, inputs, cells: CELLS, direction: both ? 'bidirectional' : 'forward' } as const;
  const arrays = randomArrays(rng, spec);
  arrays.b!.forEach((_, n, b) => {
    if (n % (8 * CELLS) >= 4 * CELLS) b[n] = 0;
  });
  const { node, initializers } = lstmNode(spec, arrays, x);
  const trimmed = { ...node, inputs: node.inputs!.slice(0, 4) };
  return { node: trimmed as NodeSpec, initializers, arrays };
}

const op = (type: string, inputs: string[], output: string, attributes: NodeSpec['attributes'] = {}): NodeSpec => ({
  op: type,
  inputs,
  outputs: [output],
  attributes,
});
const transpose = (from: string, to: string, ...perm: number[]) =>
  op('Transpose', [from], to, { perm: { ints: perm } });
const axis = (n: number) => ({ axis: { i: n } });

/** Lists of integers that the graphs need. */
const LISTS: Readonly<Record<string, readonly number[] | number>> = {
  l0: [0],
  l1: [1],
  l2: [2],
  open: [-1],
  cells: [CELLS],
  both: [2 * CELLS],
  l12: [1, 2],
  split: Array(4).fill(CELLS),
  static: [-1, FRAMES, CELLS],
  length: [FRAMES - 2],
  tiles: [1, CELLS],
};

function write(name: string, { nodes, initializers = [], opset = 14 }: ModelSpec, frames: number | string = 'T'): void {
  const asked = new Set(nodes.flatMap(({ inputs = [] }) => inputs));
  const lists = Object.entries(LISTS).filter(([key]) => asked.has(key));
  const file = onnxFile({
    opset,
    nodes,
    initializers: [...initializers, ...lists.map(([key, list]) => integers(key, list))],
    inputs: [{ name: 'x', dims: ['N', frames, INPUTS] }],
    outputs: [{ name: 'y', dims: ['N', frames, 'F'] }],
  });
  const path = resolve(import.meta.dirname, `exporter-${name}`);
  writeFileSync(`${path}.onnx`, file);
  const values = Array.from({ length: FRAMES }, () => [...normals(INPUTS)]);
  writeFileSync(`${path}.json`, `${JSON.stringify({ x: values, batchFirst: true })}\n`);
}

/** `MatMul` and `Add` on `from`. */
function dense(from: string, inputs = CELLS): { nodes: NodeSpec[]; initializers: TensorBytes[] } {
  return {
    nodes: [op('MatMul', [from, 'kernel'], 'product'), op('Add', ['product', 'bias'], 'y')],
    initializers: [
      floats('kernel', [inputs, CLASSES], normals(inputs * CLASSES)),
      floats('bias', [CLASSES], normals(CLASSES)),
    ],
  };
}

/** An axis of x as a list of one, by Shape and Slice. */
const sizeOf = (from: string, to: string, n: 0 | 1): NodeSpec[] => [
  op('Shape', [from], `${to}.shape`),
  op('Slice', [`${to}.shape`, n === 0 ? 'l0' : 'l1', n === 0 ? 'l1' : 'l2', 'l0'], to),
];

// keras2onnx, return_sequences, length known: a transposition to [N, T, D, H] and a reshape to [N, T, H].
{
  const a = lstm('a', INPUTS, 'a.x');
  const b = lstm('b', CELLS, 'b.x');
  const head = dense('s');
  const model = {
    opset: 11,
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      { ...a.node, attributes: { ...a.node.attributes, activations: { strings: ['Sigmoid', 'Tanh', 'Tanh'] } } },
      transpose('a.y', 'a.t', 2, 0, 1, 3),
      op('Reshape', ['a.t', 'static'], 'a.s'),
      transpose('a.s', 'b.x', 1, 0, 2),
      b.node,
      transpose('b.y', 'b.t', 2, 0, 1, 3),
      op('Reshape', ['b.t', 'static'], 's'),
      ...head.nodes,
    ],
    initializers: [...a.initializers, ...b.initializers, ...head.initializers],
  };
  write('keras-stacked', model, FRAMES);
}

// keras2onnx, length open: the shape is put together at run time.
{
  const a = lstm('a', INPUTS, 'a.x');
  const b = lstm('b', CELLS, 'b.x');
  write('keras-open', {
    opset: 11,
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      a.node,
      transpose('a.y', 'a.t', 2, 0, 1, 3),
      ...sizeOf('x', 'frames', 1),
      op('Concat', ['open', 'frames', 'cells'], 'shape', axis(0)),
      op('Reshape', ['a.t', 'shape'], 'a.r'),
      op('Identity', ['a.r'], 'a.s'),
      transpose('a.s', 'b.x', 1, 0, 2),
      b.node,
      op('Squeeze', ['b.y'], 'b.s', { axes: { ints: [1] } }),
      transpose('b.s', 'y', 1, 0, 2),
    ],
    initializers: [...a.initializers, ...b.initializers],
  });
}

// keras2onnx, both directions: zero states of a shape made at run time, a reshape that changes nothing, then side by side.
{
  const a = lstm('a', INPUTS, 'a.x', true);
  const b = lstm('b', 2 * CELLS, 'b.x');
  write('keras-both', {
    opset: 11,
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      ...sizeOf('x', 'batch', 0),
      ...sizeOf('x', 'frames', 1),
      op('Concat', ['l2', 'batch', 'cells'], 'states', axis(0)),
      op('ConstantOfShape', ['states'], 'h'),
      op('ConstantOfShape', ['states'], 'c'),
      { ...a.node, inputs: [...a.node.inputs!, '', 'h', 'c', ''] },
      op('Concat', ['frames', 'l2', 'open', 'cells'], 'same', axis(0)),
      op('Reshape', ['a.y', 'same'], 'a.r'),
      transpose('a.r', 'a.t', 2, 0, 1, 3),
      op('Concat', ['open', 'frames', 'both'], 'shape', axis(0)),
      op('Reshape', ['a.t', 'shape'], 'a.s'),
      transpose('a.s', 'b.x', 1, 0, 2),
      b.node,
      op('Squeeze', ['b.y'], 'b.s', { axes: { ints: [1] } }),
      transpose('b.s', 'y', 1, 0, 2),
    ],
    initializers: [...a.initializers, ...b.initializers],
  });
}

// tf2onnx: zeros of [N, H] by Expand with an axis in front, all lengths the number of frames, squeezed and transposed.
{
  const a = lstm('a', INPUTS, 'a.x');
  const b = lstm('b', CELLS, 'a.s');
  const head = dense('s');
  write('tf-states', {
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      ...sizeOf('x', 'batch', 0),
      op('Concat', ['batch', 'cells'], 'states', axis(0)),
      op('Expand', ['zero', 'states'], 'zeros'),
      op('Unsqueeze', ['zeros', 'l0'], 'h'),
      ...sizeOf('x', 'frames', 1),
      op('Tile', ['frames', 'batch'], 'tiled'),
      op('Cast', ['tiled'], 'lengths', { to: { i: 6 } }),
      { ...a.node, inputs: [...a.node.inputs!, 'lengths', 'h', 'h'] },
      op('Squeeze', ['a.y', 'l1'], 'a.s'),
      { ...b.node, inputs: [...b.node.inputs!, 'lengths', 'h', 'h'] },
      op('Squeeze', ['b.y', 'l1'], 'b.s'),
      transpose('b.s', 's', 1, 0, 2),
      ...head.nodes,
    ],
    initializers: [...a.initializers, ...b.initializers, ...head.initializers, floats('zero', [], [0])],
  });
}

// tf2onnx, states of Keras' zeros_like: x times 0, summed over frames and features, tiled to the cells.
{
  const a = lstm('a', INPUTS, 'a.x');
  write('tf-zeros-like', {
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      op('Mul', ['x', 'zero'], 'none'),
      op('ReduceSum', ['none', 'l12'], 'sum', { keepdims: { i: 0 } }),
      op('Unsqueeze', ['sum', 'l1'], 'column'),
      op('Tile', ['column', 'tiles'], 'zeros'),
      op('Unsqueeze', ['zeros', 'l0'], 'h'),
      { ...a.node, inputs: [...a.node.inputs!, '', 'h', 'h'] },
      op('Squeeze', ['a.y', 'l1'], 'a.s'),
      transpose('a.s', 'y', 1, 0, 2),
    ],
    initializers: [...a.initializers, floats('zero', [], [0])],
  });
}

// tf2onnx, both directions in one operator, cut apart and joined again.
{
  const a = lstm('a', INPUTS, 'a.x', true);
  const b = lstm('b', 2 * CELLS, 'b.x');
  const part = (name: string, from: string, to: string) => [
    op('Slice', ['a.y', from, to, 'l1'], `${name}.cut`),
    op('Squeeze', [`${name}.cut`, 'l1'], `${name}.s`),
    transpose(`${name}.s`, name, 1, 0, 2),
  ];
  write('tf-both', {
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      a.node,
      ...part('forward', 'l0', 'l1'),
      ...part('backward', 'l1', 'l2'),
      op('Concat', ['forward', 'backward'], 'a.s', axis(2)),
      transpose('a.s', 'b.x', 1, 0, 2),
      b.node,
      op('Squeeze', ['b.y', 'l1'], 'b.s'),
      transpose('b.s', 'y', 1, 0, 2),
    ],
    initializers: [...a.initializers, ...b.initializers],
  });
}

// One length for all utterances, filled in at run time.
{
  const a = lstm('a', INPUTS, 'a.x');
  write('lengths', {
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      ...sizeOf('x', 'batch', 0),
      op('Expand', ['length', 'batch'], 'filled'),
      op('Cast', ['filled'], 'lengths', { to: { i: 6 } }),
      { ...a.node, inputs: [...a.node.inputs!, 'lengths'] },
      op('Squeeze', ['a.y', 'l1'], 'a.s'),
      transpose('a.s', 'y', 1, 0, 2),
    ],
    initializers: a.initializers,
  });
}

// PyTorch's newer exporter: the gates of PyTorch's weights (i, f, g, o) are split and joined in the order i, o, f, g.
{
  const a = lstm('a', INPUTS, 'a.x');
  const gates = (name: string, width: number): [NodeSpec[], TensorBytes] => [
    [
      {
        op: 'Split',
        inputs: [`${name}.torch`, 'split'],
        outputs: ['i', 'f', 'g', 'o'].map((gate) => `${name}.${gate}`),
        attributes: axis(0),
      },
      op(
        'Concat',
        ['i', 'o', 'f', 'g'].map((gate) => `${name}.${gate}`),
        `${name}.iofg`,
        axis(0),
      ),
      op('Unsqueeze', [`${name}.iofg`, 'l0'], name),
    ],
    floats(`${name}.torch`, [4 * CELLS, width], normals(4 * CELLS * width)),
  ];
  const [w, weight] = gates('a.W', INPUTS);
  const [r, recurrent] = gates('a.R', CELLS);
  write('torch-split', {
    opset: 18,
    nodes: [
      transpose('x', 'a.x', 1, 0, 2),
      ...w,
      ...r,
      op('Expand', ['zero', 'stateShape'], 'h'),
      { ...a.node, inputs: [...a.node.inputs!, '', 'h', 'h'] },
      op('Squeeze', ['a.y', 'l1'], 'a.s'),
      transpose('a.s', 'y', 1, 0, 2),
    ],
    initializers: [
      ...a.initializers.slice(2),
      weight,
      recurrent,
      floats('zero', [], [0]),
      integers('stateShape', [1, 1, CELLS]),
    ],
  });
}
