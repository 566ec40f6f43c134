import {
  type Activation,
  type BatchNormLayer,
  type ConvLayer,
  elementsOf,
  type Graph,
  type GruLayer,
  type LinearLayer,
  type LstmLayer,
  type Node,
  type NodeId,
  type PickLayer,
  type Port,
  type Tensor,
  type TensorId,
} from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import type { LegalGraph, LegalLayer, LegalNode } from '../legal_graph.ts';
import { sizesEqual } from './editor.ts';
import {
  type Affine,
  convPositions,
  convTerms,
  diagonalTerms,
  product,
  scaledAffine,
  wholeTerms,
  withActivation,
} from './legal_affine.ts';
import { legalRecurrent } from './legal_recurrent.ts';
import { gatherView, joinViews, tensorOf, type View, wholeTensor } from './view.ts';

/**
 * Rewrites a graph into what the hardware executes: affine and recurrent layers, and steps picked. Concatenations and changes of
 * layout become columns of the matrices that read them; sums take in the layers that they add, affine layers the batch-norms and
 * activations behind them; what is left becomes an affine layer with a sparse matrix. Outputs stay what they are.
 *
 * @throws EsegenError where a layer is the host's, or a change of layout is too large to be a matrix
 */
export function legalize(graph: Graph): LegalGraph {
  return new Legalizer(graph).run();
}

