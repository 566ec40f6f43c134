import { expect, test } from 'vitest';
import { type NetworkSpec, networkSpecs } from '../../../../fixtures/onnx_networks.ts';
import { type Attribute, floats, integers, type NodeSpec, onnxFile } from '../../../../fixtures/onnx_writer.ts';
import { elementsOf, type Graph, windowOutputs } from '../../../../src/model/graph.ts';
import { onnxNetwork } from '../../../../src/model/import/onnx/import_onnx.ts';
import { FloatNetwork } from '../../../../src/model/reference/float_network.ts';
import { EsegenError } from '../../../../src/util/errors.ts';
import { Rng } from '../../../../src/util/rng.ts';

/** What a graph must hold whatever the file said. */
function checkGraph(graph: Graph): void {
  const known = new Set(graph.inputs.map(({ tensor }) => tensor));
  for (const { layer, inputs, output } of graph.nodes) {
    for (const input of inputs) expect(known).toContain(input);
    known.add(output);
    const [from, to] = [graph.tensors.get(inputs[0]!)!, graph.tensors.get(output)!];
    if (layer.kind === 'lstm' || layer.kind === 'gru') {
      expect(elementsOf(from) % layer.inputs).toBe(0);
      expect(elementsOf(to) * layer.inputs).toBe(elementsOf(from) * layer.cells);
      for (const { rows, columns, values } of Object.values(layer.weights)) expect(values.length).toBe(rows * columns);
    } else if (layer.kind === 'linear') {
      expect(layer.weight.columns).toBe(elementsOf(from));
      expect(layer.weight.rows).toBe(elementsOf(to));
    } else if (layer.kind === 'conv') {
      expect(from.shape.length).toBe(1 + layer.space.length);
      expect(to.shape).toEqual([layer.weight.rows, ...layer.space.map((w, d) => windowOutputs(w, from.shape[d + 1]!))]);
    } else if (layer.kind === 'gather') {
      expect(layer.index.every((place) => place >= 0 && place < elementsOf(from))).toBe(true);
    }
  }
  for (const { tensor } of graph.outputs) expect(known).toContain(tensor);
}

/** Runs two steps, so that every layer sees its operands. */
function runGraph(graph: Graph): void {
  const frames = 12;
  const inputs = graph.inputs.map(({ tensor }) => {
    const width = elementsOf(graph.tensors.get(tensor)!);
    return [tensor, { frames, width, data: new Float64Array(frames * width).fill(0.1) }] as const;
  });
  new FloatNetwork(graph).run(new Map(inputs));
}

