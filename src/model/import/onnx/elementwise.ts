import type { Activation, HostOperation, Layer } from '../../graph.ts';
import { broadcastPlaces, broadcastShape } from './arithmetic.ts';
import { adviceFor, type Call, describe, type Operator, uniformOf, viewInput } from './call.ts';
import { sameTime } from './draft.ts';
import { Fault } from './fault.ts';
import type { Constant } from './folds.ts';
import { sameShape, shapedTensor, tensorOf } from './materialize.ts';
import { broadcast } from './movable.ts';
import { type Axis, featuresOf, product, sizesOf, type Value, type View, viewElements, viewOf } from './values.ts';

/** A node that computes element by element: in front of a change of layout where it computes no more there than behind. */
function mappedBy(call: Call, view: View, layer: Layer): View {
  const [source] = view.sources;
  const isWhole = view.sources.length === 1 && source?.kind === 'tensor';
  if (isWhole && viewElements(view) >= product(source.tensor.shape)) {
    const { tensor } = source;
    const output = call.draft.add(call.name, layer, [tensor], tensor.shape, tensor.time);
    return { ...view, sources: [{ kind: 'tensor', tensor: output }] };
  }
  const tensor = tensorOf(call.draft, call.name, view, null);
  return viewOf(call.draft.add(call.name, layer, [tensor], tensor.shape, tensor.time), view.axes);
}

function applied(call: Call, view: View, activation: Activation): View {
  return mappedBy(call, view, { kind: 'activation', activation });
}

function activation(of: (call: Call) => Activation): Operator {
  return (call) => [applied(call, viewInput(call, 0), of(call))];
}

function hosted(call: Call, view: View, operation: HostOperation): View {
  return mappedBy(call, view, { kind: 'host', operation });
}

function host(operation: HostOperation): Operator {
  return (call) => [hosted(call, viewInput(call, 0), operation)];
}

function number(call: Call, name: string, usual: number): number {
  const value = call.node.attributes.get(name)?.f ?? usual;
  if (Number.isFinite(value) || value === usual) return value;
  throw new Fault(`expected a finite number as ${name}, got ${value}`);
}

export const ELEMENTWISE: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Sigmoid', activation(() => ({ kind: 'sigmoid' }))],
  ['Tanh', activation(() => ({ kind: 'tanh' }))],
  ['Relu', activation(() => ({ kind: 'relu' }))],
  ['LeakyRelu', activation((call) => ({ kind: 'leakyRelu', alpha: number(call, 'alpha', 0.01) }))],
  [
    'HardSigmoid',
    activation((call) => ({ kind: 'hardSigmoid', alpha: number(call, 'alpha', 0.2), beta: number(call, 'beta', 0.5) })),
  ],
  ['Clip', clip],
  ['Min', (call) => limited(call, (limit) => ({ kind: 'clip', low: Number.NEGATIVE_INFINITY, high: limit }))],
  ['Max', (call) => limited(call, (limit) => ({ kind: 'clip', low: limit, high: Number.POSITIVE_INFINITY }))],
  ['Sqrt', host({ op: 'sqrt' })],
  ['Exp', host({ op: 'exp' })],
  ['Log', host({ op: 'log' })],
  ['Abs', host({ op: 'abs' })],
  ['Neg', host({ op: 'negate' })],
  ['Reciprocal', host({ op: 'reciprocal' })],
  ['Pow', power],
  ['Add', add],
  ['Sub', subtract],
  ['Mul', multiply],
  ['Div', divide],
]);

function clip(call: Call): Value[] {
  const limit = (n: number, name: string, usual: number) => {
    const operand = call.inputs[n] ?? null;
    if (operand === null) return number(call, name, usual);
    const value = uniformOf(operand);
    if (value === null) throw new Fault(`expected one constant number as ${name}, got ${describe(operand)}`);
    return value;
  };
  const low = limit(1, 'min', Number.NEGATIVE_INFINITY);
  const high = limit(2, 'max', Number.POSITIVE_INFINITY);
  if (!(low <= high)) throw new Fault(`expected min up to max, got ${low} and ${high}`);
  return [applied(call, viewInput(call, 0), { kind: 'clip', low, high })];
}

function limited(call: Call, of: (limit: number) => Activation): Value[] {
  const n = call.inputs[0]?.kind === 'view' ? 0 : 1;
  const limit = uniformOf(call.inputs[1 - n] ?? null);
  if (call.inputs.length !== 2 || limit === null) throw new Fault('expected an activation and one constant number');
  return [applied(call, viewInput(call, n), of(limit))];
}

