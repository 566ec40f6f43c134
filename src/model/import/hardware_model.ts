import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { Floats } from '../graph.ts';
import {
  type Activation,
  type CellRule,
  consumersOf,
  type Graph,
  type LinearLayer,
  LSTM_GATES,
  type LstmLayer,
  type LstmMatrix,
  type Matrix,
  type Node,
} from '../graph.ts';
import type { LstmModel, StackedLayer } from '../stacked_layer.ts';

/** A node that a design cannot run. */
export interface Refusal {
  readonly node: string;
  /** As the file calls it; any text. */
  readonly name: string;
  readonly reason: string;
}

/**
 * The part of a network that goes into a design of one LSTM layer: all of it, or nothing. A linear layer
 * behind it is the output layer; it and the `host` nodes around stay on the host.
 *
 * States that the model takes as inputs and gives as outputs are those of the hardware, which the host writes and reads.
 *
 * A limit of the cell state (`cellClip`) is let through: it has no effect as long as no cell gets there, which
 * `checkCellClip` tests on the calibration frames.
 *
 * @param where file name for messages
 * @throws EsegenError naming every node that such a design cannot run, with its reason, on a line of its own
 */
export function hardwareModel(where: string, graph: Graph): LstmModel {
  const refusals = refusalsOf(graph);
  if (refusals.length > 0) {
    const lines = refusals.map(({ node, name, reason }) => `${nodeName(node, name)}: ${reason}`);
    throw new EsegenError(
      where,
      lines.join(`\n${where}: `),
      'That is for a design of one LSTM layer; esegen build makes a design of any other network, esegen run computes it in software',
    );
  }
  const lstm = graph.nodes.find(({ layer }) => layer.kind === 'lstm')!.layer as LstmLayer;
  const linear = graph.nodes.find(({ layer }) => layer.kind === 'linear')?.layer as LinearLayer | undefined;
  return {
    layer: stacked(lstm),
    outputLayer:
      linear === undefined ? null : { classes: linear.weight.rows, weight: linear.weight.values, bias: linear.bias },
  };
}

/** A node as messages name it: its id, and what the file calls it where that is another name. */
function nodeName(id: string, name: string): string {
  return name === id ? id : `${id} (${quoteName(name)})`;
}

/** All reasons why a network is no design of one LSTM layer; none where it is. */
export function refusalsOf(graph: Graph): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const refuse = (node: Node, reason: string) => refusals.push({ node: node.id, name: node.name, reason });
  const lstms = graph.nodes.filter(({ layer }) => layer.kind === 'lstm');
  const [first] = lstms;
  const head = first === undefined ? [] : headOf(graph, first);
  for (const node of graph.nodes) {
    const { layer } = node;
    if (layer.kind === 'host' || head.includes(node)) continue;
    if (layer.kind === 'linear')
      refuse(node, 'is a linear layer, which a design of one LSTM layer takes only behind it');
    else if (layer.kind !== 'lstm')
      refuse(node, `is ${WHAT[layer.kind]}, which a design of one LSTM layer does not have`);
    else for (const reason of lstmRefusals(layer, node === first)) refuse(node, reason);
  }
  const general = (reason: string) => refusals.push({ node: 'network', name: 'network', reason });
  if (first === undefined) general('has no LSTM layer');
  if (graph.sequenceLengths !== null) general('has fixed sequence lengths; the host ends an utterance');
  return refusals;
}

const WHAT = {
  gru: 'a GRU layer',
  conv: 'a convolution',
  batchNorm: 'a batch normalization',
  activation: 'an activation function',
  concat: 'a concatenation',
  add: 'a sum',
  gather: 'a change of layout',
  pick: 'a choice of a step',
} as const;

/** The output layer of the host, and the choice of a step in front of it, where only nodes of the host are behind. */
function headOf(graph: Graph, lstm: Node): readonly Node[] {
  const head: Node[] = [];
  let value = lstm.output;
  for (;;) {
    const readers = consumersOf(graph, value);
    const [next] = readers;
    if (readers.length !== 1 || next === undefined) break;
    const { layer } = next;
    const isPick = layer.kind === 'pick' && head.length === 0;
    const isLinear = layer.kind === 'linear' && layer.activation === null && head.every((n) => n.layer.kind === 'pick');
    if (!isPick && !isLinear && layer.kind !== 'host') break;
    if (layer.kind !== 'host') head.push(next);
    value = next.output;
  }
  return head;
}

function lstmRefusals({ cell, reverse, initial }: LstmLayer, isFirst: boolean): string[] {
  const reasons: string[] = [];
  if (!isFirst) reasons.push('is another LSTM layer or direction, a design of one LSTM layer takes one');
  if (reverse) reasons.push('runs in reverse direction');
  reasons.push(...cellRefusals(cell));
  if (initial !== null) {
    reasons.push(
      'has initial states other than zeros; those of a design of one LSTM layer are zeros, or what the host writes (write_state)',
    );
  }
  return reasons;
}

function cellRefusals({ gate, candidate, output, clip, couplesGates }: CellRule): string[] {
  const functions: readonly [string, Activation, Activation['kind']][] = [
    ['gates', gate, 'sigmoid'],
    ['cell gate', candidate, 'tanh'],
    ['cell state', output, 'tanh'],
  ];
  const reasons = functions
    .filter(([, { kind }, expected]) => kind !== expected)
    .map(([place, { kind }, expected]) => `has the activation ${kind} of the ${place}, expected ${expected}`);
  if (clip !== Number.POSITIVE_INFINITY) {
    reasons.push(`has clipping of the pre-activations (clip ${Number(clip.toPrecision(7))})`);
  }
  if (couplesGates) reasons.push('has coupled input and forget gates (input_forget)');
  return reasons;
}

/**
 * @param peak largest magnitude of a cell state over frames, computed without a limit
 * @param frames what to call them
 * @throws EsegenError where the model's limit of the cell state would have taken effect, for the hardware has none
 */
export function checkCellClip(where: string, graph: Graph, peak: number, frames = 'calibration'): void {
  const limit = cellClipOf(graph);
  if (peak <= limit) return;
  throw new EsegenError(
    where,
    `limits the cell state to ±${limit}, which the hardware does not, and it reaches ${peak.toPrecision(4)} in ${frames}`,
    'Use frames and utterance borders as the model was trained on',
  );
}

/** The tightest limit of a cell state in a network; Infinity where there is none. */
export function cellClipOf(graph: Graph): number {
  return Math.min(...graph.nodes.map(({ layer }) => (layer.kind === 'lstm' ? layer.cell.cellClip : Infinity)));
}

/** The layer with its gates on top of each other, as the compiler takes it. */
export function stacked({ inputs, cells, outputs, weights, projection, bias, peepholes }: LstmLayer): StackedLayer {
  const stack = (of: (gate: (typeof LSTM_GATES)[number]) => LstmMatrix) =>
    joined(LSTM_GATES.map((gate): Matrix => weights[of(gate)]).map(({ values }) => values));
  return {
    inputs,
    cells,
    outputs,
    weightX: stack((gate) => `${gate}x`),
    weightR: stack((gate) => `${gate}r`),
    weightP: projection?.values ?? null,
    bias: joined(LSTM_GATES.map((gate) => bias[gate])) as Float64Array,
    peepholes,
  };
}

/** Arrays behind each other, in double precision where one is. */
function joined(parts: readonly Floats[]): Floats {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const isDouble = parts.some((part) => part instanceof Float64Array);
  const result = isDouble ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