class Legalizer {
  readonly #graph: Graph;
  /** What each tensor of the graph is made of. */
  readonly #views = new Map<TensorId, View>();
  /** Nodes by their output, in the order of the graph. */
  readonly #affines = new Map<TensorId, Affine>();
  readonly #others = new Map<TensorId, LegalNode>();
  readonly #order: TensorId[] = [];
  readonly #tensors = new Map<TensorId, Tensor>();
  readonly #ids: Set<NodeId>;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#ids = new Set(graph.nodes.map(({ id }) => id));
    for (const { tensor } of graph.inputs) this.#whole(graph.tensors.get(tensor)!);
  }

  run(): LegalGraph {
    for (const node of this.#graph.nodes) this.#visit(node);
    const outputs = this.#graph.outputs.map((port) => this.#outputPort(port));
    const nodes = this.#order.flatMap((id) => {
      const affine = this.#affines.get(id);
      const other = affine === undefined ? this.#others.get(id) : legalNode(id, affine);
      return other === undefined ? [] : [other];
    });
    return { tensors: this.#tensors, nodes, inputs: this.#graph.inputs, outputs, states: this.#graph.states };
  }

  #visit(node: Node): void {
    const { layer } = node;
    switch (layer.kind) {
      case 'concat':
        this.#views.set(node.output, joinViews(node.inputs.map((id) => this.#views.get(id)!)));
        return;
      case 'gather':
        this.#views.set(node.output, gatherView(this.#view(node), layer.index));
        return;
      case 'lstm':
      case 'gru':
        this.#recurrent(node, layer);
        return;
      case 'linear':
        this.#linear(node, layer);
        return;
      case 'conv':
        this.#conv(node, layer);
        return;
      case 'batchNorm':
        this.#norm(node, layer);
        return;
      case 'activation':
        this.#activate(node, layer.activation);
        return;
      case 'add':
        this.#sum(node);
        return;
      case 'pick':
        this.#pick(node, layer);
        return;
      case 'host':
        throw new EsegenError('legalize', `${layer.operation.op} is a layer of the host`);
    }
  }

  #view(node: Node): View {
    return this.#views.get(node.inputs[0]!)!;
  }

  #shape(id: TensorId): readonly number[] {
    return this.#graph.tensors.get(id)!.shape;
  }

  /** Makes a tensor known that a node computes, or an input. */
  #whole(tensor: Tensor): void {
    this.#tensors.set(tensor.id, tensor);
    this.#views.set(tensor.id, wholeTensor(tensor.id, elementsOf(tensor)));
  }

  #put(tensor: Tensor, node: Affine | LegalLayer, from?: Node): void {
    this.#whole(tensor);
    this.#order.push(tensor.id);
    if ('kind' in node) this.#others.set(tensor.id, { id: from!.id, name: from!.name, layer: node, output: tensor.id });
    else this.#affines.set(tensor.id, node);
  }

  #putAffine(node: Node, affine: Affine): void {
    this.#put(this.#graph.tensors.get(node.output)!, affine);
  }

  #recurrent(node: Node, layer: LstmLayer | GruLayer): void {
    const view = this.#view(node);
    const sources = view.sources.map(({ id }) => id);
    const made: LegalLayer = { kind: 'recurrent', layer: legalRecurrent(layer, view), sources };
    this.#put(this.#graph.tensors.get(node.output)!, made, node);
  }

  #linear(node: Node, { weight, bias, activation }: LinearLayer): void {
    const terms = wholeTerms(weight, this.#view(node));
    this.#putActivated(
      node,
      { ...namesOf(node), rows: weight.rows, positions: 1, terms, bias, activation: null },
      activation,
    );
  }

  #conv(node: Node, layer: ConvLayer): void {
    const shape = this.#shape(node.inputs[0]!);
    const terms =
      convTerms(layer, this.#view(node), shape) ?? convTerms(layer, this.#copied(node.inputs[0]!, node), shape)!;
    const { bias } = layer;
    const positions = convPositions(layer, shape);
    const affine = { ...namesOf(node), rows: bias.length, positions, terms, bias, activation: null };
    this.#putActivated(node, affine, layer.activation);
  }

  #putActivated(node: Node, affine: Affine, activation: Activation | null): void {
    this.#putAffine(node, activation === null ? affine : withActivation(affine, activation)!);
  }

  #norm(node: Node, { scale, shift }: BatchNormLayer): void {
    const producer = this.#soleProducer(node.inputs[0]!);
    const affine = producer === null ? undefined : this.#affines.get(producer);
    if (producer !== null && affine !== undefined && affine.activation === null) {
      const rowScale = byRows(scale, affine);
      const rowShift = byRows(shift, affine);
      if (rowScale !== null && rowShift !== null) {
        this.#takeOver(producer, node, scaledAffine(affine, rowScale, rowShift));
        return;
      }
    }
    this.#putAffine(node, this.#diagonal(node, scale, shift));
  }

  #activate(node: Node, activation: Activation): void {
    const producer = this.#soleProducer(node.inputs[0]!);
    const affine = producer === null ? undefined : this.#affines.get(producer);
    const activated = affine === undefined ? null : withActivation(affine, activation);
    if (producer !== null && activated !== null) {
      this.#takeOver(producer, node, activated);
      return;
    }
    const channels = this.#shape(node.inputs[0]!)[0] ?? 1;
    const identity = this.#diagonal(node, new Float64Array(channels).fill(1), new Float64Array(channels));
    this.#putAffine(node, withActivation(identity, activation)!);
  }

  /** scale ⊙ x + shift of the only input of a node, channel by channel. */
  #diagonal(node: Node, scale: Float64Array, shift: Float64Array): Affine {
    const shape = this.#shape(node.inputs[0]!);
    const terms = this.#diagonalTerms(node.inputs[0]!, node, shape, scale);
    const positions = product(shape.slice(1));
    return { ...namesOf(node), rows: scale.length, positions, terms, bias: shift, activation: null };
  }

  #diagonalTerms(input: TensorId, node: Node, shape: readonly number[], factors: Float64Array): Affine['terms'] {
    const view = this.#views.get(input)!;
    return diagonalTerms(view, shape, factors) ?? diagonalTerms(this.#copied(input, node), shape, factors)!;
  }

  #sum(node: Node): void {
    const shape = this.#shape(node.output);
    const [rows, positions] = [shape[0] ?? 1, product(shape.slice(1))];
    const ones = new Float64Array(rows).fill(1);
    const bias = new Float64Array(rows);
    const terms: Affine['terms'][number][] = [];
    const taken: Affine[] = [];
    for (const input of node.inputs) {
      const producer = this.#soleProducer(input);
      const affine = producer === null ? undefined : this.#affines.get(producer);
      const fits = affine?.activation === null && affine.rows === rows && affine.positions === positions;
      if (affine === undefined || !fits) {
        terms.push(...this.#diagonalTerms(input, node, shape, ones));
        continue;
      }
      this.#affines.delete(producer!);
      this.#tensors.delete(producer!);
      taken.push(affine);
      terms.push(...affine.terms);
      for (let row = 0; row < rows; row++) bias[row]! += affine.bias[row]!;
    }
    // The layer keeps the name of the largest that it took in, by which a config may know it.
    const size = (affine: Affine) => affine.terms.reduce((sum, { weight }) => sum + weight.values.length, 0);
    const [largest] = taken.toSorted((a, b) => size(b) - size(a));
    this.#putAffine(node, { ...namesOf(largest ?? node), rows, positions, terms, bias, activation: null });
  }

  #pick(node: Node, layer: PickLayer): void {
    const view = this.#view(node);
    if (tensorOf(view) !== null) {
      this.#put(this.#graph.tensors.get(node.output)!, { ...layer, source: view.sources[0]!.id }, node);
      return;
    }
    const sources = view.sources.map(({ id, elements }, n) => {
      const made = { ...this.#tensors.get(id)!, id: `${node.output}_${n}`, time: null };
      this.#put(made, { ...layer, source: id }, n === 0 ? node : { ...node, id: this.#freeId(node.id) });
      return { id: made.id, elements };
    });
    this.#views.set(node.output, { ...view, sources });
  }

  /** The affine layer that a node takes in gets the node's output instead of its own. */
  #takeOver(producer: TensorId, node: Node, affine: Affine): void {
    this.#affines.delete(producer);
    this.#tensors.delete(producer);
    this.#putAffine(node, affine);
  }

  /** The legal tensor that a tensor of the graph is, where one node alone reads it, through changes of layout or not. */
  #soleProducer(id: TensorId): TensorId | null {
    const tensor = tensorOf(this.#views.get(id)!);
    return tensor !== null && this.#uses(tensor) === 1 ? tensor : null;
  }

  /** Layers and outputs that read a tensor, directly or through changes of layout. */
  #uses(id: TensorId): number {
    const ports = this.#graph.outputs.filter(({ tensor }) => tensor === id).length;
    return this.#graph.nodes.reduce((sum, { inputs, layer, output }) => {
      const reads = inputs.filter((input) => input === id).length;
      if (reads === 0) return sum;
      return sum + reads * (layer.kind === 'concat' || layer.kind === 'gather' ? this.#uses(output) : 1);
    }, ports);
  }

  /** A view as a tensor of its own. */
  #copied(id: TensorId, { id: reader, name }: { readonly id: NodeId; readonly name: string }): View {
    const view = this.#views.get(id)!;
    const elements = view.element.length;
    const ones = new Float64Array(elements).fill(1);
    const terms = diagonalTerms(view, [elements], ones)!;
    const copy: Tensor = { ...this.#graph.tensors.get(id)!, id: this.#freeTensor(id) };
    const bias = new Float64Array(elements);
    const nodeId = this.#freeId(`${reader}_layout`);
    this.#put(copy, { id: nodeId, name, rows: elements, positions: 1, terms, bias, activation: null });
    return this.#views.get(copy.id)!;
  }

  #outputPort(port: Port): Port {
    const given = this.#graph.tensors.get(port.tensor)!;
    const tensor = tensorOf(this.#views.get(port.tensor)!);
    const isInput = this.#graph.inputs.some((input) => input.tensor === tensor);
    const shared = this.#graph.outputs.some(
      (other) =>
        tensorOf(this.#views.get(other.tensor)!) === tensor && !sizesEqual(this.#shape(other.tensor), given.shape),
    );
    if (tensor === null || isInput || shared) {
      const copy = this.#copied(port.tensor, { id: 'output', name: port.name }).sources[0]!.id;
      return { ...port, tensor: copy };
    }
    this.#tensors.set(tensor, { ...this.#tensors.get(tensor)!, shape: given.shape });
    return { ...port, tensor };
  }

  #freeTensor(like: TensorId): TensorId {
    let id = like;
    while (this.#tensors.has(id) || (id !== like && this.#graph.tensors.has(id))) id += '_';
    return id;
  }

  #freeId(like: NodeId): NodeId {
    let id = like;
    for (let number = 2; this.#ids.has(id); number++) id = `${like}_${number}`;
    this.#ids.add(id);
    return id;
  }
}

function namesOf({ id, name }: { readonly id: NodeId; readonly name: string }) {
  return { id, name };
}

function legalNode(output: TensorId, { id, name, terms, bias, activation }: Affine): LegalNode {
  return { id, name, layer: { kind: 'affine', terms, bias, activation }, output };
}

/** Values by channel as values by row of an affine layer of the same elements; null where a row is of several channels. */
function byRows(values: Float64Array, { rows, positions }: Affine): Float64Array | null {
  const size = (rows * positions) / values.length;
  const at = (element: number) => values[Math.floor(element / size)]!;
  for (let row = 0; row < rows; row++) {
    for (let n = 1; n < positions; n++) if (at(row * positions + n) !== at(row * positions)) return null;
  }
  return Float64Array.from({ length: rows }, (_, row) => at(row * positions));
}
