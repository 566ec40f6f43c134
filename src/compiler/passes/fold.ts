import {
  type BatchNormLayer,
  elementsOf,
  type GatherLayer,
  type Graph,
  type Layer,
  type Node,
} from '../../model/graph.ts';
import { GraphEditor } from './editor.ts';
import { foldIntoConsumer, takesScale } from './fold_scale.ts';
import { countNonZeros, selectRows, timesMatrix, timesVector } from './matrices.ts';

/**
 * Folds layers into their neighbours where that saves work: chains of linear layers whose product is smaller, batch-norms
 * into the weights that read them, selections into the rows that they take; activations move before changes of layout, so
 * that legalization finds them behind their producer. What stands behind a linear layer, a convolution or a sum is taken
 * in by legalization. Outputs stay what they are.
 */
export function fold(graph: Graph): Graph {
  let folded = graph;
  for (;;) {
    const editor = new GraphEditor(folded);
    if (!folded.nodes.some((node) => RULES.some((rule) => rule(editor, node)))) return folded;
    folded = editor.finish();
  }
}

/** Rewrites a node and says so, or leaves all as it is. */
type Rule = (editor: GraphEditor, node: Node) => boolean;

/** f(gather(x)) = gather(f(x)), where what computes x can take f in. */
const activationBeforeGather: Rule = (editor, node) => {
  const gather = node.layer.kind === 'activation' ? onlyRead(editor, node.inputs[0]!, 'gather') : null;
  const input = gather?.inputs[0];
  if (gather === null || input === undefined || !editor.hasOneUse(input)) return false;
  const kind = editor.producer(input)?.layer.kind ?? '';
  if (!['linear', 'conv', 'add', 'batchNorm', 'gather'].includes(kind)) return false;
  const activated = editor.addTensor(input, editor.tensor(input).shape);
  editor.replace(gather, { ...node, inputs: [input], output: activated });
  editor.replace(node, { ...gather, inputs: [activated], output: node.output });
  return true;
};

/** Rows that a selection takes of a linear layer; the others are not computed. */
const gatherIntoRows: Rule = (editor, node) => {
  const linear = node.layer.kind === 'gather' ? onlyRead(editor, node.inputs[0]!, 'linear') : null;
  if (linear === null || node.layer.kind !== 'gather' || linear.layer.kind !== 'linear') return false;
  const { weight, bias, activation } = linear.layer;
  const { index } = node.layer;
  if (index.length > weight.rows) return false;
  const layer: Layer = {
    kind: 'linear',
    weight: selectRows(weight, index),
    bias: Float64Array.from(index, (row) => bias[row]!),
    activation,
  };
  if (editor.tensor(node.output).shape.length > 1) return false;
  editor.replace(linear, { ...linear, layer, output: node.output });
  editor.replace(node);
  return true;
};

/** W2·(W1·x + b1) + b2, where the product has no more weights than both. */
const linearChain: Rule = (editor, node) => {
  const first = node.layer.kind === 'linear' ? onlyRead(editor, node.inputs[0]!, 'linear') : null;
  if (first === null || node.layer.kind !== 'linear' || first.layer.kind !== 'linear') return false;
  const { weight: left, bias, activation } = node.layer;
  const { weight: right, bias: before, activation: between } = first.layer;
  if (between !== null) return false;
  if (left.rows * right.columns > countNonZeros(left.values) + countNonZeros(right.values)) return false;
  const through = timesVector(left, before);
  const layer: Layer = {
    kind: 'linear',
    weight: timesMatrix(left, right),
    bias: bias.map((value, row) => value + through[row]!),
    activation,
  };
  editor.replace(first);
  editor.replace(node, { ...node, layer, inputs: first.inputs });
  return true;
};

/** A batch-norm into all that read it, where no producer can take it in. */
const normIntoConsumers: Rule = (editor, node) => {
  if (node.layer.kind !== 'batchNorm' || editor.isOutput(node.output) || producerTakesNorm(editor, node)) return false;
  const consumers = editor.consumers(node.output);
  const shape = editor.tensor(node.output).shape;
  if (consumers.length === 0 || !consumers.every((consumer) => takesScale(consumer, node.output, node.layer)))
    return false;
  for (const consumer of consumers) {
    editor.replace(
      consumer,
      foldIntoConsumer(consumer, node.output, node.inputs[0]!, node.layer as BatchNormLayer, shape),
    );
  }
  return true;
};

