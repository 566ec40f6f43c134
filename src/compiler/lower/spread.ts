import { elementsOf, type TensorId } from '../../model/graph.ts';
import type { Fixed } from '../../util/fixed.ts';
import type { Product, QuantizedGraph, QuantizedNode, Sums } from '../quantized_graph.ts';

/** Bits of an accumulator that holds any vector element. */
const COPY_BITS = 18;

/** Whether a product looks at the positions of a tensor. */
function looksAtPositions({ window }: Product): boolean {
  return window !== null && window.space.length > 0;
}

function mapProducts({ layer, ...rest }: QuantizedNode, change: (product: Product) => Product): QuantizedNode {
  return layer.kind === 'affine'
    ? { ...rest, layer: { ...layer, sums: { ...layer.sums, products: layer.sums.products.map(change) } } }
    : { ...rest, layer };
}

/** x times one, exact. */
function copySums(source: TensorId, elements: number, { frac }: Fixed): Sums {
  const values = new Int16Array(elements * elements);
  for (let n = 0; n < elements; n++) values[n * elements + n] = 1;
  const matrix = { rows: elements, columns: elements, values, format: { bits: 2, frac: 0 } };
  return {
    ...{ rows: elements, frac, spectral: null, bits: COPY_BITS, saturate: false, bias: new Float64Array(elements) },
    products: [{ source: { tensor: source }, matrix, weights: elements, align: 0, window: null }],
  };
}

/**
 * Puts a copy of the outputs of recurrent layers where windows look at their positions: cells are drained in the order of their
 * numbers, windows need the channels of a position side by side. The copy changes no value.
 */
export function spreadRecurrent(graph: QuantizedGraph): QuantizedGraph {
  const looked = new Set<TensorId>();
  for (const { layer } of graph.nodes) {
    if (layer.kind !== 'affine') continue;
    for (const product of layer.sums.products) {
      if ('tensor' in product.source && looksAtPositions(product)) looked.add(product.source.tensor);
    }
  }
  const tensors = new Map(graph.tensors);
  const formats = new Map(graph.formats);
  const copies = new Map<TensorId, TensorId>();
  const nodes: QuantizedNode[] = [];
  for (const node of graph.nodes) {
    nodes.push(
      mapProducts(node, (product) => {
        const copy = 'tensor' in product.source ? copies.get(product.source.tensor) : undefined;
        return copy !== undefined && looksAtPositions(product) ? { ...product, source: { tensor: copy } } : product;
      }),
    );
    const { output, layer } = node;
    if ((layer.kind !== 'lstm' && layer.kind !== 'gru') || !looked.has(output)) continue;
    const [tensor, format] = [graph.tensors.get(output)!, graph.formats.get(output)!];
    const id = `${node.id}_spread`;
    const sums = copySums(output, elementsOf(tensor), format);
    tensors.set(id, { ...tensor, id });
    formats.set(id, format);
    copies.set(output, id);
    const activation = { kind: 'none' } as const;
    nodes.push({
      id,
      name: node.name,
      layer: { kind: 'affine', sums, positions: 1, shift: 0, activation },
      output: id,
    });
  }
  return copies.size === 0 ? graph : { ...graph, tensors, formats, nodes };
}
