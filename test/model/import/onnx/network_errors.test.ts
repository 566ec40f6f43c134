import { describe, expect, test } from 'vitest';
import { lstmNode, PLAIN, randomArrays } from '../../../../fixtures/onnx_lstm.ts';
import {
  floats,
  integers,
  type ModelSpec,
  type NodeSpec,
  onnxFile,
  type TensorBytes,
  tensor,
} from '../../../../fixtures/onnx_writer.ts';
import type { Graph } from '../../../../src/model/graph.ts';
import type { ImportOptions } from '../../../../src/model/import/import_options.ts';
import { onnxNetwork } from '../../../../src/model/import/onnx/import_onnx.ts';
import { EsegenError } from '../../../../src/util/errors.ts';
import { Rng } from '../../../../src/util/rng.ts';

const { cells } = PLAIN;
const { node, initializers } = lstmNode(PLAIN, randomArrays(new Rng(5), PLAIN));
const x = { name: 'x', dims: ['T', 1, PLAIN.inputs] };
const usual = { inputs: [x], outputs: ['lstm.y'] };
const at = 'm.onnx: "LSTM" node "lstm": ';

function graphOf(spec: ModelSpec, options: ImportOptions = {}): Graph {
  return onnxNetwork('m.onnx', onnxFile({ ...usual, ...spec }), options).graph;
}

/** Message of the refusal of a model. */
function refusal(spec: ModelSpec, options: ImportOptions = {}): string {
  try {
    graphOf(spec, options);
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message;
  }
  throw new Error('expected an EsegenError, nothing was thrown');
}

const change = (changes: Partial<NodeSpec>): ModelSpec => ({ nodes: [{ ...node, ...changes }], initializers });
const attribute = (name: string, value: NonNullable<NodeSpec['attributes']>[string]) =>
  change({ attributes: { ...node.attributes, [name]: value } });
const replaced = (tensor: TensorBytes, index: number): ModelSpec => ({
  nodes: [node],
  initializers: initializers.with(index, tensor),
});
const behind = (nodes: readonly NodeSpec[], more: readonly TensorBytes[] = []): ModelSpec => ({
  nodes: [node, ...nodes],
  initializers: [...initializers, integers('one', [1]), ...more],
  outputs: ['y'],
});
const squeeze: NodeSpec = { op: 'Squeeze', inputs: ['lstm.y', 'one'], outputs: ['s'] };

describe('a recurrent node whose operands do not fit it is named with what was expected', () => {
  test.each<[string, ModelSpec, string]>([
    ['an unknown attribute', attribute('zoneout', { i: 1 }), `${at}has the unknown attribute "zoneout"`],
    [
      'an unknown direction',
      attribute('direction', { s: 'up' }),
      `${at}expected direction forward, reverse or bidirectional, got "up"`,
    ],
    ['an unknown layout', attribute('layout', { i: 2 }), `${at}expected layout 0 or 1, got 2`],
    ['another hidden size', attribute('hidden_size', { i: 4 }), `${at}hidden_size is 4, but W has rows for 5 cells`],
    ['a clip of zero', attribute('clip', { f: 0 }), `${at}expected a clip above 0, got 0`],
    [
      'two activations',
      attribute('activations', { strings: ['Sigmoid', 'Tanh'] }),
      `${at}expected 3 activations, got 2`,
    ],
    [
      'another activation',
      attribute('activations', { strings: ['Sigmoid', 'Elu', 'Tanh'] }),
      'LeakyRelu, HardSigmoid or Affine, got "Elu"',
    ],
    [
      'no recurrent weights',
      change({ inputs: ['x', 'lstm.W'] }),
      `${at}expected constant weights R [D, 4H, H], got none`,
    ],
    [
      'two directions in W',
      replaced(floats('lstm.W', [2, 20, 3], new Float32Array(120)), 0),
      `${at}expected W [D, 4H, I] = [1, any, any], got [2, 20, 3]`,
    ],
    [
      'rows that are no gates',
      replaced(floats('lstm.W', [1, 18, 3], new Float32Array(54)), 0),
      `${at}expected 4H rows in W, got 18`,
    ],
    [
      'R that does not fit',
      replaced(floats('lstm.R', [1, 20, 4], new Float32Array(80)), 1),
      `${at}expected R [D, 4H, H] = [1, 20, 5], got [1, 20, 4]`,
    ],
    [
      'one of two biases',
      replaced(floats('lstm.B', [1, 20], new Float32Array(20)), 2),
      `${at}expected B [D, 8H] = [1, 40], got [1, 20]`,
    ],
    [
      'a cell state of another size',
      {
        nodes: [{ ...node, inputs: [...node.inputs!.slice(0, 4), '', '', 'c'] }],
        initializers: [...initializers, floats('c', [1, 1, 6], new Float32Array(6))],
      },
      `${at}expected initial_c [D, N, H] = [1, any, 5], got [1, 1, 6]`,
    ],
    [
      'states that differ within a batch',
      {
        nodes: [{ ...node, inputs: [...node.inputs!.slice(0, 4), '', 'h'] }],
        initializers: [...initializers, floats('h', [1, 2, 5], [1, 2, 3, 4, 5, 1, 2, 3, 4, 6])],
      },
      `${at}expected one initial_h for all utterances of a batch. Export it with batch 1`,
    ],
    [
      'an input of another width',
      { nodes: [node], initializers, inputs: [{ name: 'x', dims: ['T', 1, 4] }] },
      `${at}expected X of 3 elements a step, as W is for, got [time, batch, 4]`,
    ],
    [
      'weights that are inputs',
      {
        nodes: [node],
        initializers: initializers.slice(1),
        inputs: [x, { name: 'lstm.W', dims: [1, 20, 3] }],
      },
      `${at}expected constant weights W [D, 4H, I], got an activation. Export the model with its weights as initializers`,
    ],
  ])('%s', (_, spec, message) => {
    expect(refusal(spec)).toContain(message);
  });
});

