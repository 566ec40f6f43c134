import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import type { Graph, Node, NodeId, Port, PortAxis, StateBinding, StatePort, Tensor, TensorId } from '../../graph.ts';
import type { Draft, DraftNode, DraftTensor, StatePart } from './draft.ts';
import { sameShape, tensorOf } from './materialize.ts';
import { type Axis, indexOf, type Source, sizeOf, sizesOf, sourceElements, type View } from './values.ts';

/** An input or output of the network that is being made. */
export interface DraftPort {
  readonly name: string;
  readonly tensor: DraftTensor;
  readonly axes: readonly PortAxis[];
}

/** What becomes of the outputs of a file. */
export interface DraftOutputs {
  readonly ports: readonly DraftPort[];
  /** Where the states of a node go. */
  readonly states: ReadonlyMap<DraftNode, ReadonlyMap<StatePart, StatePort>>;
}

/**
 * Sorts outputs into data and states: a state is what holds nothing but states of recurrent nodes behind the last step. The
 * output y of a node that takes its state from an input is a state where it is not the only result.
 *
 * @throws EsegenError where an output holds a part of a state, or states besides data
 */
export function outputsOf(path: string, draft: Draft, outputs: readonly { name: string; view: View }[]): DraftOutputs {
  const states = new Map<DraftNode, Map<StatePart, StatePort>>();
  const ports: DraftPort[] = [];
  const isState = outputs.map(({ view }) => view.sources.every((source) => stateOf(source, view) !== null));
  for (const [n, { name, view }] of outputs.entries()) {
    const at = `${path}: output ${quoteName(name)}`;
    if (isState[n]) noteStates(at, name, view, states);
    const isData = !isState[n] || isPlainOutput(view) || (isState.every((state) => state) && hasY(view));
    if (isData) ports.push(portOf(draft, name, view));
  }
  return { ports, states };
}

/** The state that a source is; null where it is data. */
function stateOf(source: Source, view: View): { node: DraftNode; part: StatePart } | null {
  if (source.kind === 'final') return { node: source.node, part: source.part };
  const node = source.tensor.producer;
  const layer = node?.layer;
  if (node === null || (layer?.kind !== 'lstm' && layer?.kind !== 'gru') || view.axes.includes('time')) return null;
  const part = layer.kind === 'lstm' ? 'y' : 'h';
  // Without an axis of time and with one step a call, the output is the state behind the call.
  return node.states.has(part) && layer.cells === sourceElements(source) ? { node, part } : null;
}

/** An output that is y of one node, under any layout that keeps its order. */
function isPlainOutput({ sources, index }: View): boolean {
  return sources.length === 1 && sources[0]!.kind === 'tensor' && index === null;
}

function hasY({ sources }: View): boolean {
  return sources.every((source) => source.kind === 'tensor' || source.part !== 'c');
}

function noteStates(at: string, name: string, view: View, states: Map<DraftNode, Map<StatePart, StatePort>>): void {
  const places = indexOf(view);
  let start = 0;
  for (const source of view.sources) {
    const elements = new Int32Array(sourceElements(source)).fill(-1);
    for (const [place, from] of places.entries()) {
      if (from >= start && from < start + elements.length) elements[from - start] = place;
    }
    start += elements.length;
    if (elements.includes(-1)) throw new EsegenError(at, 'holds a part of a state only', 'Export the whole state');
    const { node, part } = stateOf(source, view)!;
    const parts = states.get(node) ?? new Map<StatePart, StatePort>();
    states.set(node, parts);
    if (!parts.has(part)) parts.set(part, { name, elements });
  }
}

function portOf(draft: Draft, name: string, view: View): DraftPort {
  const sizes = sizesOf(view.axes.filter((axis) => axis !== 'time' && axis !== 'batch'));
  const [source] = view.sources;
  if (view.sources.length === 1 && view.index === null && source?.kind === 'tensor') {
    const axes = matchedAxes(view.axes, source.tensor.shape);
    if (axes !== null) return { name, tensor: source.tensor, axes };
  }
  const tensor = tensorOf(draft, name, view, sizes.length === 0 ? [1] : sizes);
  return { name, tensor, axes: portAxes(view.axes) };
}

export function portAxes(axes: readonly Axis[]): PortAxis[] {
  return axes.map((axis) => (typeof axis === 'number' ? 'shape' : axis));
}

