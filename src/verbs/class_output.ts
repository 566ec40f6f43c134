import { elementsOf, type Graph, producerOf, type TensorId } from '../model/graph.ts';

/** The output of a network that says which class a step is of. */
export interface ClassOutput {
  readonly tensor: TensorId;
  readonly classes: number;
  /** Whether it is the number of the class (an argMax at the end), not a value for each. */
  readonly decided: boolean;
}

/** Finds it: the last output, for a model may give what is before its output layer too; null where there is none. */
export function classOutput(graph: Graph): ClassOutput | null {
  const port = graph.outputs.at(-1);
  if (port === undefined) return null;
  const { tensor } = port;
  const layer = producerOf(graph, tensor)?.layer;
  if (layer?.kind === 'host' && layer.operation.op === 'argMax') {
    const { shape } = graph.tensors.get(producerOf(graph, tensor)!.inputs[0]!)!;
    return { tensor, classes: shape[layer.operation.axis]!, decided: true };
  }
  return { tensor, classes: elementsOf(graph.tensors.get(tensor)!), decided: false };
}
