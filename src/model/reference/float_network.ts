import type { Frames } from '../../data/frames.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { elementsOf, type Graph, type Node, type NodeId, stepsOf, type TensorId } from '../graph.ts';
import { type LayerRunner, layerRunner } from './layer_runner.ts';
import type { FloatRecurrent, InnerVector, RecurrentResult, StateValues } from './recurrent.ts';
import { RecurrentGru } from './recurrent_gru.ts';
import { RecurrentLstm } from './recurrent_lstm.ts';

/** States of recurrent nodes; those of nodes that are left out start from `initial` of their layer, or from zeros. */
export type FloatStates = ReadonlyMap<NodeId, StateValues>;

/** How a network is run over an utterance. */
export interface FloatOptions {
  /** States to start from, e.g. those that the utterance before ended with. */
  readonly states?: FloatStates | undefined;
  /** Is handed every tensor when it is known, inputs first; copy what must outlive the call. */
  readonly observe?: ((tensor: TensorId, values: Frames) => void) | undefined;
  /** Is handed the inner vectors of every recurrent node, see {@link InnerVector}. */
  readonly observeInner?: ((node: NodeId, vector: InnerVector, values: Frames) => void) | undefined;
}

/** What a network made of an utterance. */
export interface FloatResult {
  /** Values of the graph's outputs, by tensor. */
  readonly outputs: ReadonlyMap<TensorId, Frames>;
  /** States of all recurrent nodes behind their last step. */
  readonly states: ReadonlyMap<NodeId, RecurrentResult['state']>;
}

interface PreparedNode {
  readonly node: Node;
  readonly recurrent: FloatRecurrent | null;
  /** null of a recurrent node. */
  readonly run: LayerRunner | null;
  /** Tensors that nobody reads behind this node. */
  readonly done: readonly TensorId[];
}

/**
 * A network in double precision, the reference for accuracy and for calibration (never for bit-exactness): layer by layer, each
 * over a whole utterance. Weights are sorted out once, at construction; zeros among them cost nothing.
 */
export class FloatNetwork {
  readonly graph: Graph;
  readonly #nodes: readonly PreparedNode[];

  constructor(graph: Graph) {
    this.graph = graph;
    const kept = new Set(graph.outputs.map(({ tensor }) => tensor));
    const nodes: PreparedNode[] = [];
    for (const node of graph.nodes.toReversed()) {
      const done = [...new Set([...node.inputs, node.output])].filter((tensor) => !kept.has(tensor));
      for (const tensor of done) kept.add(tensor);
      nodes.push({ node, ...prepare(graph, node), done });
    }
    this.#nodes = nodes.reverse();
  }

  /**
   * Runs one utterance. A network over windows of time takes it whole; one without, in as many parts as one likes, each starting
   * from the states of the part before.
   *
   * @param inputs values of all inputs of the graph, [T, elements]; [1, elements] of those without time
   * @throws EsegenError where an input is missing or has another width or number of steps, a state another size, or a step is picked
   *   from an utterance without steps
   */
  run(inputs: ReadonlyMap<TensorId, Frames>, options: FloatOptions = {}): FloatResult {
    const values = new Map<TensorId, Frames>();
    for (const [tensor, frames] of checkInputs(this.graph, inputs)) {
      values.set(tensor, frames);
      options.observe?.(tensor, frames);
    }
    const states = new Map<NodeId, RecurrentResult['state']>();
    for (const { node, recurrent, run, done } of this.#nodes) {
      const sources = node.inputs.map((tensor) => values.get(tensor)!);
      let output: Frames;
      if (recurrent === null) {
        output = run!(sources);
      } else {
        const { observeInner } = options;
        const x = sources[0]!;
        const result = recurrent.run(recurrenceSteps(node, x), {
          state: options.states?.get(node.id),
          observe: observeInner === undefined ? undefined : (vector, frames) => observeInner(node.id, vector, frames),
        });
        states.set(node.id, result.state);
        output = { ...result.y, frames: x.frames, width: result.y.width * stepsAtOnce(node, x) };
      }
      values.set(node.output, output);
      options.observe?.(node.output, output);
      for (const tensor of done) values.delete(tensor);
    }
    return { outputs: new Map(this.graph.outputs.map(({ tensor }) => [tensor, values.get(tensor)!])), states };
  }

  /**
   * A recurrent layer of the network with its prepared weights, to run it alone.
   *
   * @throws EsegenError where the node is none
   */
  recurrent(id: NodeId): FloatRecurrent {
    const layer = this.#nodes.find(({ node }) => node.id === id)?.recurrent ?? null;
    if (layer === null) throw new EsegenError(`node ${quoteName(id)}`, 'is no recurrent layer');
    return layer;
  }
}

/** Steps of its recurrence that a recurrent layer takes in a time step. */
function stepsAtOnce({ layer }: Node, { width }: Frames): number {
  const isRecurrent = layer.kind === 'lstm' || layer.kind === 'gru';
  return isRecurrent && width > layer.inputs && width % layer.inputs === 0 ? width / layer.inputs : 1;
}

/** Frames of a step of the recurrence each. */
function recurrenceSteps(node: Node, x: Frames): Frames {
  const count = stepsAtOnce(node, x);
  return { frames: x.frames * count, width: x.width / count, data: x.data };
}

function prepare(graph: Graph, node: Node): Pick<PreparedNode, 'recurrent' | 'run'> {
  const { layer } = node;
  if (layer.kind === 'lstm') return { recurrent: new RecurrentLstm(layer), run: null };
  if (layer.kind === 'gru') return { recurrent: new RecurrentGru(layer), run: null };
  const shapes = node.inputs.map((tensor) => graph.tensors.get(tensor)!.shape);
  return { recurrent: null, run: layerRunner(node.name, layer, shapes) };
}

function checkInputs(graph: Graph, inputs: ReadonlyMap<TensorId, Frames>): ReadonlyMap<TensorId, Frames> {
  const checked = new Map<TensorId, Frames>();
  let steps: number | null = null;
  for (const { name, tensor: id } of graph.inputs) {
    const where = `input ${quoteName(name)}`;
    const frames = inputs.get(id);
    if (frames === undefined) throw new EsegenError(where, 'is missing');
    const tensor = graph.tensors.get(id)!;
    const width = elementsOf(tensor);
    if (frames.width !== width) {
      throw new EsegenError(where, `frames have ${frames.width} values, the network takes ${width}`);
    }
    const expected = stepsOf(tensor, steps ?? frames.frames);
    if (frames.frames !== expected) throw new EsegenError(where, `expected ${expected} frames, got ${frames.frames}`);
    if (tensor.time !== null) steps = frames.frames;
    checked.set(id, frames);
  }
  return checked;
}
