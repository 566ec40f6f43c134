import { EsegenError } from '../../../util/errors.ts';
import { quoteName, quoteNames } from '../../../util/quote_name.ts';
import type { OutputLayer, TrainedModel } from '../../lstm.ts';
import { graphOf } from '../graph_of_trained.ts';
import type { ImportOptions } from '../import_options.ts';
import type { ImportedModel, TensorSummary } from '../imported_model.ts';
import { checkSize } from '../limits.ts';
import { type ModelFile, withFile } from '../model_file.ts';
import { Constants } from './constants.ts';
import { type GraphIndex, indexGraph, nodeAt } from './graph.ts';
import { type OnnxLstm, readLstmNode } from './lstm_node.ts';
import { type OnnxOutputLayer, readOutputLayer } from './output_layer.ts';
import { decodeOnnx, type OnnxNode } from './proto.ts';
import { tensorType } from './tensor_data.ts';
import { type Axis, declaredSizes, inputAxes, passOn, type Traced, type TracedSizes } from './trace.ts';

/** Largest file; larger models keep their weights in a file of their own. */
const FILE_LIMIT = 2 ** 30;

/** Oldest operator set: the one in which the LSTM operator got its present inputs. */
const OPSET_LIMIT = 7;

/** Operators that only carry constants and shapes. */
const HOUSEKEEPING = new Set([
  'Constant',
  'ConstantOfShape',
  'Shape',
  'Identity',
  'Cast',
  'Expand',
  'Slice',
  'Squeeze',
]);
for (const name of ['Unsqueeze', 'Reshape', 'Transpose', 'Concat', 'Gather', 'Dropout', 'Tile', 'Split'])
  HOUSEKEEPING.add(name);

/** Operators that may follow the output layer on the host. */
const TAIL = new Set(['Softmax', 'LogSoftmax', 'Identity', 'Squeeze', 'Unsqueeze', 'Transpose', 'Reshape', 'Cast']);

/**
 * Imports an ONNX model of operator set 7 or newer: a chain of LSTM operators (`readLstmNode`), each fed with all outputs of
 * the one before, and the linear layer behind the last one where that is the last layer of the model.
 *
 * Between the LSTMs only operators may stand that move axes (`passOn`). What stands before and behind is left to the host and
 * listed as outside of the graph.
 *
 * @throws EsegenError where the file cannot be read, is larger than 1 GiB, damaged, or holds no such chain
 */
export function importOnnx(path: string, _options: ImportOptions = {}): ImportedModel {
  return withFile(path, (file) => onnxModel(path, readAll(path, file)));
}

/**
 * Imports a model that is in memory.
 *
 * @param path file for messages; external data are looked for in its folder
 */
export function onnxModel(path: string, bytes: Uint8Array): ImportedModel & { readonly model: TrainedModel } {
  const { opset, graph: raw } = decodeOnnx(path, bytes);
  if (opset < OPSET_LIMIT) {
    throw new EsegenError(path, `expected ONNX operator set ${OPSET_LIMIT} or newer, got ${opset}`, 'Export it again');
  }
  const graph = indexGraph(path, opset, raw);
  const constants = new Constants(graph);
  const { chain, used, ends } = readChain(constants);
  const output = readHead(constants, chain.at(-1)!, ends, used);
  const tensors = [...graph.initializers.values()].map(
    (tensor): TensorSummary => ({ name: tensor.name, dtype: tensorType(tensor), shape: tensor.dims }),
  );
  const model = modelOf(chain, output);
  return { graph: graphOf(model, leftOutOf(graph, used)), model, tensors };
}

function readAll(path: string, { size, read }: ModelFile): Uint8Array {
  if (size <= FILE_LIMIT) return read(0, size);
  throw new EsegenError(
    path,
    `expected an ONNX file of at most ${FILE_LIMIT} bytes, got ${size}`,
    'Export it with external data',
  );
}

function modelOf(chain: readonly OnnxLstm[], outputLayer: OutputLayer | null): TrainedModel {
  return {
    layers: chain.map(({ directions }) => directions),
    outputLayer,
    stateInput: chain.find(({ stateInput }) => stateInput !== null)?.stateInput ?? null,
    sequenceLengths: chain.find(({ sequenceLengths }) => sequenceLengths !== null)?.sequenceLengths ?? null,
  };
}

