import { elementsOf, type Graph, type Node, type TensorId } from './graph.ts';
import type { MatrixName } from './matrices.ts';

/**
 * Elements of the vectors side by side that a matrix multiplies, in the order of its columns: of x those that were concatenated; all other matrices have one.
 */
export function spansOf(graph: Graph, node: Node, name: MatrixName): readonly number[] {
  switch (node.layer.kind) {
    case 'lstm':
      if (name === 'ym') return [node.layer.cells];
      return name.endsWith('x') ? sideBySide(graph, node.inputs[0]!) : [node.layer.outputs];
    case 'gru':
      return name.endsWith('x') ? sideBySide(graph, node.inputs[0]!) : [node.layer.cells];
    default:
      return sideBySide(graph, node.inputs[0]!);
  }
}

function sideBySide(graph: Graph, tensor: TensorId): readonly number[] {
  const producer = graph.nodes.find(({ output }) => output === tensor);
  if (producer?.layer.kind === 'concat') return producer.inputs.flatMap((input) => sideBySide(graph, input));
  return [elementsOf(graph.tensors.get(tensor)!)];
}
