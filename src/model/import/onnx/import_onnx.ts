import { EsegenError } from '../../../util/errors.ts';
import { formatShape, quoteName, quoteNames } from '../../../util/quote_name.ts';
import type { Graph, Outside } from '../../graph.ts';
import type { ImportOptions } from '../import_options.ts';
import type { ImportedModel, TensorSummary } from '../imported_model.ts';
import { describe } from './call.ts';
import { joinCells } from './cells.ts';
import { Draft, type DraftTensor } from './draft.ts';
import { Fault } from './fault.ts';
import { Interpreter } from './interpreter.ts';
import { nodeName } from './node_at.ts';
import { type DraftPort, finish, outputsOf, portAxes } from './outputs.ts';
import { ConstantPool } from './pool.ts';
import { decodeOnnx } from './proto.ts';
import type { OnnxGraph, OnnxModel, OnnxNode } from './proto_types.ts';
import { isActivation, type Reading, readingsOf, type SizedInput } from './readings.ts';
import { nothingBeside, type ReadBeside, tensorType } from './tensor_data.ts';
import { type Axis, product, type Source, sizesOf, type Value, type View, viewOf } from './values.ts';

/** Largest size of an axis of an input. */
const INPUT_LIMIT = 2 ** 24;

/** Operator sets of ONNX that are read: the newest is that of ONNX 1.20. */
const OPSETS = { oldest: 5, newest: 25 };

/**
 * Imports an ONNX model of operator sets 5 to 25 that is in memory as a graph: its nodes are computed in the abstract, one after the other, on
 * constants, on sizes, and on activations whose axes are the batch (one voice), time, or features.
 *
 * @param path file for messages
 * @param beside reads data that the file keeps in another one; default: it has none such
 * @throws EsegenError where it is damaged, or holds nodes that the graph cannot hold: all of them are named, each in a line of its own
 */
export function onnxNetwork(
  path: string,
  bytes: Uint8Array,
  options: ImportOptions = {},
  beside: ReadBeside = nothingBeside,
): ImportedModel {
  const model = decodeOnnx(path, bytes);
  const { opset, graph } = model;
  if (!(opset >= OPSETS.oldest && opset <= OPSETS.newest)) {
    const what = `expected an ONNX operator set from ${OPSETS.oldest} to ${OPSETS.newest}, got ${opset}`;
    throw new EsegenError(path, what, 'Export it again');
  }
  const tensors = graph.initializers.map(
    (tensor): TensorSummary => ({ name: tensor.name, dtype: tensorType(tensor), shape: tensor.dims }),
  );
  return { graph: graphOf(path, model, options, beside), tensors };
}

type Attempt = { readonly graph: Graph } | { readonly failures: readonly EsegenError[] };

/**
 * The graph of the reading that has most recurrent layers, or the failures of that which has fewest, among those that fit the inputs
 * where some do.
 */
function graphOf(path: string, model: OnnxModel, options: ImportOptions, beside: ReadBeside): Graph {
  const inputs = inputsOf(path, model.graph, options);
  checkEnds(path, model.graph, options);
  let best: Graph | null = null;
  let failures: readonly EsegenError[] | null = null;
  const readings = readingsOf(path, inputs);
  for (const reading of readings.filter(({ faults }) => faults.length === 0)) {
    const attempt = attemptOf(path, model, options, inputs, reading, beside);
    if ('graph' in attempt) {
      if (recurrentNodes(attempt.graph) > 0) return attempt.graph;
      if (!reading.isBold) best ??= attempt.graph;
    } else if (failures === null || attempt.failures.length < failures.length) failures = attempt.failures;
  }
  if (best !== null) return best;
  throw joinedError(path, failures ?? readings[0]?.faults ?? []);
}

function recurrentNodes({ nodes }: Graph): number {
  return nodes.filter(({ layer }) => layer.kind === 'lstm' || layer.kind === 'gru').length;
}

function joinedError(path: string, failures: readonly EsegenError[]): EsegenError {
  if (failures.length === 1) return failures[0]!;
  if (failures.length === 0) return new EsegenError(path, 'expected an input of floating-point numbers, got none');
  const lines = failures.map(({ message }) => `\n  ${message}`);
  return new EsegenError(path, `${failures.length} parts of it cannot be imported:${lines.join('')}`);
}

