import { type Machine, wordUnit } from '../../machine/machine.ts';
import { elementsOf, type TensorId, windowOutputs } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import type { TermWindow } from '../legal_graph.ts';
import type { Product, QuantizedAffine, QuantizedGraph, QuantizedNode, Sums } from '../quantized_graph.ts';
import { isPoint } from './builder.ts';
import { chooseBlocks, MOST_WEIGHTS } from './choose_blocks.ts';
import { roundUp, type Shape } from './layout.ts';
import { type BlockWindow, blockSums, blockWindow, type PositionBlock } from './position_blocks.ts';
import { spanOf } from './stage.ts';

/** Products of a node, in the order of their sums. */
export function productsOf({ layer }: QuantizedNode): readonly Product[] {
  switch (layer.kind) {
    case 'lstm':
      return [...layer.gates.products, ...(layer.projection?.sums.products ?? [])];
    case 'gru': {
      const { stages } = layer;
      return [...(stages.reset === 'before' ? stages.resetSums.products : []), ...stages.sums.products];
    }
    case 'affine':
      return layer.sums.products;
    case 'pick':
      return [];
  }
}

/** Products of a node over tensors of the graph, in the order of their sums. */
export function tensorProducts(node: QuantizedNode): readonly (Product & { readonly source: { tensor: TensorId } })[] {
  return productsOf(node).flatMap((product) => {
    const { source } = product;
    return 'tensor' in source ? [{ ...product, source }] : [];
  });
}

/** Where the value of a tensor comes from: picks lead to a step of another tensor. */
export interface Resolved {
  readonly tensor: TensorId;
  readonly at: 'first' | 'last' | null;
}

/** Positions of a node that share a tile, with their sums. */
export interface BlockOfSums {
  readonly block: PositionBlock;
  readonly sums: Sums;
}

/** Reads a graph: producers, shapes in memory, blocks of positions, readers. */
export class GraphPlan {
  readonly graph: QuantizedGraph;
  readonly #producers: ReadonlyMap<TensorId, QuantizedNode>;
  readonly #shapes = new Map<TensorId, Shape>();
  readonly #machine: Machine;
  readonly #mostWeights: number;
  /** Blocks of the nodes that look at positions, by their outputs. */
  readonly #blocks = new Map<TensorId, readonly PositionBlock[]>();

  /** @param mostWeights of a node whose positions share tiles, see {@link chooseBlocks} */
  constructor(graph: QuantizedGraph, machine: Machine, mostWeights = MOST_WEIGHTS) {
    this.graph = graph;
    this.#machine = machine;
    this.#mostWeights = mostWeights;
    this.#producers = new Map(graph.nodes.map((node) => [node.output, node]));
    for (const { tensor } of graph.inputs) this.#shapes.set(tensor, this.#shapeAsRead(tensor));
    for (const node of graph.nodes) this.#shapes.set(node.output, this.#outputShape(node));
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

  /** Windows through which nodes read a tensor, directly or through picks, as the blocks of their positions do. */
  readersOf(tensor: TensorId): readonly (TermWindow | null)[] {
    return this.#productsOn(tensor).flatMap(({ node, product }) => this.windowsOf(node, product));
  }

  /** Windows of a product of a node, one for each of its blocks. */
  windowsOf(node: QuantizedNode, product: Product & { readonly source: { tensor: TensorId } }): (TermWindow | null)[] {
    const blocks = this.#blocks.get(node.output);
    if (blocks === undefined) return [product.window];
    return blocks.map((block) => this.#read(node, product, block).window);
  }

  /** The sums of an affine node, block by block of its positions. */
  blocksOf(node: QuantizedNode, { sums }: QuantizedAffine): readonly BlockOfSums[] {
    const blocks = this.#blocks.get(node.output);
    if (blocks === undefined) return [{ block: { first: 0, size: 1, count: 1 }, sums }];
    const products = tensorProducts(node);
    const shapes = products.map(({ source }) => this.shape(source.tensor));
    return blocks.map((block) => {
      const windows = products.map((product) => this.#read(node, product, block));
      return { block, sums: blockSums(sums, block, windows, shapes) };
    });
  }

  #productsOn(tensor: TensorId) {
    return this.graph.nodes.flatMap((node) =>
      tensorProducts(node)
        .filter(({ source }) => this.resolve(source.tensor).tensor === tensor)
        .map((product) => ({ node, product })),
    );
  }

  #read(
    { id, layer }: QuantizedNode,
    { source, window }: Product & { readonly source: { tensor: TensorId } },
    block: PositionBlock,
  ): BlockWindow {
    // What saturates depends on which sums are added in which group.
    const groups = layer.kind === 'affine' && layer.sums.saturate ? 1 : this.#machine.groups;
    const read = blockWindow(window, this.shape(source.tensor), block, groups);
    if (read === null) throw new EsegenError(id, 'its positions are in blocks that do not meet the same elements');
    return read;
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
    const looked = this.#productsOn(tensor).some(
      ({ product: { window } }) => window !== null && window.space.length > 0,
    );
    return looked ? unpadded(shape[0]!, shape.slice(1)) : unpadded(elements);
  }

  #outputShape(node: QuantizedNode): Shape {
    const { layer } = node;
    if (layer.kind === 'pick') return this.shape(layer.source);
    if (layer.kind === 'gru') return unpadded(layer.cells);
    if (layer.kind === 'lstm') return unpadded(layer.projection?.sums.rows ?? layer.cells);
    const products = tensorProducts(node);
    const windowed = products.find(({ window }) => window !== null && window.space.length > 0);
    if (windowed === undefined) return this.#shapeAsRead(node.output);
    const { positions } = this.shape(windowed.source.tensor);
    const outputs = windowed.window!.space.map((window, axis) => windowOutputs(window, positions[axis] ?? 0));
    const count = outputs.reduce((product, size) => product * size, 1);
    if (count !== layer.positions) {
      throw new EsegenError(node.id, `expected ${layer.positions} output positions, its windows have ${count}`);
    }
    const channels = layer.sums.rows;
    const shapes = products.map(({ source }) => this.shape(source.tensor));
    const blocks = chooseBlocks(layer.sums, outputs, shapes, this.#machine, this.#mostWeights);
    this.#blocks.set(node.output, blocks);
    const unit = wordUnit(this.#machine);
    // Between blocks that fill words there is no room.
    const packed = blocks.every(({ size, count }) => count === 1 || (size * channels) % unit === 0);
    return { channels, positions: outputs, pitch: packed ? channels : roundUp(channels, unit) };
  }
}

function unpadded(channels: number, positions: readonly number[] = []): Shape {
  return { channels, positions, pitch: channels };
}
