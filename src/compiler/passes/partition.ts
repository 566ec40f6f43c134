import {
  elementsOf,
  type Graph,
  type Node,
  type Port,
  type PortAxis,
  type Tensor,
  type TensorId,
  type Window,
} from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { isHostOnly } from './linearize.ts';
import { type Refusal, refusalsOf, refuseAll } from './refusals.ts';

/**
 * A network in three parts that run one after the other. Tensors keep their ids, so a value of one part is an input of the next;
 * `back` may also read what `front` made, and inputs of the network.
 */
export interface Partition {
  /** What the host computes before the hardware; null where there is nothing. */
  readonly front: Graph | null;
  /** What the hardware executes. */
  readonly core: Graph;
  /** What the host computes behind the hardware; null where there is nothing. */
  readonly back: Graph | null;
}

type Part = 'front' | 'core' | 'back';

/**
 * Splits a graph into what the hardware executes and what only the host computes, at both ends. Each host layer is put before or
 * behind the hardware, with all that it needs or all that needs it, so that the hardware gets the most multiplications; other
 * layers with weights are the host's only before its own.
 *
 * @throws EsegenError that names every layer that the hardware cannot run, and every host layer between those of the hardware
 */
export function partition(graph: Graph): Partition {
  const parts = assignParts(graph);
  refuseAll(refusalsOfParts(graph, parts));
  const of = (part: Part) => subgraph(graph, parts, part);
  const [front, core, back] = [of('front'), of('core'), of('back')];
  if (core.nodes.length === 0) {
    const fix = 'A model for the hardware has a recurrent, linear or convolution layer';
    throw new EsegenError('model', 'has no layer that the hardware could execute', fix);
  }
  if (front.nodes.length === 0 && back.nodes.length === 0) return { front: null, core: graph, back: null };
  const orNull = (part: Graph) => (part.nodes.length === 0 ? null : part);
  return { front: orNull(front), core, back: orNull(back) };
}

/** All layers for which there is no hardware, with their reasons: those that {@link partition} refuses. */
export function hardwareRefusals(graph: Graph): readonly Refusal[] {
  return refusalsOfParts(graph, assignParts(graph));
}

function refusalsOfParts(graph: Graph, parts: ReadonlyMap<Node, Part>): readonly Refusal[] {
  const between = hostBetween(graph, parts);
  // Where the parts cannot be what they are, any layer might be the hardware's.
  const meant = ({ node }: Refusal) => between.length > 0 || parts.get(node) === 'core' || isRecurrent(node);
  return [...between, ...refusalsOf(graph).filter(meant)];
}

/**
 * The best of all ways to cut the host layers, in their order, into those before and those behind the hardware: the one that leaves
 * the fewest between layers of the hardware, and of these the one with the most multiplications.
 */
function assignParts(graph: Graph): ReadonlyMap<Node, Part> {
  const hosts = graph.nodes.filter((node) => onlyHost(graph, node));
  let best: ReadonlyMap<Node, Part> = new Map();
  let fewest = Number.POSITIVE_INFINITY;
  let most = -1;
  for (let before = 0; before <= hosts.length; before++) {
    const parts = partsFor(graph, new Set(hosts.slice(0, before)), new Set(hosts.slice(before)));
    const between = hostBetween(graph, parts).length;
    const work = graph.nodes.reduce((sum, node) => sum + (parts.get(node) === 'core' ? workOf(graph, node) : 0), 0);
    if (between > fewest || (between === fewest && work <= most)) continue;
    fewest = between;
    most = work;
    best = parts;
  }
  return best;
}

function onlyHost(graph: Graph, node: Node): boolean {
  return isHostOnly(node, (tensor) => graph.tensors.get(tensor)!.shape);
}

function partsFor(graph: Graph, before: ReadonlySet<Node>, behind: ReadonlySet<Node>): ReadonlyMap<Node, Part> {
  const front = new Set<Node>();
  const needed = new Set<TensorId>();
  for (const node of graph.nodes.toReversed()) {
    if (!before.has(node) && !needed.has(node.output)) continue;
    front.add(node);
    for (const input of node.inputs) needed.add(input);
  }
  const parts = new Map<Node, Part>();
  const late = new Set<TensorId>();
  for (const node of graph.nodes) {
    const isBack = !front.has(node) && (behind.has(node) || node.inputs.some((input) => late.has(input)));
    if (isBack) late.add(node.output);
    parts.set(node, front.has(node) ? 'front' : isBack ? 'back' : 'core');
  }
  return parts;
}