/** Axes of a port for a tensor whose shape differs from them by axes of size 1; null where it is another shape. */
function matchedAxes(axes: readonly Axis[], shape: readonly number[]): PortAxis[] | null {
  const rest = [...shape];
  const result = axes.map((axis): PortAxis => {
    if (typeof axis !== 'number') return axis;
    if (rest[0] === axis && (axis !== 1 || rest.length > 0)) {
      rest.shift();
      return 'shape';
    }
    return axis === 1 ? 'one' : 'shape';
  });
  const sizes = axes.filter((axis) => typeof axis === 'number' && axis !== 1).map(sizeOf);
  return sameShape(
    sizes,
    shape.filter((size) => size !== 1),
  ) && rest.length === 0
    ? result
    : null;
}

/** Names and orders what the outputs and states need, in the types of the graph. */
export function finish(
  inputs: readonly DraftPort[],
  { ports, states }: DraftOutputs,
  sequenceLengths: readonly number[] | null,
  outside: Graph['outside'],
): Graph {
  const order = sorted([...ports.map(({ tensor }) => tensor), ...[...states.keys()].map(({ output }) => output)]);
  const ids = new Map<DraftTensor, TensorId>();
  const tensors = new Map<TensorId, Tensor>();
  const claim = (tensor: DraftTensor, id: string) => {
    ids.set(tensor, id);
    tensors.set(id, { id, name: tensor.name, shape: tensor.shape, time: tensor.time });
  };
  const used = new Set(order.flatMap(({ inputs: read }) => read));
  const read = inputs.filter(({ tensor }) => used.has(tensor) || ports.some((port) => port.tensor === tensor));
  for (const [n, { tensor }] of read.entries()) claim(tensor, read.length === 1 ? 'x' : `x${n}`);
  const names = new NodeNames();
  const nodes = order.map((node): Node => {
    const { name, layer, inputs: from, output } = node;
    const id = names.nameOf(node);
    claim(output, id);
    return { id, name, layer, inputs: from.map((tensor) => ids.get(tensor)!), output: id };
  });
  return {
    tensors,
    nodes,
    inputs: read.map(({ name, tensor, axes }): Port => ({ name, tensor: ids.get(tensor)!, axes })),
    outputs: ports.map(({ name, tensor, axes }): Port => ({ name, tensor: ids.get(tensor)!, axes })),
    states: order.flatMap((node) => bindingsOf(node, ids.get(node.output)!, states)),
    sequenceLengths,
    outside,
  };
}

/** Names nodes by their kinds and numbers; the reverse direction of a layer has its number. */
class NodeNames {
  readonly #counts = new Map<string, number>();
  #forward: { readonly node: DraftNode; readonly id: NodeId } | null = null;

  nameOf(node: DraftNode): NodeId {
    const { layer, name, inputs } = node;
    const isReverse = (layer.kind === 'lstm' || layer.kind === 'gru') && layer.reverse;
    const forward = this.#forward;
    if (isReverse && forward?.node.name === name && forward.node.inputs[0] === inputs[0])
      return `${forward.id}_reverse`;
    const kind = layer.kind === 'host' ? layer.operation.op : layer.kind;
    const stem = kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const count = this.#counts.get(stem) ?? 0;
    this.#counts.set(stem, count + 1);
    const id = `${stem}${count}${isReverse ? '_reverse' : ''}`;
    if (layer.kind === 'lstm' || layer.kind === 'gru') this.#forward = { node, id };
    return id;
  }
}

function bindingsOf(node: DraftNode, id: NodeId, states: DraftOutputs['states']): StateBinding[] {
  const { kind } = node.layer;
  if (kind !== 'lstm' && kind !== 'gru') return [];
  const parts: readonly StatePart[] = kind === 'lstm' ? ['y', 'c'] : ['h'];
  return parts.flatMap((part): StateBinding[] => {
    const given = node.states.get(part);
    const input = given === undefined ? null : { name: given.input.name, elements: given.elements };
    const output = states.get(node)?.get(part) ?? null;
    return input === null && output === null ? [] : [{ node: id, part, input, output }];
  });
}

/** Nodes behind those that they read. */
function sorted(ends: readonly DraftTensor[]): DraftNode[] {
  const order: DraftNode[] = [];
  const done = new Set<DraftNode>();
  const stack = ends.flatMap(({ producer }) => producer ?? []).reverse();
  const open = new Set<DraftNode>();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const waiting = open.has(node)
      ? []
      : node.inputs.flatMap(({ producer }) => (producer === null || done.has(producer) ? [] : producer));
    open.add(node);
    if (waiting.length > 0) {
      stack.push(...waiting.reverse());
      continue;
    }
    stack.pop();
    if (!done.has(node)) order.push(node);
    done.add(node);
  }
  return order;
}
