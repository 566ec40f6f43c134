import { createFrames, type Frames } from '../../data/frames.ts';
import type { HostOperation } from '../graph.ts';

/** Values of a tensor with the shape of a step. */
export interface ShapedFrames {
  readonly shape: readonly number[];
  readonly values: Frames;
}

const UNARY: Readonly<
  Record<'square' | 'sqrt' | 'exp' | 'log' | 'abs' | 'negate' | 'reciprocal', (x: number) => number>
> = {
  square: (x) => x * x,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  abs: Math.abs,
  negate: (x) => -x,
  reciprocal: (x) => 1 / x,
};

const BINARY: Readonly<Record<'multiply' | 'divide' | 'subtract', (a: number, b: number) => number>> = {
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  subtract: (a, b) => a - b,
};

/**
 * An operation of the host in double precision, see {@link HostOperation}.
 *
 * @param inputs two for `multiply`, `divide` and `subtract`, else one
 */
export function runHostOperation(operation: HostOperation, inputs: readonly ShapedFrames[]): Frames {
  const { shape, values } = inputs[0]!;
  switch (operation.op) {
    case 'square':
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'abs':
    case 'negate':
    case 'reciprocal':
      return { ...values, data: values.data.map(UNARY[operation.op]) };
    case 'scale': {
      const { factor, offset } = operation;
      const element = (numbers: Float64Array, i: number) => numbers[numbers.length === 1 ? 0 : i % values.width]!;
      return { ...values, data: values.data.map((x, i) => element(factor, i) * x + element(offset, i)) };
    }
    case 'multiply':
    case 'divide':
    case 'subtract':
      return pairwise(BINARY[operation.op], inputs[0]!, inputs[1]!);
    case 'reflectPad':
      return reflectPad(inputs[0]!, operation.before, operation.after);
    case 'mean':
    case 'sum':
    case 'max':
      return reduce(operation.op, inputs[0]!, operation.axes);
    case 'softmax':
    case 'logSoftmax':
    case 'argMax':
      return overAxis(operation.op, values, shape, operation.axis);
  }
}

/** The last axis mirrored about its first and last element. */
function reflectPad({ shape, values }: ShapedFrames, before: number, after: number): Frames {
  const size = shape.at(-1)!;
  const length = size + before + after;
  const lines = values.data.length / size;
  const result = createFrames(values.frames, (values.width / size) * length);
  for (let line = 0; line < lines; line++) {
    for (let n = 0; n < length; n++) {
      const at = Math.abs(n - before);
      result.data[line * length + n] = values.data[line * size + (at < size ? at : 2 * (size - 1) - at)]!;
    }
  }
  return result;
}

/** For each element of a step of `shape`, the element of `other`, which has a size of 1 where it is repeated. */
function broadcast(shape: readonly number[], other: readonly number[]): Int32Array {
  const index = new Int32Array(shape.reduce((all, size) => all * size, 1));
  let repeat = 1;
  let stride = 1;
  for (let back = 1; back <= shape.length; back++) {
    const size = shape.at(-back)!;
    const own = other.at(-back) ?? 1;
    if (own > 1) for (let i = 0; i < index.length; i++) index[i]! += (Math.floor(i / repeat) % size) * stride;
    repeat *= size;
    stride *= own;
  }
  return index;
}

function pairwise(f: (a: number, b: number) => number, first: ShapedFrames, second: ShapedFrames): Frames {
  const { values: a } = first;
  const { values: b } = second;
  const index = broadcast(first.shape, second.shape);
  return { ...a, data: a.data.map((x, i) => f(x, b.data[Math.floor(i / a.width) * b.width + index[i % a.width]!]!)) };
}

function reduce(op: 'mean' | 'sum' | 'max', { shape, values }: ShapedFrames, axes: readonly number[]): Frames {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const index = broadcast(shape, kept);
  const width = kept.reduce((all, size) => all * size, 1);
  const result = createFrames(values.frames, width);
  if (op === 'max') result.data.fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < values.data.length; i++) {
    const at = Math.floor(i / values.width) * width + index[i % values.width]!;
    const value = values.data[i]!;
    result.data[at] = op === 'max' ? Math.max(result.data[at]!, value) : result.data[at]! + value;
  }
  const share = width / values.width;
  if (op === 'mean') for (let i = 0; i < result.data.length; i++) result.data[i]! *= share;
  return result;
}

/** Softmax, its logarithm, or the index of the largest (the lowest of equals), for each line along an axis. */
function overAxis(
  op: 'softmax' | 'logSoftmax' | 'argMax',
  values: Frames,
  shape: readonly number[],
  axis: number,
): Frames {
  const size = shape[axis]!;
  const stride = shape.slice(axis + 1).reduce((all, length) => all * length, 1);
  const result = createFrames(values.frames, op === 'argMax' ? values.width / size : values.width);
  for (let line = 0; line < values.data.length / size; line++) {
    const at = Math.floor(line / stride) * stride * size + (line % stride);
    let best = 0;
    for (let n = 1; n < size; n++) if (values.data[at + n * stride]! > values.data[at + best * stride]!) best = n;
    if (op === 'argMax') {
      result.data[line] = best;
      continue;
    }
    const largest = values.data[at + best * stride]!;
    let sum = 0;
    for (let n = 0; n < size; n++) sum += Math.exp(values.data[at + n * stride]! - largest);
    for (let n = 0; n < size; n++) {
      const x = values.data[at + n * stride]! - largest;
      result.data[at + n * stride] = op === 'softmax' ? Math.exp(x) / sum : x - Math.log(sum);
    }
  }
  return result;
}
