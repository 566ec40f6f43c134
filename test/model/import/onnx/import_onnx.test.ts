import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import { lstmNode, PLAIN, randomArrays } from '../../../../fixtures/onnx_lstm.ts';
import {
  floats,
  integers,
  type ModelSpec,
  type NodeSpec,
  onnxFile,
  type TensorBytes,
} from '../../../../fixtures/onnx_writer.ts';
import { onnxModel } from '../../../../src/model/import/onnx/import_onnx.ts';
import { EsegenError } from '../../../../src/util/errors.ts';
import { Rng } from '../../../../src/util/rng.ts';

const { cells, inputs } = PLAIN;
const arrays = randomArrays(new Rng(5), PLAIN);
const fcWeight = Float32Array.from({ length: 2 * cells }, (_, n) => n + 1);
const fcBias = Float32Array.of(0.25, -1);

/** fc.weight [2, 5] as the right-hand matrix of a product, [5, 2]. */
const fcTransposed = Float32Array.from({ length: 2 * cells }, (_, n) => fcWeight[(n % 2) * cells + Math.floor(n / 2)]!);

const squeeze: NodeSpec = { op: 'Squeeze', inputs: ['lstm.y', 'axis1'], outputs: ['s'] };
const axis1 = integers('axis1', [1]);

/** Imports one LSTM with nodes behind it. */
function importWith(nodes: readonly NodeSpec[], initializers: readonly TensorBytes[] = []) {
  const { node, initializers: own } = lstmNode(PLAIN, arrays);
  return onnxModel('m.onnx', onnxFile({ nodes: [node, ...nodes], initializers: [...own, axis1, ...initializers] }));
}

/** Message of the refusal of a model. */
function refusal(spec: ModelSpec): string {
  try {
    onnxModel('m.onnx', onnxFile(spec));
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message;
  }
  throw new Error('expected an EsegenError, nothing was thrown');
}