/** Multiplications of a time step; at least 1, so that other layers count too. */
function workOf(graph: Graph, { layer, output }: Node): number {
  switch (layer.kind) {
    case 'lstm':
      return 4 * layer.cells * (layer.inputs + layer.outputs) + (layer.projection?.values.length ?? 0);
    case 'gru':
      return 3 * layer.cells * (layer.inputs + layer.cells);
    case 'linear':
      return layer.weight.values.length;
    case 'conv':
      return layer.weight.columns * elementsOf(graph.tensors.get(output)!);
    default:
      return 1;
  }
}

/** Host layers that stand between layers of the hardware: those whose results a layer with weights reads, behind the hardware. */
function hostBetween(graph: Graph, parts: ReadonlyMap<Node, Part>): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const node of graph.nodes) {
    if (!onlyHost(graph, node)) continue;
    const part = parts.get(node)!;
    const victim =
      part === 'back' ? weightsBehind(graph, node) : part === 'front' ? recurrentBefore(graph, node) : null;
    if (victim === null) continue;
    const where = part === 'back' ? 'before' : 'behind';
    refusals.push({
      node,
      reason: `only the host computes it, and it stands ${where} ${quoteName(victim.name)} (${victim.layer.kind}), which the hardware is to run; cut the network with --from or --to`,
    });
  }
  return refusals;
}

function weightsBehind(graph: Graph, node: Node): Node | null {
  const reached = new Set([node.output]);
  for (const other of graph.nodes) {
    if (!other.inputs.some((input) => reached.has(input))) continue;
    reached.add(other.output);
    if (['lstm', 'gru', 'linear', 'conv'].includes(other.layer.kind)) return other;
  }
  return null;
}

function recurrentBefore(graph: Graph, node: Node): Node | null {
  const needed = new Set(node.inputs);
  for (const other of graph.nodes.toReversed()) {
    if (!needed.has(other.output)) continue;
    for (const input of other.inputs) needed.add(input);
    if (isRecurrent(other)) return other;
  }
  return null;
}

function isRecurrent({ layer }: Node): boolean {
  return layer.kind === 'lstm' || layer.kind === 'gru';
}

function subgraph(graph: Graph, parts: ReadonlyMap<Node, Part>, part: Part): Graph {
  const nodes = graph.nodes.filter((node) => parts.get(node) === part);
  const made = new Set(nodes.map(({ output }) => output));
  const read = new Set(nodes.flatMap(({ inputs }) => inputs).filter((id) => !made.has(id)));
  const readElsewhere = new Set(graph.nodes.filter((node) => parts.get(node) !== part).flatMap(({ inputs }) => inputs));
  const isInput = (id: TensorId) => graph.inputs.some(({ tensor }) => tensor === id);
  const outputs = graph.outputs.filter(({ tensor }) => made.has(tensor) || (part === 'core' && isInput(tensor)));
  const named = new Set(outputs.map(({ tensor }) => tensor));
  const handedOn = [...made].filter((id) => readElsewhere.has(id) && !named.has(id));
  const inputs = withPorts(
    graph,
    graph.inputs.filter(({ tensor }) => read.has(tensor) || outputs.some((port) => port.tensor === tensor)),
    [...read].filter((id) => !isInput(id)),
  );
  const ids = new Set(nodes.map(({ id }) => id));
  return {
    ...graph,
    tensors: tensorsOf(graph, [...inputs.map(({ tensor }) => tensor), ...made], inputs),
    nodes,
    inputs,
    outputs: withPorts(graph, outputs, handedOn),
    states: graph.states.filter(({ node }) => ids.has(node)),
  };
}

/**
 * Ports, and others for tensors between the parts. A file may call several tensors alike, such as both directions of a layer; ports are
 * told by their names.
 */
function withPorts(graph: Graph, ports: readonly Port[], between: readonly TensorId[]): readonly Port[] {
  const all = [...ports];
  for (const id of between) {
    const { name, shape, time } = graph.tensors.get(id)!;
    const axes: PortAxis[] = shape.map(() => 'shape');
    let own = name;
    while (all.some((port) => port.name === own)) own += ` (${id})`;
    all.push({ name: own, tensor: id, axes: time === null ? axes : ['time', ...axes] });
  }
  return all;
}

/** Tensors of a part. Their windows over time start from its inputs, where those have one time. */
function tensorsOf(graph: Graph, ids: readonly TensorId[], inputs: readonly Port[]): ReadonlyMap<TensorId, Tensor> {
  const tensors = ids.map((id) => graph.tensors.get(id)!);
  const times = inputs.map(({ tensor }) => graph.tensors.get(tensor)!.time);
  const base = times[0] ?? [];
  const common = times.every((time) => time !== null && JSON.stringify(time) === JSON.stringify(base));
  const from = (time: readonly Window[] | null) => (common && time !== null ? time.slice(base.length) : time);
  return new Map(tensors.map((tensor) => [tensor.id, { ...tensor, time: from(tensor.time) }]));
}