/** The inputs that are given when the model runs, with the sizes that the user has given. */
function inputsOf(
  path: string,
  graph: OnnxGraph,
  { shape = new Map(), assume = new Map(), from = [] }: ImportOptions,
): SizedInput[] {
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !initializers.has(name));
  const names = new Set(inputs.map(({ name }) => name));
  for (const [options, known, said] of [
    [assume, names, 'a value is assumed'],
    [shape, new Set([...names, ...from]), 'a shape is given'],
  ] as const) {
    const stray = [...options.keys()].find((name) => !known.has(name));
    if (stray === undefined) continue;
    throw new EsegenError(`${path}: ${quoteName(stray)}`, `is no input of the model, but ${said} for it`);
  }
  return inputs
    .map((input) => {
      const at = `${path}: input ${quoteName(input.name)}`;
      const given = shape.get(input.name);
      const isAssumed = assume.has(input.name);
      if (given === undefined) {
        if (!input.hasShape && !isAssumed) throw new EsegenError(at, 'has no shape', 'Give its sizes with --shape');
        return { ...input, isGiven: input.dims.map(() => false) };
      }
      const fits =
        input.dims.length === given.length && input.dims.every((size, d) => size === null || given[d] === size);
      if (input.hasShape && !fits) {
        throw new EsegenError(
          at,
          `has the shape [${input.dims.map((size) => size ?? '?').join(', ')}], but [${given.join(', ')}] is given for it`,
        );
      }
      return {
        ...input,
        hasShape: true,
        dims: given,
        dimNames: given.map((_, d) => input.dimNames[d] ?? ''),
        isGiven: given.map(() => true),
      };
    })
    .map((input) => {
      if (input.dims.length <= 8 && input.dims.every((size) => size === null || (size >= 1 && size <= INPUT_LIMIT)))
        return input;
      throw new EsegenError(
        `${path}: input ${quoteName(input.name)}`,
        `expected at most 8 axes of sizes from 1 to ${INPUT_LIMIT}, got ${formatShape(input.dims.map((size) => size ?? '?'))}`,
      );
    });
}

/** Checks that there is what the network is to begin and to end with. */
function checkEnds(
  path: string,
  { nodes, inputs, initializers }: OnnxGraph,
  { from = [], to = [] }: ImportOptions,
): void {
  const given = [...inputs, ...initializers].map(({ name }) => name);
  const tensors = new Set([...given, ...nodes.flatMap(({ outputs }) => outputs)]);
  for (const name of [...from, ...to]) {
    if (tensors.has(name)) continue;
    const node = name === '' ? undefined : nodes.find((each) => each.name === name);
    const fix =
      node === undefined ? '' : `The node of that name gives ${quoteNames(node.outputs.filter((o) => o !== ''))}`;
    throw new EsegenError(`${path}: ${quoteName(name)}`, 'is no tensor of the file, expected the name of one', fix);
  }
}