test('an embedding is named where it stands, with what to do', () => {
  const table = floats('table', [9, PLAIN.inputs], new Float32Array(9 * PLAIN.inputs));
  const look: NodeSpec = { op: 'Gather', name: 'look', inputs: ['table', 'ids'], outputs: ['x'] };
  const inputs = [{ name: 'ids', dims: ['T', 1], type: 'I64' as const }];
  expect(refusal({ inputs, nodes: [look, node], initializers: [...initializers, table] })).toBe(
    'm.onnx: "Gather" node "look": is an embedding: rows of a table, chosen by a value that depends on the input "ids". ' +
      'Leave the look-up to the host with --from "x", the vectors that it gives',
  );
});

describe('a file is refused', () => {
  test.each<[string, ModelSpec, string]>([
    ['of an old operator set', { nodes: [node], initializers, opset: 4 }, 'operator set from 5 to 25, got 4'],
    ['of a new operator set', { nodes: [node], initializers, opset: 26 }, 'operator set from 5 to 25, got 26'],
    ['without an operator set', { nodes: [node], initializers, opset: null }, 'from 5 to 25, got 0'],
    [
      'with a value that is given twice',
      { nodes: [node, { ...node, name: 'again' }], initializers },
      'm.onnx: "lstm.y": is given twice',
    ],
    [
      'with a cycle',
      {
        nodes: [
          { ...node, inputs: node.inputs!.with(0, 'back') },
          { op: 'Squeeze', inputs: ['lstm.y', 'one'], outputs: ['s'] },
          { op: 'Add', inputs: ['s', 'x'], outputs: ['back'] },
        ],
        initializers: [...initializers, integers('one', [1])],
      },
      'needs its own result: the graph has a cycle',
    ],
    [
      'with a name that nothing gives',
      change({ inputs: node.inputs!.with(1, 'W') }),
      'm.onnx: "W": is used, but nothing in the file gives it',
    ],
    ['without a shape of its input', { nodes: [node], initializers, inputs: ['x'] }, 'm.onnx: input "x": has no shape'],
    [
      'with an output that is a constant',
      { nodes: [node], initializers, outputs: ['lstm.W'] },
      'm.onnx: output "lstm.W": expected an activation, got a constant',
    ],
    [
      'with a slice that leaves rows of a weight out',
      {
        nodes: [
          { op: 'Slice', inputs: ['wide', 'from', 'to'], outputs: ['cut'] },
          { op: 'Unsqueeze', inputs: ['cut', 'from'], outputs: ['lstm.W'] },
          node,
        ],
        initializers: [
          ...initializers.slice(1),
          floats('wide', [24, 3], new Float32Array(72)),
          integers('from', [0]),
          integers('to', [20]),
        ],
      },
      'm.onnx: "wide": is used by recurrent layers in part only (row 20 of [24,3] is not)',
    ],
    [
      'with weights behind more than 500 nodes',
      {
        nodes: [
          ...Array.from({ length: 501 }, (_, n) => ({ op: 'Identity', inputs: [`w${n}`], outputs: [`w${n + 1}`] })),
          { ...node, inputs: node.inputs!.with(1, 'w501') },
        ],
        initializers: [...initializers, floats('w0', [1, 20, 3], new Float32Array(60))],
      },
      'stands behind more than 500 nodes',
    ],
    [
      'with a product of activations',
      behind([squeeze, { op: 'MatMul', inputs: ['s', 's'], outputs: ['y'] }]),
      'multiplies two activations with each other',
    ],
    [
      'with a mean over time',
      behind([squeeze, { op: 'ReduceMean', inputs: ['s'], outputs: ['y'], attributes: { axes: { ints: [0] } } }]),
      'takes the mean over the steps of an utterance',
    ],
  ])('%s', (_, spec, message) => {
    expect(refusal(spec)).toContain(message);
  });

  test('with every node that cannot be read, each in a line of its own', () => {
    const message = refusal(
      behind([
        squeeze,
        { op: 'Erf', name: 'first', inputs: ['s'], outputs: ['e'] },
        { op: 'Relu', inputs: ['e'], outputs: ['r'] },
        { op: 'Attention', domain: 'com.microsoft', name: 'second', inputs: ['r'], outputs: ['a'] },
        { op: 'RNN', name: 'third', inputs: ['a'], outputs: ['y'] },
      ]),
    );
    expect(message.split('\n')).toEqual([
      'm.onnx: 3 parts of it cannot be imported:',
      '  m.onnx: "Erf" node "first": the operator "Erf" is not supported. Leave it to the host with --to or --from',
      '  m.onnx: "Attention" node "second": the operator "com.microsoft.Attention" is not supported. Leave it to the host with --to or --from',
      '  m.onnx: "RNN" node "third": the operator "RNN" is not supported (LSTM and GRU are). Leave it to the host with --to or --from',
    ]);
  });

  test('with constants that would fill the memory, at once', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, n): NodeSpec => ({
        op: 'Concat',
        inputs: [`c${n}`, `c${n}`],
        outputs: [`c${n + 1}`],
        attributes: { axis: { i: 0 } },
      }),
    );
    const nodes = [...doubling, { ...node, inputs: node.inputs!.with(1, 'c60') }];
    const message = refusal({ nodes, initializers: [...initializers, floats('c0', [1, 20, 3], new Float32Array(60))] });
    expect(message).toContain(`expected at most ${2 ** 27} elements`);
  });
});

