import { elementsOf, type Graph, type HostOperation, type Node, type Tensor } from '../../model/graph.ts';
import { GraphEditor, sizesEqual } from './editor.ts';

/** Identities vanish, and nodes that nothing needs go. Outputs stay what they are. */
export function simplify(graph: Graph): Graph {
  const editor = new GraphEditor(graph);
  for (const node of graph.nodes) {
    // Earlier nodes of the loop may have given it other inputs.
    const present = editor.producer(node.output)!;
    if (isIdentity(present, editor)) editor.redirect(present.output, present.inputs[0]!);
  }
  return editor.finish();
}

function isIdentity(node: Node, editor: GraphEditor): boolean {
  const input = editor.tensor(node.inputs[0]!);
  return computesIdentity(node, input) && sizesEqual(input.shape, editor.tensor(node.output).shape);
}

function computesIdentity({ layer, inputs }: Node, input: Tensor): boolean {
  switch (layer.kind) {
    case 'activation': {
      const { activation } = layer;
      if (activation.kind === 'leakyRelu') return activation.alpha === 1;
      const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
      return (
        activation.kind === 'clip' && activation.low === NEGATIVE_INFINITY && activation.high === POSITIVE_INFINITY
      );
    }
    case 'batchNorm':
      return layer.scale.every((factor) => factor === 1) && layer.shift.every((offset) => offset === 0);
    case 'concat':
    case 'add':
      return inputs.length === 1;
    case 'gather':
      return layer.index.length === elementsOf(input) && layer.index.every((from, n) => from === n);
    case 'pick':
      return input.time === null;
    case 'host':
      return isHostIdentity(layer.operation, input);
    default:
      return false;
  }
}

function isHostIdentity(operation: HostOperation, input: Tensor): boolean {
  switch (operation.op) {
    case 'scale':
      return operation.factor.every((factor) => factor === 1) && operation.offset.every((offset) => offset === 0);
    case 'mean':
    case 'sum':
    case 'max':
      return operation.axes.every((axis) => input.shape[axis] === 1);
    case 'reflectPad':
      return operation.before === 0 && operation.after === 0;
    default:
      return false;
  }
}
