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
  type PortAxis,
  type Tensor,
  type TensorId,
} from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import type { LegalGraph, LegalLayer, LegalNode } from '../legal_graph.ts';
import { sizesEqual } from './editor.ts';
import {
  type Affine,
  convSizes,
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
  /** Tensors whose shape a window needs as it is. */
  readonly #shaped = new Set<TensorId>();
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
    const inputs = this.#graph.inputs.map((port) => this.#axesOf(port));
    return { tensors: this.#tensors, nodes, inputs, outputs, states: this.#graph.states };
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

  /** A node of another kind than affine; its output is a plain vector. */
  #put(tensor: Tensor, node: Node, layer: LegalLayer): void {
    this.#whole({ ...tensor, shape: [elementsOf(tensor)] });
    this.#order.push(tensor.id);
    this.#others.set(tensor.id, { id: node.id, name: node.name, layer, output: tensor.id });
  }

  /** An affine node; its output has the shape in which it is computed. */
  #putAffine(output: Tensor, affine: Affine): void {
    this.#whole({ ...output, shape: [affine.rows, ...affine.sizes] });
    if (affine.sizes.length > 0) this.#shaped.add(output.id);
    this.#order.push(output.id);
    this.#affines.set(output.id, affine);
  }

  #output(node: Node): Tensor {
    return this.#graph.tensors.get(node.output)!;
  }

  #recurrent(node: Node, layer: LstmLayer | GruLayer): void {
    const view = this.#view(node);
    const sources = view.sources.map(({ id }) => id);
    const made: LegalLayer = { kind: 'recurrent', layer: legalRecurrent(layer, view), sources };
    this.#put(this.#output(node), node, made);
  }

  #linear(node: Node, { weight, bias, activation }: LinearLayer): void {
    const terms = wholeTerms(weight, this.#view(node));
    const affine = { ...namesOf(node), rows: weight.rows, sizes: [], terms, bias, activation: null };
    this.#putActivated(node, affine, activation);
  }

  #conv(node: Node, layer: ConvLayer): void {
    const shape = this.#shape(node.inputs[0]!);
    const given = convTerms(layer, this.#view(node), shape);
    const readable = given !== null && this.#takeShapes(this.#view(node), shape.slice(1));
    const terms = readable ? given : convTerms(layer, this.#copied(node.inputs[0]!, node, shape), shape)!;
    const { bias } = layer;
    const sizes = spread([bias.length, ...convSizes(layer, shape)]);
    const affine = { ...namesOf(node), rows: bias.length, sizes, terms, bias, activation: null };
    this.#putActivated(node, affine, layer.activation);
  }

  #putActivated(node: Node, affine: Affine, activation: Activation | null): void {
    this.#putAffine(this.#output(node), activation === null ? affine : withActivation(affine, activation)!);
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
    this.#putAffine(this.#output(node), this.#diagonal(node, scale, shift));
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
    this.#putAffine(this.#output(node), withActivation(identity, activation)!);
  }

  /** scale ⊙ x + shift of the only input of a node, channel by channel. */
  #diagonal(node: Node, scale: Float64Array, shift: Float64Array): Affine {
    const shape = this.#shape(node.inputs[0]!);
    const terms = this.#diagonalTerms(node.inputs[0]!, node, shape, scale);
    return { ...namesOf(node), rows: scale.length, sizes: spread(shape), terms, bias: shift, activation: null };
  }

  #diagonalTerms(input: TensorId, node: Node, shape: readonly number[], factors: Float64Array): Affine['terms'] {
    const sizes = spread(shape);
    const view = this.#views.get(input)!;
    const given = diagonalTerms(view, shape, factors);
    if (given !== null && (sizes.length === 0 || this.#takeShapes(view, sizes))) return given;
    return diagonalTerms(this.#copied(input, node, shape), shape, factors)!;
  }

  /** Gives the sources of a view the shape [channels, …sizes], for a window to read; false where one has another one for good. */
  #takeShapes(view: View, sizes: readonly number[]): boolean {
    const wanted = view.sources.map(({ id, elements }) => ({ id, shape: [elements / product(sizes), ...sizes] }));
    if (!wanted.every(({ id, shape }) => this.#canHaveShape(id, shape))) return false;
    for (const { id, shape } of wanted) {
      this.#tensors.set(id, { ...this.#tensors.get(id)!, shape });
      this.#shaped.add(id);
    }
    return true;
  }

  #canHaveShape(id: TensorId, shape: readonly number[]): boolean {
    if (sizesEqual(this.#tensors.get(id)!.shape, shape)) return true;
    if (this.#shaped.has(id) || !Number.isInteger(shape[0])) return false;
    // Elements of a recurrent layer lie in the order of its cells.
    return !this.#others.has(id) || product(shape.slice(1)) === 1;
  }

  #sum(node: Node): void {
    const shape = this.#shape(node.output);
    const [rows, sizes] = [shape[0] ?? 1, spread(shape)];
    const ones = new Float64Array(rows).fill(1);
    const bias = new Float64Array(rows);
    const terms: Affine['terms'][number][] = [];
    const taken: Affine[] = [];
    for (const input of node.inputs) {
      const producer = this.#soleProducer(input);
      const affine = producer === null ? undefined : this.#affines.get(producer);
      const fits = affine?.activation === null && affine.rows === rows && sizesEqual(affine.sizes, sizes);
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
    const names = namesOf(largest ?? node);
    this.#putAffine(this.#output(node), { ...names, rows, sizes, terms, bias, activation: null });
  }

  #pick(node: Node, layer: PickLayer): void {
    const view = this.#view(node);
    if (tensorOf(view) !== null) {
      this.#pickOne(this.#output(node), node, layer, view.sources[0]!.id);
      return;
    }
    const sources = view.sources.map(({ id, elements }, n) => {
      const made = { ...this.#tensors.get(id)!, id: `${node.output}_${n}`, time: null };
      this.#pickOne(made, n === 0 ? node : { ...node, id: this.#freeId(node.id) }, layer, id);
      return { id: made.id, elements };
    });
    this.#views.set(node.output, { ...view, sources });
  }

  /** A step of a tensor, in its shape. */
  #pickOne(made: Tensor, node: Node, layer: PickLayer, source: TensorId): void {
    this.#put(made, node, { ...layer, source });
    this.#tensors.set(made.id, { ...made, shape: this.#tensors.get(source)!.shape });
    this.#shaped.add(source).add(made.id);
  }

  /** The affine layer that a node takes in gets the node's output instead of its own. */
  #takeOver(producer: TensorId, node: Node, affine: Affine): void {
    this.#affines.delete(producer);
    this.#tensors.delete(producer);
    this.#putAffine(this.#output(node), affine);
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

  /** A view as a tensor of its own, in a shape for windows to read. */
  #copied(
    id: TensorId,
    { id: reader, name }: { readonly id: NodeId; readonly name: string },
    shape: readonly number[],
  ): View {
    const view = this.#views.get(id)!;
    const elements = view.element.length;
    const ones = new Float64Array(elements).fill(1);
    const terms = diagonalTerms(view, [elements], ones)!;
    const copy: Tensor = { ...this.#graph.tensors.get(id)!, id: this.#freeTensor(id) };
    const bias = new Float64Array(elements);
    const nodeId = this.#freeId(`${reader}_layout`);
    this.#putAffine(copy, { id: nodeId, name, rows: elements, sizes: [], terms, bias, activation: null });
    this.#tensors.set(copy.id, { ...copy, shape });
    this.#shaped.add(copy.id);
    return this.#views.get(copy.id)!;
  }

  #outputPort(port: Port): Port {
    const tensor = tensorOf(this.#views.get(port.tensor)!);
    const isInput = this.#graph.inputs.some((input) => input.tensor === tensor);
    if (tensor !== null && !isInput) return this.#axesOf({ ...port, tensor });
    const shape = this.#shape(port.tensor);
    const copy = this.#copied(port.tensor, { id: 'output', name: port.name }, shape).sources[0]!.id;
    return this.#axesOf({ ...port, tensor: copy });
  }

  /** The port with as many axes as the shape has in which its tensor is read. */
  #axesOf(port: Port): Port {
    const { shape, time } = this.#tensors.get(port.tensor)!;
    const given = this.#graph.tensors.get(port.tensor)?.shape;
    if (given !== undefined && sizesEqual(given, shape)) return port;
    const axes: PortAxis[] = shape.map(() => 'shape');
    return { ...port, axes: time === null ? axes : ['time', ...axes] };
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

/** Axes of positions of a shape; none where there is but one position. */
function spread(shape: readonly number[]): readonly number[] {
  const sizes = shape.slice(1);
  return product(sizes) === 1 ? [] : sizes;
}

/** Values by channel as values by row of an affine layer of the same elements; null where a row is of several channels. */
function byRows(values: Float64Array, { rows, sizes }: Affine): Float64Array | null {
  const positions = product(sizes);
  const size = (rows * positions) / values.length;
  const at = (element: number) => values[Math.floor(element / size)]!;
  for (let row = 0; row < rows; row++) {
    for (let n = 1; n < positions; n++) if (at(row * positions + n) !== at(row * positions)) return null;
  }
  return Float64Array.from({ length: rows }, (_, row) => at(row * positions));
}
