import type { Graph, Node, NodeId, Port, Tensor, TensorId } from '../../model/graph.ts';

/** A graph that is being rewritten, rule by rule. Tensors and nodes that nothing needs any more go at the end. */
export class GraphEditor {
  readonly #graph: Graph;
  readonly #tensors: Map<TensorId, Tensor>;
  #nodes: Node[];
  #outputs: readonly Port[];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#tensors = new Map(graph.tensors);
    this.#nodes = [...graph.nodes];
    this.#outputs = graph.outputs;
  }

  /** Nodes behind those that they read; the list of this moment. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  tensor(id: TensorId): Tensor {
    return this.#tensors.get(id)!;
  }

  /** Node that computes a tensor; undefined for an input. */
  producer(id: TensorId): Node | undefined {
    return this.#nodes.find(({ output }) => output === id);
  }

  consumers(id: TensorId): readonly Node[] {
    return this.#nodes.filter(({ inputs }) => inputs.includes(id));
  }

  /** Whether nobody but one operand of one node reads a tensor. */
  hasOneUse(id: TensorId): boolean {
    const uses = this.#nodes.reduce((sum, { inputs }) => sum + inputs.filter((input) => input === id).length, 0);
    return uses === 1 && !this.isOutput(id);
  }

  isOutput(id: TensorId): boolean {
    return this.#outputs.some(({ tensor }) => tensor === id);
  }

  /** A new tensor like another one, of a shape of its own. */
  addTensor(like: TensorId, shape: readonly number[]): TensorId {
    const model = this.tensor(like);
    let id = `${like}_`;
    while (this.#tensors.has(id)) id += '_';
    this.#tensors.set(id, { ...model, id, shape });
    return id;
  }

  /** A node's name that no other has. */
  freeId(like: NodeId): NodeId {
    let number = 2;
    while (this.#nodes.some(({ id }) => id === `${like}_${number}`)) number++;
    return `${like}_${number}`;
  }

  /** Puts nodes in the place of one. */
  replace(node: Node, ...others: readonly Node[]): void {
    this.#nodes.splice(this.#nodes.indexOf(node), 1, ...others);
  }

  /** Whoever reads a tensor reads another one. */
  redirect(from: TensorId, to: TensorId): void {
    const renamed = (id: TensorId) => (id === from ? to : id);
    this.#nodes = this.#nodes.map((node) =>
      node.inputs.includes(from) ? { ...node, inputs: node.inputs.map(renamed) } : node,
    );
    this.#outputs = this.#outputs.map((port) => ({ ...port, tensor: renamed(port.tensor) }));
  }

  /** The graph as it is now, without what nothing needs: a node is needed by an output, or by a state that the file hands out. */
  finish(): Graph {
    const { inputs, states } = this.#graph;
    const keptTensors = new Set(this.#outputs.map(({ tensor }) => tensor));
    const kept: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      const handedOut = states.some((state) => state.node === node.id && state.output !== null);
      if (!keptTensors.has(node.output) && !handedOut) continue;
      keptTensors.add(node.output);
      for (const input of node.inputs) keptTensors.add(input);
      kept.unshift(node);
    }
    for (const { tensor } of inputs) keptTensors.add(tensor);
    const ids = new Set(kept.map(({ id }) => id));
    return {
      ...this.#graph,
      tensors: new Map([...this.#tensors].filter(([id]) => keptTensors.has(id))),
      nodes: kept,
      outputs: this.#outputs,
      states: states.filter(({ node }) => ids.has(node)),
    };
  }
}

/** Whether two shapes are the same. */
export function sizesEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
