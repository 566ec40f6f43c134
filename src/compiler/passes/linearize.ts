import {
  elementsOf,
  type Graph,
  type HostOperation,
  type Node,
  type Tensor,
  type TensorId,
} from '../../model/graph.ts';
import { GraphEditor, sizesEqual } from './editor.ts';
import { selectionMatrix } from './matrices.ts';

/**
 * What an exporter wrote as arithmetic though it is linear becomes layers that the hardware executes: `scale` and `negate` a
 * batch-norm, `mean` and `sum` a linear layer, `subtract` of two equal shapes an addition. Outputs stay what they are.
 */
export function linearize(graph: Graph): Graph {
  const editor = new GraphEditor(graph);
  for (const node of graph.nodes) {
    if (node.layer.kind === 'host') rewrite(editor, node, node.layer.operation);
  }
  return editor.finish();
}

/** Whether a node is one that only the host computes, whatever becomes of it. */
export function isHostOnly({ layer, inputs }: Node, shapeOf: (tensor: TensorId) => readonly number[]): boolean {
  if (layer.kind !== 'host') return false;
  const { op } = layer.operation;
  if (op === 'subtract') return !sizesEqual(shapeOf(inputs[0]!), shapeOf(inputs[1]!));
  return !['scale', 'negate', 'mean', 'sum'].includes(op);
}

function rewrite(editor: GraphEditor, node: Node, operation: HostOperation): void {
  const input = editor.tensor(node.inputs[0]!);
  switch (operation.op) {
    case 'scale':
      scaleElements(editor, node, input, operation.factor, operation.offset);
      return;
    case 'negate':
      scaleElements(editor, node, input, Float64Array.of(-1), Float64Array.of(0));
      return;
    case 'mean':
    case 'sum':
      reduceAxes(editor, node, input, operation.axes, operation.op === 'mean');
      return;
    case 'subtract': {
      const [left, right] = node.inputs;
      if (!sizesEqual(input.shape, editor.tensor(right!).shape)) return;
      const negated = editor.addTensor(right!, input.shape);
      const channels = input.shape[0] ?? 1;
      const scale = new Float64Array(channels).fill(-1);
      const layer = { kind: 'batchNorm', scale, shift: new Float64Array(channels) } as const;
      const negate = { ...node, id: editor.freeId(node.id), layer, inputs: [right!], output: negated };
      editor.replace(node, negate, { ...node, layer: { kind: 'add' }, inputs: [left!, negated] });
      return;
    }
    default:
  }
}

/** factor ⊙ x + offset, element by element, as a batch-norm: by channel where all elements of a channel agree, else of the flat vector. */
function scaleElements(
  editor: GraphEditor,
  node: Node,
  input: Tensor,
  factor: Float64Array,
  offset: Float64Array,
): void {
  const elements = elementsOf(input);
  const channels = input.shape[0] ?? 1;
  const size = elements / channels;
  const of = (values: Float64Array, n: number) => values[values.length === 1 ? 0 : n]!;
  const scale = Float64Array.from({ length: elements }, (_, n) => of(factor, n));
  const shift = Float64Array.from({ length: elements }, (_, n) => of(offset, n));
  const byChannel = (values: Float64Array) => values.every((value, n) => value === values[n - (n % size)]);
  if (byChannel(scale) && byChannel(shift)) {
    const first = (values: Float64Array) => values.filter((_, n) => n % size === 0);
    editor.replace(node, { ...node, layer: { kind: 'batchNorm', scale: first(scale), shift: first(shift) } });
    return;
  }
  throughFlat(editor, node, input, elements, (flatIn, flatOut) => ({
    ...node,
    layer: { kind: 'batchNorm', scale, shift },
    inputs: [flatIn],
    output: flatOut,
  }));
}

/** Sum or mean over axes as a linear layer. */
function reduceAxes(editor: GraphEditor, node: Node, input: Tensor, axes: readonly number[], mean: boolean): void {
  const elements = elementsOf(input);
  const outputs = elementsOf(editor.tensor(node.output));
  const count = elements / outputs;
  // Output that each element belongs to: its index with the axes that go left out.
  const strides = input.shape.map((_, axis) =>
    input.shape.slice(axis + 1).reduce((product, size) => product * size, 1),
  );
  const belongs = Int32Array.from({ length: elements }, (_, n) =>
    input.shape.reduce((at, size, axis) => {
      return axes.includes(axis) ? at : at * size + (Math.floor(n / strides[axis]!) % size);
    }, 0),
  );
  const byElement = selectionMatrix(outputs, belongs);
  const values = new Float64Array(outputs * elements);
  for (let row = 0; row < outputs; row++) {
    for (let n = 0; n < elements; n++) {
      values[row * elements + n] = byElement.values[n * outputs + row]! / (mean ? count : 1);
    }
  }
  throughFlat(editor, node, input, outputs, (flatIn, flatOut) => ({
    ...node,
    layer: {
      kind: 'linear',
      weight: { rows: outputs, columns: elements, values },
      bias: new Float64Array(outputs),
      activation: null,
    },
    inputs: [flatIn],
    output: flatOut,
  }));
}

/** Puts a node that takes and makes flat vectors in the place of one of other shapes. */
function throughFlat(
  editor: GraphEditor,
  node: Node,
  input: Tensor,
  outputs: number,
  make: (flatIn: TensorId, flatOut: TensorId) => Node,
): void {
  const counting = (length: number) => Int32Array.from({ length }, (_, n) => n);
  const elements = elementsOf(input);
  const flatIn = editor.addTensor(input.id, [elements]);
  const flatOut = editor.addTensor(node.output, [outputs]);
  const flatten: Node = {
    ...node,
    id: editor.freeId(node.id),
    layer: { kind: 'gather', index: counting(elements) },
    inputs: [input.id],
    output: flatIn,
  };
  const shape: Node = {
    ...node,
    id: editor.freeId(`${node.id}_shape`),
    layer: { kind: 'gather', index: counting(outputs) },
    inputs: [flatOut],
  };
  editor.replace(node, flatten, make(flatIn, flatOut), shape);
}
