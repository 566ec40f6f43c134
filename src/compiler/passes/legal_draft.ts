import {
  elementsOf,
  type Graph,
  type NodeId,
  type PickLayer,
  type Port,
  type PortAxis,
  type Tensor,
  type TensorId,
} from '../../model/graph.ts';
import type { LegalGraph, LegalLayer, LegalNode } from '../legal_graph.ts';
import { sizesEqual } from './editor.ts';
import { type Affine, diagonalTerms, product } from './legal_affine.ts';
import { tensorOf, type View, wholeTensor } from './view.ts';

/** Names of a node, for what is made of it. */
export interface NodeNames {
  readonly id: NodeId;
  readonly name: string;
}

/** A legal graph while it is made of a graph: its nodes in their order, its tensors, and what each tensor of the graph is made of. */
export class LegalDraft {
  readonly #graph: Graph;
  readonly #views = new Map<TensorId, View>();
  /** Nodes by their output. */
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

  /** The legal graph; nothing is added behind it. */
  finish(): LegalGraph {
    const outputs = this.#graph.outputs.map((port) => this.#outputPort(port));
    const nodes = this.#order.flatMap((id) => {
      const affine = this.#affines.get(id);
      const other = affine === undefined ? this.#others.get(id) : legalNode(id, affine);
      return other === undefined ? [] : [other];
    });
    const inputs = this.#graph.inputs.map((port) => this.#axesOf(port));
    return { tensors: this.#tensors, nodes, inputs, outputs, states: this.#graph.states };
  }

  /** What a tensor of the graph is made of. */
  viewOf(id: TensorId): View {
    return this.#views.get(id)!;
  }

  /** Makes a tensor of the graph known as a view of others. */
  setView(id: TensorId, view: View): void {
    this.#views.set(id, view);
  }

  /** The affine node that gives a legal tensor; undefined where none does. */
  affineOf(id: TensorId): Affine | undefined {
    return this.#affines.get(id);
  }

  /** Takes an affine node out, for another one to take over what it computes. */
  remove(output: TensorId): void {
    this.#affines.delete(output);
    this.#tensors.delete(output);
  }

  /** A node of another kind than affine; its output is a plain vector. */
  put(tensor: Tensor, node: NodeNames, layer: LegalLayer): void {
    this.#whole({ ...tensor, shape: [elementsOf(tensor)] });
    this.#order.push(tensor.id);
    this.#others.set(tensor.id, { id: node.id, name: node.name, layer, output: tensor.id });
  }

  /** An affine node; its output has the shape in which it is computed. */
  putAffine(output: Tensor, affine: Affine): void {
    this.#whole({ ...output, shape: [affine.rows, ...affine.sizes] });
    if (affine.sizes.length > 0) this.#shaped.add(output.id);
    this.#order.push(output.id);
    this.#affines.set(output.id, affine);
  }

  /** A step of a tensor, in its shape. */
  putPick(made: Tensor, node: NodeNames, layer: PickLayer, source: TensorId): void {
    this.put(made, node, { ...layer, source });
    this.#tensors.set(made.id, { ...made, shape: this.#tensors.get(source)!.shape });
    this.#shaped.add(source).add(made.id);
  }

  /** A tensor of the legal graph. */
  tensor(id: TensorId): Tensor {
    return this.#tensors.get(id)!;
  }

  /** Gives the sources of a view the shape [channels, …sizes], for a window to read; false where one has another one for good. */
  takeShapes(view: View, sizes: readonly number[]): boolean {
    const wanted = view.sources.map(({ id, elements }) => ({ id, shape: [elements / product(sizes), ...sizes] }));
    if (!wanted.every(({ id, shape }) => this.#canHaveShape(id, shape))) return false;
    for (const { id, shape } of wanted) {
      this.#tensors.set(id, { ...this.#tensors.get(id)!, shape });
      this.#shaped.add(id);
    }
    return true;
  }

  /** The legal tensor that a tensor of the graph is, where one node alone reads it, through changes of layout or not. */
  soleProducer(id: TensorId): TensorId | null {
    const tensor = tensorOf(this.viewOf(id));
    return tensor !== null && this.#uses(tensor) === 1 ? tensor : null;
  }

  /** A view as a tensor of its own, in a shape for windows to read. */
  copied(id: TensorId, { id: reader, name }: NodeNames, shape: readonly number[]): View {
    const view = this.#views.get(id)!;
    const elements = view.element.length;
    const ones = new Float64Array(elements).fill(1);
    const terms = diagonalTerms(view, [elements], ones)!;
    const copy: Tensor = { ...this.#graph.tensors.get(id)!, id: this.#freeTensor(id) };
    const bias = new Float64Array(elements);
    const nodeId = this.freeId(`${reader}_layout`);
    this.putAffine(copy, { id: nodeId, name, rows: elements, sizes: [], terms, bias, activation: null });
    this.#tensors.set(copy.id, { ...copy, shape });
    this.#shaped.add(copy.id);
    return this.#views.get(copy.id)!;
  }

  /** An id for another node, like one that is there. */
  freeId(like: NodeId): NodeId {
    let id = like;
    for (let number = 2; this.#ids.has(id); number++) id = `${like}_${number}`;
    this.#ids.add(id);
    return id;
  }

  /** Makes a tensor known that a node computes, or an input. */
  #whole(tensor: Tensor): void {
    this.#tensors.set(tensor.id, tensor);
    this.#views.set(tensor.id, wholeTensor(tensor.id, elementsOf(tensor)));
  }

  #canHaveShape(id: TensorId, shape: readonly number[]): boolean {
    if (sizesEqual(this.#tensors.get(id)!.shape, shape)) return true;
    if (this.#shaped.has(id) || !Number.isInteger(shape[0])) return false;
    // Elements of a recurrent layer lie in the order of its cells.
    return !this.#others.has(id) || product(shape.slice(1)) === 1;
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

  #outputPort(port: Port): Port {
    const tensor = tensorOf(this.#views.get(port.tensor)!);
    const isInput = this.#graph.inputs.some((input) => input.tensor === tensor);
    if (tensor !== null && !isInput) return this.#axesOf({ ...port, tensor });
    const shape = this.#graph.tensors.get(port.tensor)!.shape;
    const copy = this.copied(port.tensor, { id: 'output', name: port.name }, shape).sources[0]!.id;
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
}

function legalNode(output: TensorId, { id, name, terms, bias, activation }: Affine): LegalNode {
  return { id, name, layer: { kind: 'affine', terms, bias, activation }, output };
}