/** A batch-norm before a change of layout moves behind it, where it can then go into the weights that read it. */
const normBehindLayout: Rule = (editor, node) => {
  if (node.layer.kind !== 'batchNorm' || producerTakesNorm(editor, node)) return false;
  const [layout] = editor.consumers(node.output);
  if (layout === undefined || !editor.hasOneUse(node.output) || !leadsToColumns(editor, layout)) return false;
  const { scale, shift } = behindLayout(editor, node, node.layer, layout);
  const moved = editor.addTensor(layout.output, [scale.length]);
  const input = node.inputs[0]!;
  const inputs = layout.inputs.map((id) => (id === node.output ? input : id));
  editor.replace(node);
  editor.replace(
    layout,
    { ...layout, inputs, output: moved },
    {
      ...node,
      layer: { kind: 'batchNorm', scale, shift },
      inputs: [moved],
      output: layout.output,
    },
  );
  return true;
};

const RULES: readonly Rule[] = [
  ...[activationBeforeGather, gatherIntoRows, linearChain, normIntoConsumers, normBehindLayout],
];

/** The producer of a tensor, where it is of a kind and nobody else reads the tensor. */
function onlyRead(editor: GraphEditor, tensor: string, kind: Layer['kind']): Node | null {
  const producer = editor.producer(tensor);
  return producer !== undefined && producer.layer.kind === kind && editor.hasOneUse(tensor) ? producer : null;
}

/** Whether legalization will scale the rows of what the batch-norm reads. */
function producerTakesNorm(editor: GraphEditor, node: Node): boolean {
  const producer = editor.producer(node.inputs[0]!);
  if (producer === undefined || !editor.hasOneUse(node.inputs[0]!)) return false;
  const { layer } = producer;
  return layer.kind === 'add' || ((layer.kind === 'linear' || layer.kind === 'conv') && layer.activation === null);
}

/** Whether a node is a concat or gather of a flat output that only linear and recurrent layers read, directly or through such nodes. */
function leadsToColumns(editor: GraphEditor, { layer, output }: Node): boolean {
  if (layer.kind !== 'concat' && layer.kind !== 'gather') return false;
  if (editor.tensor(output).shape.length !== 1 || editor.isOutput(output)) return false;
  const consumers = editor.consumers(output);
  return (
    consumers.length > 0 &&
    consumers.every((consumer) => {
      const { kind } = consumer.layer;
      if (kind === 'linear' || kind === 'lstm' || kind === 'gru') return true;
      return editor.hasOneUse(output) && leadsToColumns(editor, consumer);
    })
  );
}

/** Scale and shift of a batch-norm, element by element of the layout change behind it; 1 and 0 where the elements are of others. */
function behindLayout(
  editor: GraphEditor,
  { output }: Node,
  norm: BatchNormLayer,
  layout: Node,
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const expanded = (values: Float64Array) => {
    const elements = elementsOf(editor.tensor(output));
    return Float64Array.from({ length: elements }, (_, n) => values[Math.floor(n / (elements / values.length))]!);
  };
  const [scale, shift] = [expanded(norm.scale), expanded(norm.shift)];
  if (layout.layer.kind === 'gather') {
    const { index } = layout.layer as GatherLayer;
    const taken = (values: Float64Array) => Float64Array.from(index, (from) => values[from]!);
    return { scale: taken(scale), shift: taken(shift) };
  }
  const sides = layout.inputs.map((id) => {
    const others = elementsOf(editor.tensor(id));
    return id === output
      ? { scale, shift }
      : { scale: new Float64Array(others).fill(1), shift: new Float64Array(others) };
  });
  return {
    scale: Float64Array.from(sides.flatMap((side) => [...side.scale])),
    shift: Float64Array.from(sides.flatMap((side) => [...side.shift])),
  };
}
