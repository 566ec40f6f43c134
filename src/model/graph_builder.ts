import type { Graph, Layer, Node, Outside, Port, PortAxis, StateBinding, Tensor, Window } from './graph.ts';

/** What a node makes: the shape of a step and the windows over time; see {@link Tensor}. */
export interface Made {
  readonly shape: readonly number[];
  readonly time: readonly Window[] | null;
}

/** Puts a graph together, node by node, with ids of its own. */
export class GraphBuilder {
  readonly #tensors = new Map<string, Tensor>();
  readonly #nodes: Node[] = [];
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #states: StateBinding[] = [];
  readonly #outside: Outside[] = [];
  readonly #ids = new Set<string>();

  /** An input of the network; its steps are those of the utterance. */
  input(name: string, shape: readonly number[], axes: readonly PortAxis[]): Tensor {
    const tensor = this.#tensor(this.#id(name), name, { shape, time: [] });
    this.#inputs.push({ name, tensor: tensor.id, axes });
    return tensor;
  }

  /**
   * A layer on tensors of this graph.
   *
   * @param name as the file calls the layer
   * @param id identifier to make unique; default one made of the name
   * @returns its output, whose id is that of the node
   */
  node(name: string, layer: Layer, inputs: readonly Tensor[], made: Made, id = name): Tensor {
    const tensor = this.#tensor(this.#id(id), name, made);
    this.#nodes.push({ id: tensor.id, name, layer, inputs: inputs.map((input) => input.id), output: tensor.id });
    return tensor;
  }

  output(name: string, tensor: Tensor, axes: readonly PortAxis[]): void {
    this.#outputs.push({ name, tensor: tensor.id, axes });
  }

  state(binding: StateBinding): void {
    this.#states.push(binding);
  }

  outside(name: string, reason: string): void {
    this.#outside.push({ name, reason });
  }

  build(sequenceLengths: readonly number[] | null = null): Graph {
    return {
      tensors: this.#tensors,
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      states: this.#states,
      sequenceLengths,
      outside: this.#outside,
    };
  }

  #tensor(id: string, name: string, { shape, time }: Made): Tensor {
    const tensor = { id, name, shape, time };
    this.#tensors.set(id, tensor);
    return tensor;
  }

  /** A lower-case identifier that no other node or input has. */
  #id(name: string): string {
    const plain = identifierOf(name);
    let id = plain;
    for (let n = 2; this.#ids.has(id); n++) id = `${plain}_${n}`;
    this.#ids.add(id);
    return id;
  }
}

/** Longest identifier made of a name. */
const IDENTIFIER_LIMIT = 40;

/** A lower-case identifier that reminds of a name: `conv.0` gives `conv_0`. */
export function identifierOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, IDENTIFIER_LIMIT);
  return /^[a-z]/.test(plain) ? plain : `n_${plain}`;
}