function attemptOf(
  path: string,
  { opset, graph }: OnnxModel,
  options: ImportOptions,
  inputs: readonly SizedInput[],
  reading: Reading,
  beside: ReadBeside,
): Attempt {
  const draft = new Draft();
  const pool = new ConstantPool(path, beside);
  const ports: DraftPort[] = [];
  const input = (name: string, axes: readonly Axis[]): View => {
    const sizes = sizesOf(axes.filter((axis) => typeof axis === 'number'));
    const tensor: DraftTensor = draft.input(name, sizes.length === 0 ? [1] : sizes);
    ports.push({ name, tensor, axes: portAxes(axes) });
    return viewOf(tensor, axes);
  };
  const given = new Map<string, Value>();
  for (const { name, dims, dataType, ...rest } of inputs) {
    const assumed = options.assume?.get(name);
    if (assumed !== undefined)
      given.set(
        name,
        pool.literal(
          dataType === 6 || dataType === 7 ? 'I64' : dataType === 9 ? 'BOOL' : 'F32',
          dims.map((size) => size ?? 1),
          Array<number>(dims.reduce<number>((all, size) => all * (size ?? 1), 1)).fill(assumed),
        ),
      );
    else if (isActivation({ name, dims, dataType, ...rest })) given.set(name, input(name, reading.axes.get(name)!));
    else
      given.set(name, {
        kind: 'opaque',
        inputs: [name],
        shape: dims.every((size) => size !== null) ? (dims as readonly number[]) : null,
      });
  }
  const interpreter = new Interpreter({ path, opset, draft, pool, steps: reading.steps, given }, graph);
  const before = cutBefore(path, interpreter, options, input);
  const failures = interpreter.failures;
  const names = options.to ?? graph.outputs;
  const values = names.map((name) => ({ name, value: interpreter.value(name) }));
  const views: { name: string; view: View }[] = [];
  for (const { name, value } of values) {
    if (value.kind === 'view') views.push({ name, view: value });
    else if (value.kind !== 'broken')
      failures.push(
        new EsegenError(`${path}: output ${quoteName(name)}`, `expected an activation, got ${describe(value)}`),
      );
  }
  if (names.length === 0) failures.push(new EsegenError(path, 'has no outputs, expected one'));
  for (const { name, shape, used } of pool.cutWeights()) {
    const row = used.indexOf(0) / (used.length / (shape[0] ?? 1));
    const what = `is used by recurrent layers in part only (row ${Math.floor(row)} of [${shape}] is not), so that a node that cuts it leaves weights out`;
    failures.push(new EsegenError(`${path}: ${quoteName(name)}`, what, 'Export it with another exporter'));
  }
  if (failures.length > 0) return { failures };
  try {
    const outputs = outputsOf(path, draft, withCells(draft, views));
    const outside =
      options.from === undefined && options.to === undefined ? [] : outsideOf(graph, interpreter.visited, before);
    return { graph: finish(ports, outputs, interpreter.lengths, outside) };
  } catch (error) {
    if (error instanceof EsegenError) return { failures: [error] };
    if (error instanceof Fault) return { failures: [new EsegenError(`${path}: output`, error.what, error.fix)] };
    throw error;
  }
}

/** Outputs behind cells that an exporter took apart: what held a cell state is the state of a node. */
function withCells(draft: Draft, outputs: readonly { name: string; view: View }[]): { name: string; view: View }[] {
  const ends = outputs.flatMap(({ view }) =>
    view.sources.flatMap((source) => (source.kind === 'tensor' ? source.tensor : source.node.output)),
  );
  const cellStates = joinCells(draft, ends);
  const finals = new Map(
    [...cellStates].map(([tensor, node]): [DraftTensor, Source] => {
      return [tensor, { kind: 'final', node, part: 'c', elements: product(tensor.shape) }];
    }),
  );
  return outputs.map(({ name, view }) => {
    const sources = view.sources.map((source) =>
      source.kind === 'tensor' ? (finals.get(source.tensor) ?? source) : source,
    );
    return { name, view: { ...view, sources } };
  });
}

/**
 * Makes inputs of the tensors that the network starts from.
 *
 * @returns the nodes before them
 */
function cutBefore(
  path: string,
  interpreter: Interpreter,
  { from = [], shape }: ImportOptions,
  input: (name: string, axes: readonly Axis[]) => View,
): Set<OnnxNode> {
  const faults: EsegenError[] = [];
  for (const name of from) {
    const value = interpreter.value(name);
    const given = shape?.get(name);
    const axes = value.kind === 'view' ? value.axes : given;
    if (axes === undefined) {
      const what = 'is to be an input of the network, but its sizes are not known';
      faults.push(new EsegenError(`${path}: ${quoteName(name)}`, what, 'Give them with --shape'));
    } else interpreter.replace(name, input(name, axes));
  }
  const before = new Set(interpreter.visited);
  interpreter.failures.splice(0, interpreter.failures.length, ...faults);
  interpreter.visited.clear();
  return before;
}

function outsideOf({ nodes }: OnnxGraph, inside: ReadonlySet<OnnxNode>, before: ReadonlySet<OnnxNode>): Outside[] {
  const left = nodes.filter((node) => !inside.has(node) && node.opType !== 'Constant');
  return left.map((node) => {
    const why = before.has(node)
      ? 'stands before the tensors that the network starts from'
      : 'is not needed for its outputs';
    return { name: nodeName(node), reason: `is a node ${quoteName(node.opType)} that ${why}` };
  });
}
