import type {
  BatchNormLayer,
  ConvLayer,
  GruLayer,
  Layer,
  LinearLayer,
  LstmLayer,
  Matrix,
  Node,
  TensorId,
} from '../../model/graph.ts';
import { scaleColumns, timesVector } from './matrices.ts';

/** Whether a layer can take a batch-norm of its input into its weights: zeros around a convolution must stay zeros. */
export function takesScale(consumer: Node, input: TensorId, norm: Layer): boolean {
  const { layer } = consumer;
  if (norm.kind !== 'batchNorm' || consumer.inputs.length !== 1 || consumer.inputs[0] !== input) return false;
  if (layer.kind === 'conv') {
    const padded = [...layer.space, layer.time].some(({ before, after }) => before > 0 || after > 0);
    return !padded || norm.shift.every((shift) => shift === 0);
  }
  return layer.kind === 'linear' || layer.kind === 'lstm' || layer.kind === 'gru';
}

/**
 * The consumer of a batch-norm with its scale in the weights and its shift in the bias.
 *
 * @param from what the consumer read, and `to` what the batch-norm reads
 * @param shape of both, whose first axis are the channels of the batch-norm
 */
export function foldIntoConsumer(
  consumer: Node,
  from: TensorId,
  to: TensorId,
  { scale, shift }: BatchNormLayer,
  shape: readonly number[],
): Node {
  const elements = shape.reduce((product, size) => product * size, 1);
  const expanded = (values: Float64Array) =>
    Float64Array.from({ length: elements }, (_, n) => values[Math.floor(n / (elements / values.length))]!);
  const inputs = consumer.inputs.map((id) => (id === from ? to : id));
  const { layer } = consumer;
  switch (layer.kind) {
    case 'linear':
      return { ...consumer, inputs, layer: scaledLinear(layer, expanded(scale), expanded(shift)) };
    case 'lstm':
      return { ...consumer, inputs, layer: scaledLstm(layer, expanded(scale), expanded(shift)) };
    case 'gru':
      return { ...consumer, inputs, layer: scaledGru(layer, expanded(scale), expanded(shift)) };
    case 'conv':
      return { ...consumer, inputs, layer: scaledConv(layer, scale, shift) };
    default:
      throw new Error(`a ${layer.kind} has no weights`);
  }
}

/** bias + matrix · shift. */
function shifted(bias: Float64Array, matrix: Matrix, shift: Float64Array): Float64Array {
  const through = timesVector(matrix, shift);
  return bias.map((value, row) => value + through[row]!);
}

function scaledLinear(layer: LinearLayer, scale: Float64Array, shift: Float64Array): LinearLayer {
  return { ...layer, weight: scaleColumns(layer.weight, scale), bias: shifted(layer.bias, layer.weight, shift) };
}

function scaledLstm(layer: LstmLayer, scale: Float64Array, shift: Float64Array): LstmLayer {
  const { ix, fx, cx, ox } = layer.weights;
  const { i, f, c, o } = layer.bias;
  const weights = {
    ...layer.weights,
    ix: scaleColumns(ix, scale),
    fx: scaleColumns(fx, scale),
    cx: scaleColumns(cx, scale),
    ox: scaleColumns(ox, scale),
  };
  const bias = {
    i: shifted(i, ix, shift),
    f: shifted(f, fx, shift),
    c: shifted(c, cx, shift),
    o: shifted(o, ox, shift),
  };
  return { ...layer, weights, bias };
}

function scaledGru(layer: GruLayer, scale: Float64Array, shift: Float64Array): GruLayer {
  const { rx, zx, nx } = layer.weights;
  const { r, z, n } = layer.bias;
  const weights = {
    ...layer.weights,
    rx: scaleColumns(rx, scale),
    zx: scaleColumns(zx, scale),
    nx: scaleColumns(nx, scale),
  };
  const bias = { ...layer.bias, r: shifted(r, rx, shift), z: shifted(z, zx, shift), n: shifted(n, nx, shift) };
  return { ...layer, weights, bias };
}

function scaledConv(layer: ConvLayer, scale: Float64Array, shift: Float64Array): ConvLayer {
  const { weight, channels, groups } = layer;
  const { rows, columns } = weight;
  const perGroup = channels / groups;
  const taps = columns / perGroup;
  const outputsPerGroup = rows / groups;
  const values = new Float64Array(weight.values.length);
  const bias = layer.bias.slice();
  for (let row = 0, at = 0; row < rows; row++) {
    const first = Math.floor(row / outputsPerGroup) * perGroup;
    for (let column = 0; column < columns; column++, at++) {
      const channel = first + Math.floor(column / taps);
      values[at] = weight.values[at]! * scale[channel]!;
      bias[row]! += weight.values[at]! * shift[channel]!;
    }
  }
  return { ...layer, weight: { rows, columns, values }, bias };
}
