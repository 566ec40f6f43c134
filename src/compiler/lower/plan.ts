import { elementsOf, type TensorId, windowOutputs } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import type { TermWindow } from '../legal_graph.ts';
import type { Product, QuantizedGraph, QuantizedNode } from '../quantized_graph.ts';
import { isPoint } from './builder.ts';
import { roundUp, type Shape } from './layout.ts';
import { spanOf } from './stage.ts';

/** Products of a node over tensors of the graph, in the order of their sums. */
export function tensorProducts({
  layer,
}: QuantizedNode): readonly (Product & { readonly source: { tensor: TensorId } })[] {
  const all: readonly Product[] =
    layer.kind === 'lstm'
      ? layer.gates.products
      : layer.kind === 'affine'
        ? layer.sums.products
        : layer.kind === 'gru'
          ? [...(layer.stages.reset === 'before' ? layer.stages.resetSums.products : []), ...layer.stages.sums.products]
          : [];
  return all.flatMap((product) => {
    const { source } = product;
    return 'tensor' in source ? [{ ...product, source }] : [];
  });
}

/** Where the value of a tensor comes from: picks lead to a step of another tensor. */
export interface Resolved {
  readonly tensor: TensorId;
  readonly at: 'first' | 'last' | null;
}

/** Reads a graph: producers, shapes in memory, readers. */
export class GraphPlan {
  readonly graph: QuantizedGraph;
  readonly #producers: ReadonlyMap<TensorId, QuantizedNode>;
  readonly #shapes = new Map<TensorId, Shape>();
  readonly #unit: number;

  /** @param unit elements at multiples of which CELL writes */
  constructor(graph: QuantizedGraph, unit: number) {
    this.graph = graph;
    this.#unit = unit;
    this.#producers = new Map(graph.nodes.map((node) => [node.output, node]));
    for (const { tensor } of graph.inputs) this.#shapes.set(tensor, this.#shapeAsRead(tensor));
    for (const node of graph.nodes) this.#shapes.set(node.output, this.#outputShape(node));
  }

  /** There is one recurrent layer. */
  get alone(): boolean {
    return this.graph.nodes.filter(({ layer }) => layer.kind === 'lstm' || layer.kind === 'gru').length === 1;
  }

  producer(tensor: TensorId): QuantizedNode | undefined {
    return this.#producers.get(tensor);
  }

  resolve(tensor: TensorId): Resolved {
    const layer = this.#producers.get(tensor)?.layer;
    if (layer?.kind !== 'pick') return { tensor, at: null };
    const inner = this.resolve(layer.source);
    return inner.at === null ? { tensor: inner.tensor, at: layer.at } : inner;
  }

  shape(tensor: TensorId): Shape {
    const shape = this.#shapes.get(tensor);
    if (shape === undefined) throw new EsegenError('graph', `tensor ${tensor} is read before it is computed`);
    return shape;
  }

  /** Windows through which nodes read a tensor, directly or through picks. */
  readersOf(tensor: TensorId, nodes: readonly QuantizedNode[] = this.graph.nodes): readonly (TermWindow | null)[] {
    return nodes.flatMap((node) =>
      tensorProducts(node)
        .filter(({ source }) => this.resolve(source.tensor).tensor === tensor)
        .map(({ window }) => window),
    );
  }

  /** Whether all tensors have the steps of the input and nothing looks ahead, so that a step can be answered as it comes. */
  streams(): boolean {
    const { graph } = this;
    const tensors = [...graph.inputs, ...graph.outputs].map(({ tensor }) => tensor);
    if (tensors.some((tensor) => this.#timeOf(tensor) === null)) return false;
    return graph.nodes.every((node) => {
      const { layer } = node;
      if (layer.kind === 'pick' || this.#timeOf(node.output) === null) return false;
      if (layer.kind !== 'affine' && layer.reverse) return false;
      return tensorProducts(node).every(({ source, window }) => {
        if (window === null || isPoint(window.time)) return true;
        const { stride, before, after } = window.time;
        const recurrent = ['lstm', 'gru'].includes(this.producer(source.tensor)?.layer.kind ?? 'input');
        return stride === 1 && after === 0 && before === spanOf(window) - 1 && !recurrent;
      });
    });
  }

  #timeOf(tensor: TensorId) {
    return this.graph.tensors.get(tensor)!.time;
  }

  /** The shape that the graph gives a tensor, which is a plain vector where no window looks at its positions. */
  #shapeAsRead(tensor: TensorId): Shape {
    const { shape } = this.graph.tensors.get(tensor)!;
    const elements = elementsOf(this.graph.tensors.get(tensor)!);
    const looked = this.readersOf(tensor).some((window) => window !== null && window.space.length > 0);
    return looked ? unpadded(shape[0]!, shape.slice(1)) : unpadded(elements);
  }

  #outputShape(node: QuantizedNode): Shape {
    const { layer } = node;
    if (layer.kind === 'pick') return this.shape(layer.source);
    if (layer.kind === 'gru') return unpadded(layer.cells);
    if (layer.kind === 'lstm') return unpadded(layer.projection?.sums.rows ?? layer.cells);
    const windowed = tensorProducts(node).find(({ window }) => window !== null && window.space.length > 0);
    if (windowed === undefined) return this.#shapeAsRead(node.output);
    const { positions } = this.shape(windowed.source.tensor);
    const outputs = windowed.window!.space.map((window, axis) => windowOutputs(window, positions[axis] ?? 0));
    const count = outputs.reduce((product, size) => product * size, 1);
    if (count !== layer.positions) {
      throw new EsegenError(node.id, `expected ${layer.positions} output positions, its windows have ${count}`);
    }
    const channels = layer.sums.rows;
    return { channels, positions: outputs, pitch: roundUp(channels, this.#unit) };
  }
}

function unpadded(channels: number, positions: readonly number[] = []): Shape {
  return { channels, positions, pitch: channels };
}