function power(call: Call): Value[] {
  const view = viewInput(call, 0);
  const exponent = uniformOf(call.inputs[1] ?? null);
  if (exponent === 1) return [view];
  if (exponent === 2) return [hosted(call, view, { op: 'square' })];
  if (exponent === 0.5) return [hosted(call, view, { op: 'sqrt' })];
  throw new Fault(`expected the exponent 1, 2 or 0.5, got ${exponent ?? describe(call.inputs[1] ?? null)}`);
}

/** The activation of a node that has one, and its other operand. */
function operands(call: Call): { view: View; other: Value; isFirst: boolean } {
  const [a, b] = call.inputs;
  if (!a || !b) throw new Fault('expected two operands');
  for (const value of [a, b]) {
    if (value.kind === 'opaque' || value.kind === 'sizes' || value.kind === 'padded') {
      throw new Fault(`expected activations or constants, got ${describe(value)}`, adviceFor(value));
    }
  }
  if (a.kind === 'view') return { view: a, other: b, isFirst: true };
  if (b.kind === 'view') return { view: b, other: a, isFirst: false };
  throw new Fault(`expected an activation, got ${describe(a)} and ${describe(b)}`);
}

/** Two activations under the same axes. */
function aligned(a: View, b: View): [View, View] {
  if (!sameTime(a.time, b.time)) throw new Fault('joins values of different steps');
  const rank = Math.max(a.axes.length, b.axes.length);
  const axisOf = (view: View, d: number): Axis => view.axes[d - rank + view.axes.length] ?? 1;
  const axes = Array.from({ length: rank }, (_, d): Axis => {
    const [p, q] = [axisOf(a, d), axisOf(b, d)];
    if (p === 'time' || q === 'time') {
      if (p === q) return p;
      throw new Fault(`expected time on the same axis, got shapes [${a.axes}] and [${b.axes}]`);
    }
    if (p === q || q === 1 || (q === 'batch' && p !== 1)) return p;
    if (p === 1 || p === 'batch') return q;
    throw new Fault(`expected shapes that fit each other, got [${a.axes}] and [${b.axes}]`);
  });
  return [broadcast(a, axes), broadcast(b, axes)];
}

function joined(
  call: Call,
  a: View,
  b: View,
  layer: { kind: 'add' } | { kind: 'host'; operation: HostOperation },
): View {
  const [left, right] = aligned(a, b);
  const first = tensorOf(call.draft, call.name, left, null);
  const second = tensorOf(call.draft, call.name, right, null);
  const shape = sameShape(first.shape, second.shape) ? first.shape : [product(first.shape)];
  const inputs = sameShape(first.shape, second.shape)
    ? [first, second]
    : [tensorOf(call.draft, call.name, left, shape), tensorOf(call.draft, call.name, right, shape)];
  return viewOf(call.draft.add(call.name, layer, inputs, shape, left.time), left.axes);
}

function add(call: Call): Value[] {
  const { view, other } = operands(call);
  if (other.kind === 'view') return [joined(call, view, other, { kind: 'add' })];
  if (uniformOf(other) === 0 && fitsInto(other, view)) return [view];
  return [scaled(call, view, null, other)];
}

/** Whether a constant of one number has no more elements than an activation. */
function fitsInto(other: Value, view: View): boolean {
  if (other.kind === 'filled') return true;
  if (other.kind !== 'known') return false;
  const shape = broadcastShape(other.constant.shape, sizesOf(view.axes));
  return shape !== null && shape.length === view.axes.length && product(shape) === viewElements(view);
}

function subtract(call: Call): Value[] {
  const { view, other, isFirst } = operands(call);
  if (other.kind === 'view') {
    return [joined(call, view, other, { kind: 'host', operation: { op: 'subtract' } })];
  }
  if (!isFirst) return [scaled(call, view, MINUS_ONE, other)];
  if (uniformOf(other) === 0 && fitsInto(other, view)) return [view];
  return [scaled(call, view, null, negated(other))];
}

function multiply(call: Call): Value[] {
  const { view, other } = operands(call);
  if (other.kind === 'view') return [joined(call, view, other, { kind: 'host', operation: { op: 'multiply' } })];
  const same = uniformOf(other);
  if (same === 1 && fitsInto(other, view)) return [view];
  if (same === 0) return [{ kind: 'filled', value: 0, axes: view.axes }];
  return [scaled(call, view, other, null)];
}

function divide(call: Call): Value[] {
  const { view, other, isFirst } = operands(call);
  if (other.kind === 'view') {
    return [joined(call, view, other, { kind: 'host', operation: { op: 'divide' } })];
  }
  if (!isFirst) {
    const inverse = hosted(call, view, { op: 'reciprocal' });
    return [uniformOf(other) === 1 ? inverse : scaled(call, inverse, other, null)];
  }
  return [
    scaled(
      call,
      view,
      mapped(other, (value) => 1 / value),
      null,
    ),
  ];
}