describe('an operator becomes a layer', () => {
  test('with its gates in the order of the model, and both biases summed', () => {
    const { layer } = importWith([]).model.layers[0]![0]!;
    const block = (values: Float32Array, gate: number, width: number) => [
      ...values.subarray(gate * cells * width, (gate + 1) * cells * width),
    ];
    // i, f, g, o of the model are blocks 0, 2, 3, 1 of the operator.
    expect([...layer.weightX]).toEqual([0, 2, 3, 1].flatMap((gate) => block(arrays.w, gate, inputs)));
    expect([...layer.weightR]).toEqual([0, 2, 3, 1].flatMap((gate) => block(arrays.r, gate, cells)));
    const sums = arrays.b!.subarray(0, 4 * cells).map((value, row) => value + arrays.b![4 * cells + row]!);
    expect([...layer.bias].map(Math.fround)).toEqual([0, 2, 3, 1].flatMap((gate) => block(sums, gate, 1)));
    expect(layer).toMatchObject({ inputs, cells, outputs: cells, weightP: null, peepholes: null });
  });

  test('with its peepholes in the order i, o, f', () => {
    const { node, initializers } = lstmNode(
      { ...PLAIN, peepholes: true },
      randomArrays(new Rng(6), { ...PLAIN, peepholes: true }),
    );
    const own = randomArrays(new Rng(6), { ...PLAIN, peepholes: true });
    const { layer } = onnxModel('m.onnx', onnxFile({ nodes: [node], initializers })).model.layers[0]![0]!;
    const part = (n: number) => own.p!.subarray(n * cells, (n + 1) * cells);
    expect(layer.peepholes).toEqual({ i: part(0), f: part(2), o: part(1) });
  });

  test('also where its weights are Constant nodes, behind Identity, transposed, or cut and joined', () => {
    const expected = importWith([]).model;
    const { node } = lstmNode(PLAIN, arrays);
    const gateRows = 4 * cells;
    const half = (name: string, from: number, to: number): NodeSpec[] => [
      { op: 'Slice', inputs: ['flatR', `${name}.from`, `${name}.to`], outputs: [name] },
      { op: 'Constant', outputs: [`${name}.from`], attributes: { value_ints: { ints: [from] } } },
      { op: 'Constant', outputs: [`${name}.to`], attributes: { value: { t: integers('', [to]) } } },
    ];
    const columns = Float32Array.from(
      { length: gateRows * inputs },
      (_, n) => arrays.w[(n % gateRows) * inputs + Math.floor(n / gateRows)]!,
    );
    const { model } = onnxModel(
      'm.onnx',
      onnxFile({
        nodes: [
          {
            op: 'Constant',
            outputs: ['columns'],
            attributes: { value: { t: floats('', [1, inputs, gateRows], columns) } },
          },
          { op: 'Transpose', inputs: ['columns'], outputs: ['t'], attributes: { perm: { ints: [0, 2, 1] } } },
          { op: 'Identity', inputs: ['t'], outputs: ['lstm.W'] },
          ...half('upper', 0, 7),
          ...half('lower', 7, 2 ** 53),
          { op: 'Concat', inputs: ['upper', 'lower'], outputs: ['joined'], attributes: { axis: { i: -2 } } },
          { op: 'Unsqueeze', inputs: ['joined'], outputs: ['lstm.R'], attributes: { axes: { ints: [0] } } },
          { op: 'Reshape', inputs: ['flatB', 'shapeB'], outputs: ['lstm.B'] },
          node,
        ],
        initializers: [
          floats('flatR', [gateRows, cells], arrays.r),
          floats('flatB', [2, gateRows], arrays.b!),
          integers('shapeB', [1, -1]),
        ],
      }),
    );
    expect(model).toEqual(expected);
  });

  test.each<[string, NodeSpec, TensorBytes[]]>([
    ['in given sizes', { op: 'Split', inputs: ['flat', 'sizes'], outputs: ['b', 'a'] }, [integers('sizes', [8, 12])]],
    [
      'in sizes by attribute',
      { op: 'Split', inputs: ['flat'], outputs: ['b', 'a'], attributes: { split: { ints: [8, 12] } } },
      [],
    ],
    ['in equal sizes', { op: 'Split', inputs: ['flat'], outputs: ['b', 'a'], attributes: { axis: { i: -2 } } }, []],
  ])('also where its weights are split %s, and its biases expanded', (_, split, more) => {
    const half = split.attributes?.axis === undefined ? 8 * cells : 10 * cells;
    const r = arrays.r;
    const zeroB = { ...arrays, b: new Float32Array(8 * cells).fill(0.25) };
    const { node, initializers } = lstmNode(PLAIN, zeroB);
    const { model } = onnxModel(
      'm.onnx',
      onnxFile({
        nodes: [
          split,
          { op: 'Concat', inputs: ['a', 'b'], outputs: ['joined'], attributes: { axis: { i: 0 } } },
          { op: 'Unsqueeze', inputs: ['joined', 'front'], outputs: ['lstm.R'] },
          { op: 'Expand', inputs: ['quarter', 'shapeB'], outputs: ['lstm.B'] },
          node,
        ],
        initializers: [
          initializers[0]!,
          floats('flat', [4 * cells, cells], [...r.subarray(r.length - half), ...r.subarray(0, r.length - half)]),
          floats('quarter', [1], [0.25]),
          integers('front', [0]),
          integers('shapeB', [1, 8 * cells]),
          ...more,
        ],
      }),
    );
    expect(model).toEqual(onnxModel('m.onnx', onnxFile({ nodes: [node], initializers })).model);
  });

  test('initial states that are zeros of a shape known at run time are none', () => {
    const { node, initializers } = lstmNode(
      { ...PLAIN, states: true },
      { ...arrays, h0: new Float32Array(cells), c0: new Float32Array(cells) },
    );
    const zeros: NodeSpec[] = [
      { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
      { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['fill'] },
      { op: 'Concat', inputs: ['fill', 'lstm.h0'], outputs: ['both'], attributes: { axis: { i: 0 } } },
      { op: 'Expand', inputs: ['both', 'shape'], outputs: ['h0'] },
    ];
    const changed = { ...node, inputs: node.inputs!.with(5, 'h0') };
    const { model } = onnxModel('m.onnx', onnxFile({ nodes: [...zeros, changed], initializers }));
    expect(model).toMatchObject({ stateInput: null });
    expect(model.layers[0]![0]!.initial).toBeNull();
  });

  test('initial states of one number are read, whatever the batch, and zeros in any disguise are none', () => {
    const { node, initializers } = lstmNode(PLAIN, arrays);
    const stateOf = (nodes: NodeSpec[]) => {
      const state = { ...node, inputs: [...node.inputs!.slice(0, 4), '', 'h'] };
      const more = [floats('half', [1], [0.5]), floats('zero', [], [0]), integers('one', [1])];
      const all = [{ op: 'Shape', inputs: ['x'], outputs: ['shape'] }, ...nodes, state];
      const { model } = onnxModel('m.onnx', onnxFile({ nodes: all, initializers: [...initializers, ...more] }));
      return model.stateInput ?? model.layers[0]![0]!.initial?.y ?? null;
    };
    const h = (op: string, ...inputs: string[]): NodeSpec => ({ op, inputs, outputs: ['h'] });
    const cast = (to: number): NodeSpec => ({ ...h('Cast', 'wide'), attributes: { to: { i: to } } });
    const wide: NodeSpec = { op: 'Expand', inputs: ['half', 'shape'], outputs: ['wide'] };
    expect(stateOf([h('Expand', 'half', 'shape')])).toEqual(new Float64Array(cells).fill(0.5));
    expect(stateOf([wide, h('Concat', 'wide', 'half')])).toEqual(new Float64Array(cells).fill(0.5));
    expect(stateOf([h('Mul', 'x', 'zero')])).toBeNull();
    expect(stateOf([h('Mul', 'x', 'half')])).toBe('h');
    expect(stateOf([wide, h('Concat', 'wide', 'zero')])).toBe('h');
    // A cast to integers may cut 0.5 off.
    expect(stateOf([wide, cast(7)])).toBe('h');
    expect(stateOf([{ op: 'Mul', inputs: ['x', 'zero'], outputs: ['wide'] }, cast(1)])).toBeNull();
  });

  test('initial states from an input of the model are told, constant ones are read', () => {
    const { node, initializers } = lstmNode(PLAIN, arrays);
    const states = { ...node, inputs: [...node.inputs!.slice(0, 4), '', 'h0', 'c0'] };
    const file = (more: TensorBytes[], names: string[]) =>
      onnxModel(
        'm.onnx',
        onnxFile({ nodes: [states], initializers: [...initializers, ...more], inputs: ['x', ...names] }),
      ).model;
    expect(file([], ['h0', 'c0']).stateInput).toBe('h0');
    const c0 = floats('c0', [1, 2, cells], [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    expect(file([floats('h0', [1, 1, cells], [0, 0, 0, 0, 0]), c0], []).layers[0]![0]!.initial).toEqual({
      y: new Float64Array(cells),
      c: Float64Array.of(1, 2, 3, 4, 5),
    });
    expect(() => file([floats('c0', [1, 2, cells], [1, 2, 3, 4, 5, 1, 2, 3, 4, 6])], ['h0'])).toThrow(
      'm.onnx: "LSTM" node "lstm": expected one initial state for all utterances of a batch. Export it with batch 1',
    );
  });

  test('sequence lengths: constants are read, those of an input are left to the run', () => {
    const { node, initializers } = lstmNode(PLAIN, arrays);
    const withLengths = { ...node, inputs: [...node.inputs!.slice(0, 4), 'n'] };
    const lengthsOf = (more: TensorBytes[], nodes: NodeSpec[] = []) =>
      onnxModel(
        'm.onnx',
        onnxFile({ nodes: [...nodes, withLengths], initializers: [...initializers, ...more], inputs: ['x', 'n'] }),
      ).model.sequenceLengths;
    expect(lengthsOf([])).toBeNull();
    expect(lengthsOf([integers('n', [4, 7])])).toEqual([4, 7]);
    expect(lengthsOf([integers('four', [4])], [{ op: 'Tile', inputs: ['four', 'x'], outputs: ['n'] }])).toEqual([4]);
  });
});

describe('the linear layer behind it', () => {
  const weight = floats('w', [cells, 2], fcTransposed);
  const rows = floats('wt', [2, cells], fcWeight);
  const bias = floats('b', [2], fcBias);
  const product: NodeSpec = { op: 'MatMul', inputs: ['s', 'w'], outputs: ['p'] };
  const add: NodeSpec = { op: 'Add', inputs: ['p', 'b'], outputs: ['y'] };
  const flat: NodeSpec = { op: 'Reshape', inputs: ['s', 'flat'], outputs: ['f'] };
  const flatShape = integers('flat', [-1, cells]);

  test.each<[string, NodeSpec[], TensorBytes[]]>([
    ['MatMul and Add', [squeeze, product, add], [weight, bias]],
    [
      'Add with the bias in front',
      [squeeze, product, { ...add, inputs: ['b', 'p'] }],
      [weight, floats('b', [1, 1, 2], fcBias)],
    ],
    [
      'behind a transposition, with a softmax, as Keras models have it',
      [
        squeeze,
        { op: 'Transpose', inputs: ['s'], outputs: ['t'], attributes: { perm: { ints: [1, 0, 2] } } },
        { ...product, inputs: ['t', 'w'] },
        { ...add, outputs: ['z'] },
        { op: 'Softmax', inputs: ['z'], outputs: ['y'] },
      ],
      [weight, bias],
    ],
    [
      'Gemm on all frames, transposed',
      [squeeze, flat, { op: 'Gemm', inputs: ['f', 'wt', 'b'], outputs: ['y'], attributes: { transB: { i: 1 } } }],
      [rows, bias, flatShape],
    ],
    [
      'Gemm on the last frame by Y_h',
      [
        { op: 'Squeeze', inputs: ['lstm.h', 'axis0'], outputs: ['s'] },
        { op: 'Gemm', inputs: ['s', 'w', 'b'], outputs: ['y'] },
      ],
      [weight, bias, integers('axis0', [0])],
    ],
    [
      'on the last frame by Gather',
      [
        squeeze,
        { op: 'Gather', inputs: ['s', 'last'], outputs: ['g'], attributes: { axis: { i: 0 } } },
        { op: 'Gemm', inputs: ['g', 'w', 'b'], outputs: ['y'] },
      ],
      [weight, bias, integers('last', -1)],
    ],
    [
      'on the last frame by Slice',
      [
        squeeze,
        { op: 'Slice', inputs: ['s', 'from', 'to', 'axis0'], outputs: ['g'] },
        { op: 'MatMul', inputs: ['g', 'w'], outputs: ['p'] },
        add,
      ],
      [weight, bias, integers('from', [-1]), integers('to', [2 ** 40]), integers('axis0', [0])],
    ],
  ])('%s', (_, nodes, tensors) => {
    const { outputLayer } = importWith(nodes, tensors).model;
    expect(outputLayer!.classes).toBe(2);
    expect([...outputLayer!.weight]).toEqual([...fcWeight]);
    expect([...outputLayer!.bias]).toEqual([...fcBias]);
  });

  test('without a bias it gets zeros; factors of a Gemm are applied', () => {
    const bare = importWith([squeeze, { ...product, outputs: ['y'] }], [weight]).model.outputLayer!;
    expect([...bare.bias]).toEqual([0, 0]);
    const attributes = { alpha: { f: 2 }, beta: { f: -0.5 } };
    const gemm: NodeSpec = { op: 'Gemm', inputs: ['f', 'w', 'b'], outputs: ['y'], attributes };
    const scaled = importWith([squeeze, flat, gemm], [weight, bias, flatShape]).model.outputLayer!;
    expect([...scaled.weight]).toEqual([...fcWeight.map((v) => 2 * v)]);
    expect([...scaled.bias]).toEqual([...fcBias.map((v) => -0.5 * v)]);
  });

  test.each<[string, NodeSpec[], string[]]>([
    [
      'a hidden layer',
      [squeeze, product, { ...add, outputs: ['z'] }, { op: 'Relu', inputs: ['z'], outputs: ['y'] }],
      ['MatMul', 'Add', 'Relu'],
    ],
    ['two linear layers', [squeeze, product, add, { ...product, outputs: ['q'] }], ['MatMul', 'Add']],
    [
      'another function first',
      [squeeze, { op: 'Relu', inputs: ['s'], outputs: ['r'] }, { ...product, inputs: ['r', 'w'] }],
      ['Relu', 'MatMul'],
    ],
    [
      'features that were mixed',
      [
        squeeze,
        { op: 'Transpose', inputs: ['s'], outputs: ['t'], attributes: { perm: { ints: [0, 2, 1] } } },
        { ...product, inputs: ['t', 'w'] },
      ],
      ['MatMul'],
    ],
  ])('%s is left to the host, and listed', (_, nodes, leftOut) => {
    const imported = importWith(nodes, [weight, bias]);
    expect(imported.model.outputLayer).toBeNull();
    expect(imported.graph.outside.map(({ name }) => name)).toEqual(leftOut);
  });
});

describe('refused', () => {
  const { node, initializers } = lstmNode(PLAIN, arrays);
  const change = (changes: Partial<NodeSpec>): ModelSpec => ({ nodes: [{ ...node, ...changes }], initializers });
  const attribute = (name: string, value: NonNullable<NodeSpec['attributes']>[string]) =>
    change({ attributes: { ...node.attributes, [name]: value } });
  const replaced = (tensor: TensorBytes, index: number): ModelSpec => ({
    nodes: [node],
    initializers: initializers.with(index, tensor),
  });
  const second = lstmNode(
    { ...PLAIN, name: 'second', inputs: cells },
    randomArrays(new Rng(1), { ...PLAIN, inputs: cells }),
    'between',
  );
  const at = 'm.onnx: "LSTM" node "lstm": ';

  test.each<[string, ModelSpec, string]>([
    [
      'no LSTM',
      { nodes: [{ op: 'GRU', outputs: ['y'] }] },
      'm.onnx: expected a graph with an LSTM operator, got "GRU". Export a model',
    ],
    [
      'an LSTM of another domain',
      change({ domain: 'com.microsoft' }),
      'm.onnx: expected a graph with an LSTM operator, got "LSTM"',
    ],
    [
      'an old operator set',
      { nodes: [node], initializers, opset: 6 },
      'm.onnx: expected ONNX operator set 7 or newer, got 6',
    ],
    [
      'no operator set',
      { nodes: [node], initializers, opset: null },
      'm.onnx: expected ONNX operator set 7 or newer, got 0',
    ],
    [
      'an unknown attribute',
      attribute('output_sequence', { i: 1 }),
      `${at}has the unknown attribute "output_sequence"`,
    ],
    [
      'an unknown direction',
      attribute('direction', { s: 'up' }),
      `${at}expected direction forward, reverse or bidirectional, got "up"`,
    ],
    ['an unknown layout', attribute('layout', { i: 2 }), `${at}expected layout 0 or 1, got 2`],
    ['another hidden size', attribute('hidden_size', { i: 4 }), `${at}hidden_size is 4, but W has rows for 5 cells`],
    ['a clip of zero', attribute('clip', { f: 0 }), `${at}expected a clip above 0, got 0`],
    ['a clip that is no number', attribute('clip', { f: Number.NaN }), `${at}expected a clip above 0, got NaN`],
    [
      'two activations',
      attribute('activations', { strings: ['Sigmoid', 'Tanh'] }),
      `${at}expected 3 activations, got 2`,
    ],
    [
      'another activation',
      attribute('activations', { strings: ['Sigmoid', 'Elu', 'Tanh'] }),
      `${at}expected the activations Sigmoid, Tanh, Relu or HardSigmoid, got "Elu"`,
    ],
    [
      'weights from an input',
      change({ inputs: node.inputs!.with(1, 'x') }),
      `${at}expected constant weights W [D, 4H, I], got no constant`,
    ],
    [
      'no recurrent weights',
      change({ inputs: ['x', 'lstm.W'] }),
      `${at}expected constant weights R [D, 4H, H], got no constant`,
    ],
    [
      'quantized weights',
      {
        nodes: [{ op: 'DequantizeLinear', inputs: ['q'], outputs: ['lstm.W'] }, node],
        initializers: initializers.slice(1),
      },
      `${at}expected constant weights W [D, 4H, I], got the result of a "DequantizeLinear" node. Export the model with`,
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
      'half a bias',
      replaced(floats('lstm.B', [1, 20], new Float32Array(20)), 2),
      `${at}expected B [D, 8H] = [1, 40], got [1, 20]`,
    ],
    ['no cells', replaced(floats('lstm.W', [1, 0, 3], []), 0), `${at}W: expected H (cells) from 1 to 4096, got 0`],
    [
      'a value that is given twice',
      { nodes: [node, { ...node, name: 'again' }], initializers },
      'm.onnx: "lstm.y": is given twice',
    ],
    [
      'layers with something between them',
      {
        nodes: [node, squeeze, { op: 'Add', inputs: ['s', 's'], outputs: ['between'] }, second.node],
        initializers: [...initializers, ...second.initializers, axis1],
      },
      'm.onnx: "LSTM" node "second": is fed by a "Add" node instead of by all outputs of the LSTM before it, expected one chain of LSTMs',
    ],
    [
      'layers that do not fit',
      {
        nodes: [
          node,
          { ...squeeze, outputs: ['between'] },
          lstmNode({ ...PLAIN, name: 'second' }, arrays, 'between').node,
        ],
        initializers: [...initializers, ...lstmNode({ ...PLAIN, name: 'second' }, arrays).initializers, axis1],
      },
      'm.onnx: "LSTM" node "second": takes 3 inputs, but the LSTM before it has 5 outputs',
    ],
    [
      'two LSTMs behind one',
      {
        nodes: [
          node,
          { ...squeeze, outputs: ['between'] },
          second.node,
          { ...second.node, name: 'third', outputs: ['third.y'] },
        ],
        initializers: [...initializers, ...second.initializers, axis1],
      },
      'm.onnx: "LSTM" node "third": is fed by an LSTM that feeds another one, expected one chain of LSTMs',
    ],
    [
      'a circle',
      {
        nodes: [{ ...squeeze, inputs: ['lstm.y', 'axis1'], outputs: ['x'] }, node],
        initializers: [...initializers, axis1],
      },
      'm.onnx: "LSTM" node "lstm": is fed by itself, expected one chain of LSTMs',
    ],
    [
      'constants in a circle',
      {
        nodes: [{ op: 'Identity', inputs: ['lstm.W'], outputs: ['lstm.W'] }, node],
        initializers: initializers.slice(1),
      },
      'm.onnx: "lstm.W": stands behind more than 500 nodes',
    ],
  ])('%s', (_, spec, message) => {
    expect(refusal(spec)).toContain(message);
  });

  test('constants that would fill the memory, at once', () => {
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
    expect(
      refusal({ nodes, initializers: [...initializers, floats('c0', [1, 20, 3], new Float32Array(60))] }),
    ).toContain(`expected at most ${2 ** 27} elements`);
  });

  test.each([
    ['an empty file', new Uint8Array(0), 'm.onnx: holds no graph, expected an ONNX model'],
    ['a text', new TextEncoder().encode('{"format": "onnx"}'), 'm.onnx: expected an ONNX model (protobuf), got'],
    ['a zip file', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'm.onnx: expected an ONNX model (protobuf), got'],
  ])('%s', (_, bytes, message) => {
    expect(() => onnxModel('m.onnx', bytes)).toThrow(message);
  });

  test('a file of half a million empty nodes', () => {
    const empty = new Uint8Array(1_100_000);
    for (let at = 0; at < empty.length; at += 2) empty[at] = 0x0a;
    const file = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(empty).finish();
    expect(() => onnxModel('m.onnx', file)).toThrow('m.onnx: expected at most 500000 fields, got more');
  });
});