/** The LSTMs in the order of the data, the nodes that belong to them, and the values that hold the outputs of the last. */
function readChain(constants: Constants): { chain: OnnxLstm[]; used: Set<OnnxNode>; ends: Traced[] } {
  const { path, nodes, producers } = constants.graph;
  const lstms = nodes.filter(({ opType, domain }) => opType === 'LSTM' && domain === '');
  if (lstms.length === 0) {
    const kinds = [...new Set(nodes.map(({ opType }) => opType))].filter((kind) => !HOUSEKEEPING.has(kind));
    throw new EsegenError(
      path,
      `expected a graph with an LSTM operator, got ${quoteNames(kinds)}`,
      'Export a model whose LSTM is not unrolled, and not inside a function or a branch',
    );
  }
  checkSize(path, 'layers', lstms.length);
  const used = new Set<OnnxNode>();
  const chain: OnnxLstm[] = [];
  let next: OnnxNode | undefined = lstms[0];
  let ends: Traced[] = [];
  const first = lstms[0]!;
  const known = inputAxes(constants, first.inputs[0] ?? '', first.attributes.get('layout')?.i === 1);
  const declared = declaredSizes(constants, known);
  while (next !== undefined) {
    const lstm = readLstmNode(constants, next);
    const before = chain.at(-1);
    if (before !== undefined) checkInputs(path, lstm, before);
    chain.push(lstm);
    used.add(next);
    ends = outputsOf(constants, lstm, known, declared);
    const fed = new Set(ends.flatMap((value) => consumersAsX(constants.graph, value, lstms)));
    if (fed.size > 1) throw brokenChain(path, [...fed][1]!, 'is fed by an LSTM that feeds another one');
    [next] = fed;
    if (next !== undefined && used.has(next)) throw brokenChain(path, next, 'is fed by itself');
  }
  const apart = lstms.find((node) => !used.has(node));
  if (apart !== undefined) {
    const producer = producers.get(apart.inputs[0] ?? '');
    const source = producer === undefined ? 'an input' : `a ${quoteName(producer.opType)} node`;
    throw brokenChain(path, apart, `is fed by ${source} instead of by all outputs of the LSTM before it`);
  }
  return { chain, used, ends };
}

function brokenChain(path: string, node: OnnxNode, what: string): EsegenError {
  return new EsegenError(nodeAt(path, node), `${what}, expected one chain of LSTMs`, 'Export the LSTM on its own');
}

/** LSTMs whose input x is this value, with axes in the order that they expect. */
function consumersAsX({ consumers }: GraphIndex, { name, axes }: Traced, lstms: readonly OnnxNode[]): OnnxNode[] {
  return (consumers.get(name) ?? []).filter((node) => {
    const batchFirst = node.attributes.get('layout')?.i === 1;
    const [time, batch] = batchFirst ? [axes[1], axes[0]] : [axes[0], axes[1]];
    const fits =
      axes.length === 3 && time === 'time' && (batch === 'batch' || batch === 'one') && axes[2] === 'features';
    return fits && node.inputs[0] === name && lstms.includes(node);
  });
}

function checkInputs(path: string, { node, directions }: OnnxLstm, before: OnnxLstm): void {
  const expected = before.directions.reduce((sum, { layer }) => sum + layer.outputs, 0);
  const { inputs } = directions[0]!.layer;
  if (inputs === expected) return;
  throw new EsegenError(nodeAt(path, node), `takes ${inputs} inputs, but the LSTM before it has ${expected} outputs`);
}

/**
 * All values that hold the outputs y of all frames, or of one frame, of an LSTM.
 *
 * @param known axes of the values before; those found here are added
 */
function outputsOf(
  constants: Constants,
  { node, directions, batchFirst }: OnnxLstm,
  known: Map<string, readonly Axis[]>,
  declared: TracedSizes['declared'],
): Traced[] {
  const own = new Set<string>();
  const sizes = { directions: directions.length, cells: directions[0]!.layer.cells, known, declared, own };
  const y: Axis[] = batchFirst ? ['batch', 'time', 'directions', 'cells'] : ['time', 'directions', 'batch', 'cells'];
  // Y_h: only with one direction, for both directions do not end at the same frame.
  const last: Axis[] = batchFirst ? ['batch', 'directions', 'cells'] : ['directions', 'batch', 'cells'];
  const found: Traced[] = [{ name: node.outputs[0] ?? '', axes: y }];
  if (sizes.directions === 1) found.push({ name: node.outputs[1] ?? '', axes: last });
  for (const value of found) {
    if (value.name === '' || own.has(value.name)) continue;
    own.add(value.name);
    known.set(value.name, value.axes);
    for (const consumer of constants.graph.consumers.get(value.name) ?? []) {
      const result = passOn(constants, consumer, value, sizes);
      if (result !== null) found.push(result);
    }
  }
  return found;
}

/** The linear layer behind the last LSTM, if there is one and nothing but a softmax follows it. */
function readHead(
  constants: Constants,
  { directions }: OnnxLstm,
  ends: readonly Traced[],
  used: Set<OnnxNode>,
): OutputLayer | null {
  const size = directions.reduce((sum, { layer }) => sum + layer.outputs, 0);
  const heads = new Map<OnnxNode, OnnxOutputLayer>();
  for (const value of ends) {
    for (const consumer of constants.graph.consumers.get(value.name) ?? []) {
      const head = readOutputLayer(constants, consumer, value, size);
      if (head !== null) heads.set(consumer, head);
    }
  }
  const [head] = heads.values();
  if (head === undefined || heads.size > 1 || !endsModel(constants.graph, head.output)) return null;
  for (const node of head.nodes) used.add(node);
  return head.layer;
}

/** Whether only operators of the tail are behind a value. */
function endsModel({ consumers }: GraphIndex, name: string): boolean {
  const names = [name];
  const seen = new Set<OnnxNode>();
  for (const value of names) {
    for (const node of consumers.get(value) ?? []) {
      if (node.domain !== '' || !TAIL.has(node.opType)) return false;
      if (seen.has(node)) continue;
      seen.add(node);
      names.push(...node.outputs.filter((output) => output !== ''));
    }
  }
  return true;
}

function leftOutOf({ nodes }: GraphIndex, used: ReadonlySet<OnnxNode>): string[] {
  const left = nodes.filter((node) => !used.has(node) && (node.domain !== '' || !HOUSEKEEPING.has(node.opType)));
  return [...new Set(left.map(({ opType }) => opType))];
}
