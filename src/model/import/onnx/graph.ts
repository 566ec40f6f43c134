import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor } from './proto.ts';

/** A graph by its values. */
export interface GraphIndex {
  /** Model file, for messages and for external data. */
  readonly path: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Inputs that are given at run time. */
  readonly inputs: ReadonlySet<string>;
  /** Their sizes as far as the model says, null where one is only known at run time. */
  readonly inputDims: ReadonlyMap<string, readonly (number | null)[]>;
  readonly outputs: ReadonlySet<string>;
  /** Node that computes a value. */
  readonly producers: ReadonlyMap<string, OnnxNode>;
  /** Nodes that take a value, each once. */
  readonly consumers: ReadonlyMap<string, readonly OnnxNode[]>;
}

/**
 * @throws EsegenError where two nodes or initializers give the same value
 */
export function indexGraph(path: string, opset: number, graph: OnnxGraph): GraphIndex {
  const initializers = new Map<string, OnnxTensor>();
  const producers = new Map<string, OnnxNode>();
  const consumers = new Map<string, OnnxNode[]>();
  const claim = (name: string) => {
    if (!initializers.has(name) && !producers.has(name)) return;
    throw new EsegenError(`${path}: ${quoteName(name)}`, 'is given twice, expected unique names', 'Export it again');
  };
  for (const tensor of graph.initializers) {
    claim(tensor.name);
    initializers.set(tensor.name, tensor);
  }
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      claim(output);
      producers.set(output, node);
    }
    for (const input of new Set(node.inputs)) {
      const list = consumers.get(input);
      if (list === undefined) consumers.set(input, [node]);
      else list.push(node);
    }
  }
  const inputs = graph.inputs.filter(({ name }) => !initializers.has(name));
  return {
    path,
    opset,
    nodes: graph.nodes,
    initializers,
    inputs: new Set(inputs.map(({ name }) => name)),
    inputDims: new Map(inputs.map(({ name, dims }) => [name, dims])),
    outputs: new Set(graph.outputs),
    producers,
    consumers,
  };
}

/** Place of a node for messages: by its name, or else by its first output. */
export function nodeAt(path: string, { opType, name, outputs }: OnnxNode): string {
  return `${path}: ${quoteName(opType)} node ${quoteName(name === '' ? (outputs[0] ?? '') : name)}`;
}