const MINUS_ONE: Value = {
  kind: 'known',
  constant: { dtype: 'F32', shape: [], values: () => Float32Array.of(-1) },
};

function mapped(value: Value, of: (value: number) => number): Value {
  if (value.kind === 'filled') return { ...value, value: of(value.value) };
  if (value.kind !== 'known') return value;
  const { constant } = value;
  return { kind: 'known', constant: { ...constant, values: () => Float64Array.from(constant.values(), of) } };
}

function negated(value: Value): Value {
  return mapped(value, (number) => -number);
}

/** factor ⊙ x + offset with constants; a linear layer or a convolution takes up a vector that is added to it. */
function scaled(call: Call, view: View, factor: Value | null, offset: Value | null): View {
  const axes = widened(view, [factor, offset]);
  const wide = broadcast(view, axes);
  const elements = viewElements(wide);
  const [by, plus] = [spread(factor, axes, 1), spread(offset, axes, 0)];
  if (!by.every(Number.isFinite) || !plus.every(Number.isFinite)) {
    throw new Fault('multiplies by or adds what is not finite, such as one over zero', 'Check the training run');
  }
  if (factor === null) {
    const biased = withBias(call, wide, plus);
    if (biased !== null) return biased;
  }
  const sizes = featuresOf(axes);
  const channels = sizes.findIndex((size) => size !== 1);
  const isVector = channels < 0 || sizes.filter((size) => size !== 1).length === 1;
  const isUniform = by.every((value) => value === by[0]) && plus.every((value) => value === plus[0]);
  const tensor = isVector ? tensorOf(call.draft, call.name, wide, null) : shapedTensor(call.draft, call.name, wide);
  if (isVector && !isUniform) {
    const flat = tensor.shape[0] === elements ? tensor : tensorOf(call.draft, call.name, wide, [elements]);
    const layer = { kind: 'batchNorm', scale: by, shift: plus } as const;
    return viewOf(call.draft.add(call.name, layer, [flat], flat.shape, flat.time), axes);
  }
  const one = (values: Float64Array) => (isUniform ? values.slice(0, 1) : values);
  const operation: HostOperation = { op: 'scale', factor: one(by), offset: one(plus) };
  return viewOf(call.draft.add(call.name, { kind: 'host', operation }, [tensor], tensor.shape, tensor.time), axes);
}

/** Axes of a value and of constants that meet it. */
function widened(view: View, constants: readonly (Value | null)[]): Axis[] {
  let axes = [...view.axes];
  for (const constant of constants) {
    const shape = constantShape(constant);
    while (axes.length < shape.length) axes = [1, ...axes];
    for (const [d, size] of shape.entries()) {
      const at = axes.length - shape.length + d;
      const axis = axes[at]!;
      if (size === 1) continue;
      if (axis === 'time') throw new Fault('has a constant with a value of its own for each step');
      if (axis === 1 || axis === 'batch') axes[at] = size;
      else if (axis !== size) throw new Fault(`expected a constant that fits shape [${view.axes}], got [${shape}]`);
    }
  }
  return axes;
}

function constantShape(value: Value | null): readonly number[] {
  if (value?.kind === 'known') return value.constant.shape;
  return value?.kind === 'filled' ? sizesOf(value.axes) : [];
}

/** The values of a constant for all elements of a step. */
function spread(value: Value | null, axes: readonly Axis[], usual: number): Float64Array {
  const sizes = sizesOf(axes);
  if (value === null) return new Float64Array(product(sizes)).fill(usual);
  if (value.kind === 'filled') return new Float64Array(product(sizes)).fill(value.value);
  const { shape, values } = (value as { constant: Constant }).constant;
  const given = values();
  return Float64Array.from(broadcastPlaces(shape, sizes), (place) => given[place]!);
}

/** A linear layer or convolution with a vector added to its bias; null where the value is none such. */
function withBias(call: Call, view: View, plus: Float64Array): View | null {
  const [source] = view.sources;
  if (view.sources.length !== 1 || view.index !== null || source?.kind !== 'tensor') return null;
  const { tensor } = source;
  const { producer } = tensor;
  const layer = producer?.layer;
  if (layer === undefined || (layer.kind !== 'linear' && layer.kind !== 'conv') || layer.activation !== null)
    return null;
  const channels = layer.bias.length;
  const positions = plus.length / channels;
  if (plus.some((value, n) => value !== plus[Math.floor(n / positions) * positions])) return null;
  const bias = layer.bias.map((value, n) => value + plus[n * positions]!);
  const changed = { ...layer, bias };
  return viewOf(call.draft.add(producer!.name, changed, producer!.inputs, tensor.shape, tensor.time), view.axes);
}
