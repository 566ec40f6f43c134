import {
  type ConvLayer,
  elementsOf,
  type Graph,
  type LinearLayer,
  type Node,
  type NodeId,
  type Tensor,
  type TensorId,
  timeBehind,
  windowOutputs,
} from '../model/graph.ts';
import type { AffineLayer, AffineTerm, LegalGraph, LegalNode, RecurrentLayer } from './legal_graph.ts';

/**
 * A legal graph as a graph of plain layers, for the float reference: same tensors by the same ids, recurrent nodes by the same ids,
 * and others for the single terms of its sums.
 */
export function plainGraph(legal: LegalGraph): Graph {
  const plain = new PlainNodes(legal);
  for (const node of legal.nodes) plain.add(node);
  return {
    tensors: plain.tensors,
    nodes: plain.nodes,
    inputs: legal.inputs,
    outputs: legal.outputs,
    states: legal.states,
    sequenceLengths: null,
    outside: [],
  };
}

/** The tensor of the plain graph that a recurrent node reads as x. */
export function xTensor(node: NodeId, { sources }: RecurrentLayer): TensorId {
  return sources.length === 1 ? sources[0]! : `${node}/x`;
}

/** The tensor of the plain graph that holds the sums of an affine node before its activation. */
export function sumTensor(node: NodeId): TensorId {
  return `${node}/sum`;
}

class PlainNodes {
  readonly tensors: Map<TensorId, Tensor>;
  readonly nodes: Node[] = [];

  constructor(legal: LegalGraph) {
    this.tensors = new Map(legal.tensors);
  }

  add({ id, name, layer, output }: LegalNode): void {
    if (layer.kind === 'recurrent') {
      const inputs = [this.#joined(id, name, layer)];
      this.nodes.push({ id, name, layer: layer.layer, inputs, output });
    } else if (layer.kind === 'pick') {
      this.nodes.push({ id, name, layer: { kind: 'pick', at: layer.at }, inputs: [layer.source], output });
    } else {
      this.#affine(id, name, layer, output);
    }
  }

  #joined(id: string, name: string, layer: RecurrentLayer): TensorId {
    const { sources } = layer;
    if (sources.length === 1) return sources[0]!;
    const elements = sources.reduce((sum, source) => sum + elementsOf(this.tensors.get(source)!), 0);
    const output = this.#tensor(xTensor(id, layer), [elements], this.tensors.get(sources[0]!)!.time);
    this.nodes.push({ id: `${id}_x`, name, layer: { kind: 'concat' }, inputs: sources, output });
    return output;
  }

  #affine(id: string, name: string, { terms, bias, activation }: AffineLayer, output: TensorId): void {
    const { shape, time } = this.tensors.get(output)!;
    const zeros = new Float64Array(bias.length);
    const parts = terms.map((term, n) => {
      const node = `${id}_${n}`;
      const made = this.#term(node, name, term, n === 0 ? bias : zeros);
      return this.#reshaped(`${node}_out`, name, made, shape);
    });
    const sum = activation === null ? output : this.#tensor(sumTensor(id), shape, time);
    this.nodes.push({ id: `${id}_sum`, name, layer: { kind: 'add' }, inputs: parts, output: sum });
    if (activation !== null) {
      this.nodes.push({ id: `${id}_f`, name, layer: { kind: 'activation', activation }, inputs: [sum], output });
    }
  }

  #term(id: string, name: string, { source, weight, window }: AffineTerm, bias: Float64Array): TensorId {
    const given = this.tensors.get(source)!;
    if (window === null) {
      const layer: LinearLayer = { kind: 'linear', weight, bias, activation: null };
      const input = this.#reshaped(`${id}_in`, name, source, [elementsOf(given)]);
      const output = this.#tensor(`${id}/y`, [weight.rows], given.time);
      this.nodes.push({ id, name, layer, inputs: [input], output });
      return output;
    }
    const { channels, space, time } = window;
    const layer: ConvLayer = { kind: 'conv', channels, groups: 1, weight, bias, space, time, activation: null };
    const shape = [weight.rows, ...space.map((w, axis) => windowOutputs(w, given.shape[axis + 1]!))];
    const output = this.#tensor(`${id}/y`, shape, timeBehind(given.time, time));
    this.nodes.push({ id, name, layer, inputs: [source], output });
    return output;
  }

  #reshaped(id: string, name: string, tensor: TensorId, shape: readonly number[]): TensorId {
    const given = this.tensors.get(tensor)!;
    if (JSON.stringify(given.shape) === JSON.stringify(shape)) return tensor;
    const output = this.#tensor(`${id}/${tensor}`, shape, given.time);
    const index = Int32Array.from({ length: elementsOf(given) }, (_, n) => n);
    this.nodes.push({ id, name, layer: { kind: 'gather', index }, inputs: [tensor], output });
    return output;
  }

  #tensor(id: TensorId, shape: readonly number[], time: Tensor['time']): TensorId {
    this.tensors.set(id, { id, name: id, shape, time });
    return id;
  }
}