/** Imports a file: a graph that holds together, or a clear error. */
function attempt(at: string, spec: NetworkSpec, bytes: Uint8Array): boolean {
  try {
    const options = {
      shape: new Map(Object.entries(spec.shape ?? {})),
      assume: new Map(Object.entries(spec.assume ?? {})),
    };
    const { graph } = onnxNetwork('fuzz.onnx', bytes, options);
    checkGraph(graph);
    if (graph.inputs.reduce((sum, { tensor }) => sum + elementsOf(graph.tensors.get(tensor)!), 0) < 10_000)
      runGraph(graph);
    return true;
  } catch (error) {
    if (error instanceof EsegenError) {
      expect(error.message.startsWith('fuzz.onnx') || error.where !== '', `${at}: ${error.message}`).toBe(true);
      return false;
    }
    throw new Error(`${at}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** A file with some bytes changed, one in eight cut short. */
function flipped(rng: Rng, good: Uint8Array): Uint8Array {
  const bytes = good.slice();
  for (let change = rng.integer(1, 4); change > 0; change--) {
    bytes[rng.integer(0, bytes.length - 1)] = rng.pick([0, 1, 0x7f, 0x80, 0xff, rng.integer(0, 255)]);
  }
  return rng.integer(0, 7) === 0 ? bytes.subarray(0, rng.integer(0, bytes.length)) : bytes;
}

const OPERATORS = [
  'Relu',
  'Add',
  'Mul',
  'Sub',
  'Concat',
  'Squeeze',
  'Reshape',
  'Transpose',
  'GRU',
  'LSTM',
  'Conv',
  'Loop',
];

/** A model with one of its nodes, names, attributes or initializers changed. */
function mutated(rng: Rng, spec: NetworkSpec): NetworkSpec {
  const at = rng.integer(0, spec.nodes.length - 1);
  const node = spec.nodes[at]!;
  const names = [...spec.nodes.flatMap(({ outputs }) => outputs), ...spec.inputs.map(({ name }) => name), ''];
  const change = (changes: Partial<NodeSpec>): NetworkSpec => ({
    ...spec,
    nodes: spec.nodes.with(at, { ...node, ...changes }),
  });
  const inputs = node.inputs ?? [];
  switch (rng.integer(0, 6)) {
    case 0:
      return change({ op: rng.pick(OPERATORS) });
    case 1:
      return inputs.length === 0
        ? spec
        : change({ inputs: inputs.with(rng.integer(0, inputs.length - 1), rng.pick(names)) });
    case 2:
      return change({ inputs: inputs.slice(0, -1) });
    case 3: {
      const entries = Object.entries(node.attributes ?? {});
      if (entries.length === 0) return change({ attributes: { axis: { i: rng.integer(-3, 3) } } });
      const [key, value] = rng.pick(entries);
      return change({ attributes: { ...node.attributes, [key]: changedAttribute(rng, value) } });
    }
    case 4: {
      const number = rng.integer(0, (spec.initializers?.length ?? 1) - 1);
      return { ...spec, initializers: spec.initializers!.with(number, flipped(rng, spec.initializers![number]!)) };
    }
    case 5:
      return { ...spec, nodes: spec.nodes.toSpliced(at, 1) };
    default: {
      const dims = spec.inputs[0]!.dims.map((size) => (rng.integer(0, 2) === 0 ? rng.pick([1, 2, 5, 'Q']) : size));
      return { ...spec, inputs: spec.inputs.with(0, { ...spec.inputs[0]!, dims }) };
    }
  }
}

function changedAttribute(rng: Rng, value: Attribute): Attribute {
  if ('i' in value) return { i: rng.pick([value.i + 1, value.i - 1, -1, 0, 2 ** 40]) };
  if ('f' in value) return { f: rng.pick([0, -1, Number.NaN, 1e30]) };
  if ('s' in value) return { s: rng.pick(['', 'up', 'reverse', 'bidirectional', 'VALID', 'reflect']) };
  if ('ints' in value) {
    if (value.ints.length === 0) return value;
    return { ints: value.ints.with(rng.integer(0, value.ints.length - 1), rng.pick([0, -1, 1, 2, 3, 2 ** 33])) };
  }
  if ('t' in value) return { t: rng.pick([floats('', [2], [0, 1]), integers('', [1]), floats('', [1], [0.5])]) };
  if ('g' in value) return { g: { ...value.g, outputs: rng.pick([[], ['x'], value.g.outputs ?? []]) } };
  return value;
}

/** Of each model and way, 1,050 in all. */
const COUNT = 75;

test.each(networkSpecs(new Rng(91)).map((spec, n) => [spec.name, spec, 920 + n] as const))(
  'files with changed bytes: %s',
  (name, spec, seed) => {
    const good = onnxFile(spec);
    expect(attempt(name, spec, good)).toBe(true);
    const rng = new Rng(seed);
    let refused = 0;
    for (let n = 0; n < COUNT; n++)
      if (!attempt(`${name}, seed ${seed}, file ${n}`, spec, flipped(rng, good))) refused++;
    expect(refused).toBeGreaterThan(COUNT / 10);
  },
);

test.each(networkSpecs(new Rng(93)).map((spec, n) => [spec.name, spec, 940 + n] as const))(
  'files with a changed node: %s',
  (name, spec, seed) => {
    const rng = new Rng(seed);
    let refused = 0;
    for (let n = 0; n < COUNT; n++) {
      let changed = spec;
      for (let count = rng.integer(1, 3); count > 0; count--) changed = mutated(rng, changed);
      if (!attempt(`${name}, seed ${seed}, file ${n}`, changed, onnxFile(changed))) refused++;
    }
    expect(refused).toBeGreaterThan(COUNT / 3);
  },
);