describe('what is no fault', () => {
  test('nodes that the outputs do not need', () => {
    const graph = graphOf({ nodes: [node, { op: 'Erf', inputs: ['lstm.y'], outputs: ['e'] }], initializers });
    expect(graph.nodes.map(({ id }) => id)).toEqual(['lstm0']);
  });

  test('weights that are quantized, or of half precision', () => {
    const bytes = Int8Array.from({ length: 60 }, (_, n) => n - 30);
    const q = tensor('q', 'I8', [1, 20, 3], (w) => w.tag(9, 2).bytes(new Uint8Array(bytes.buffer)));
    const nodes = [{ op: 'DequantizeLinear', inputs: ['q', 'scale', 'zero'], outputs: ['lstm.W'] }, node];
    const zero = tensor('zero', 'I8', [], (w) => w.tag(9, 2).bytes(Uint8Array.of(2)));
    const graph = graphOf({ nodes, initializers: [...initializers.slice(1), q, zero, floats('scale', [], [0.5])] });
    const [lstm] = graph.nodes;
    expect(lstm!.layer.kind === 'lstm' && lstm!.layer.weights.ix.values[0]).toBe(-16);
  });

  test('an initializer that is listed as an input, as older files do', () => {
    const inputs = [x, { name: 'lstm.W', dims: [1, 20, 3] }];
    expect(graphOf({ nodes: [node], initializers, inputs }).inputs.map(({ name }) => name)).toEqual(['x']);
  });

  test('a cut: what is outside is named', () => {
    const spec = behind([
      { op: 'Erf', name: 'early', inputs: ['x0'], outputs: ['x'] },
      squeeze,
      { op: 'Relu', inputs: ['s'], outputs: ['r'] },
      { op: 'Erf', name: 'late', inputs: ['r'], outputs: ['y'] },
    ]);
    const whole = { ...spec, inputs: [{ name: 'x0', dims: ['T', 1, 3] }] };
    expect(refusal(whole).split('\n').length).toBe(3);
    const missing = refusal(whole, { from: ['x'], to: ['r'] });
    expect(missing).toBe(
      'm.onnx: "x": is to be an input of the network, but its sizes are not known. Give them with --shape',
    );
    expect(refusal(whole, { to: ['early'] })).toBe(
      'm.onnx: "early": is no tensor of the file, expected the name of one. The node of that name gives "x"',
    );
    const { outside, outputs } = graphOf(
      { ...whole, outputs: ['r'] },
      {
        to: ['r'],
        from: ['lstm.y'],
        shape: new Map([['lstm.y', [1, 1, 1, cells]]]),
      },
    );
    expect(outputs[0]!.name).toBe('r');
    expect(outside.map(({ name }) => name)).toEqual(['lstm', 'early', 'late']);
  });

  test('a branch that an input chooses, which is given', () => {
    const branch = (factor: number): ModelSpec => ({
      nodes: [{ op: 'Clip', inputs: ['s'], outputs: ['out'], attributes: { max: { f: factor } } }],
      outputs: ['out'],
    });
    const spec: ModelSpec = {
      ...behind([
        squeeze,
        { op: 'Equal', inputs: ['rate', 'high'], outputs: ['isHigh'] },
        {
          op: 'If',
          name: 'choice',
          inputs: ['isHigh'],
          outputs: ['y'],
          attributes: { then_branch: { g: branch(0.25) }, else_branch: { g: branch(0.5) } },
        },
      ]),
      inputs: [x, { name: 'rate', dims: [], type: 'I64' }],
    };
    const withRate = { ...spec, initializers: [...spec.initializers!, integers('high', 16_000)] };
    expect(refusal(withRate)).toBe(
      'm.onnx: "If" node "choice": expected a condition that is known, got a value that depends on the input "rate". Give the value of that input with --assume',
    );
    const high = (rate: number) => {
      const layer = graphOf(withRate, { assume: new Map([['rate', rate]]) }).nodes.at(-1)!.layer;
      return layer.kind === 'activation' && layer.activation.kind === 'clip' ? layer.activation.high : null;
    };
    expect([high(16_000), high(8000)]).toEqual([0.25, 0.5]);
    expect(refusal(withRate, { assume: new Map([['rat', 1]]) })).toContain('is no input of the model, but a value is');
    expect(refusal(withRate, { shape: new Map([['rat', [1]]]) })).toContain('is no input of the model, but a shape is');
  });

  test('states of constants and of a batch, and sequence lengths', () => {
    const state = floats('c', [1, 2, cells], [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    const spec = {
      nodes: [{ ...node, inputs: [...node.inputs!.slice(0, 4), 'n', '', 'c'] }],
      initializers: [...initializers, state, integers('n', [4, 7])],
    };
    const graph = graphOf(spec);
    const [lstm] = graph.nodes;
    expect(lstm!.layer.kind === 'lstm' && lstm!.layer.initial).toEqual({
      y: new Float64Array(cells),
      c: Float64Array.of(1, 2, 3, 4, 5),
    });
    expect(graph.sequenceLengths).toEqual([4, 7]);
  });
});

describe('what Keras does with the steps of an utterance is named with a way out', () => {
  const list = (name: string, ...values: number[]) => integers(name, values);
  const fixed = { inputs: [{ name: 'x', dims: [7, 1, PLAIN.inputs] }] };

  test('all steps side by side', () => {
    const flat: NodeSpec = { op: 'Reshape', name: 'flat', inputs: ['s', 'shape'], outputs: ['y'] };
    const spec = behind([squeeze, flat], [list('shape', 1, 7 * cells)]);
    expect(refusal({ ...spec, ...fixed })).toBe(
      `m.onnx: "Reshape" node "flat": joins steps with other axes: shape [time, batch, ${cells}] to [1, ${7 * cells}]. ` +
        'Leave that part to the host with --to',
    );
  });

  test('steps turned around', () => {
    const around: NodeSpec = { op: 'Slice', name: 'around', inputs: ['x', 'm', 'low', 'zero', 'm'], outputs: ['y'] };
    const lists = [list('m', -1), list('low', -(2 ** 31)), list('zero', 0)];
    expect(refusal({ ...behind([around], lists) })).toContain(
      'm.onnx: "Slice" node "around": turns the steps of an utterance around. Export the layer behind it as a recurrent node',
    );
  });

  test('zeros around an axis that is dropped', () => {
    const pad: NodeSpec = { op: 'Pad', inputs: ['lstm.y', 'pads'], outputs: ['p'] };
    const drop: NodeSpec = { op: 'Squeeze', name: 'drop', inputs: ['p', 'one'], outputs: ['y'] };
    const spec = behind([pad, drop], [list('pads', 0, 1, 0, 0, 0, 0, 0, 0)]);
    expect(refusal(spec)).toBe('m.onnx: "Squeeze" node "drop": expected size 1 of axis 1, which it drops, got 2');
  });
});
