import type { HostOperation } from '../../graph.ts';
import { type Call, constantInput, integer, listInput, type Operator, viewInput } from './call.ts';
import { Fault } from './fault.ts';
import { normalAxis } from './folds.ts';
import { tensorOf } from './materialize.ts';
import { permuted } from './movable.ts';
import { type Axis, product, sizeOf, sizesOf, type Value, type View, viewOf, withAxes } from './values.ts';

/** Sums, means and maxima over axes of a step. */
export function reduction(op: 'mean' | 'sum' | 'max'): Operator {
  return (call) => {
    const input = call.inputs[0] ?? null;
    const given = listInput(call, 1, 'axes');
    const keeps = integer(call, 'keepdims', 1) !== 0;
    if (input?.kind === 'filled' && (op !== 'sum' || input.value === 0)) {
      const axes = reducedAxes(call, input.axes, given);
      return [{ ...input, axes: left(input.axes, axes, keeps) }];
    }
    const view = viewInput(call, 0);
    const axes = reducedAxes(call, view.axes, given);
    if (axes.some((d) => view.axes[d] === 'time')) {
      throw new Fault(`takes the ${op} over the steps of an utterance`, 'Leave that part to the host with --to');
    }
    const wide = axes.filter((d) => sizeOf(view.axes[d]!) > 1);
    if (wide.length === 0) return [withAxes(view, left(view.axes, axes, keeps))];
    const rest = [...view.axes.keys()].filter((d) => !wide.includes(d));
    const turned = permuted(view, [...rest, ...wide]);
    const outer = product(sizesOf(rest.map((d) => view.axes[d]!)));
    const inner = viewInner(view, wide);
    const shape = outer === 1 ? [inner] : [outer, inner];
    const tensor = tensorOf(call.draft, call.name, turned, shape);
    const operation: HostOperation = { op, axes: [shape.length - 1] };
    const output = call.draft.add(call.name, { kind: 'host', operation }, [tensor], shape.with(-1, 1), tensor.time);
    const ones = view.axes.map((axis, d): Axis => (wide.includes(d) ? 1 : axis));
    return [withAxes(viewOf(output, ones), left(view.axes, axes, keeps))];
  };
}

function viewInner(view: View, wide: readonly number[]): number {
  return product(wide.map((d) => sizeOf(view.axes[d]!)));
}

function reducedAxes(call: Call, axes: readonly Axis[], given: readonly number[] | null): number[] {
  if (given === null || given.length === 0) {
    return integer(call, 'noop_with_empty_axes', 0) !== 0 ? [] : [...axes.keys()];
  }
  return given.map((axis) => {
    const normal = normalAxis(axis, axes.length);
    if (normal === null) throw new Fault(`expected axes of ${axes.length}, got ${axis}`);
    return normal;
  });
}

function left(axes: readonly Axis[], reduced: readonly number[], keeps: boolean): Axis[] {
  if (!keeps) return axes.filter((_, d) => !reduced.includes(d));
  return axes.map((axis, d) => (reduced.includes(d) && axis !== 'batch' ? 1 : axis));
}

/** Softmax, log of softmax and arg max along one axis of a step. */
export function choice(op: 'softmax' | 'logSoftmax' | 'argMax'): Operator {
  return (call) => {
    const view = viewInput(call, 0);
    const rank = view.axes.length;
    // Before operator set 13, all axes from this one on were one.
    const isJoined = op !== 'argMax' && call.opset < 13;
    const given = integer(call, 'axis', op === 'argMax' ? 0 : isJoined ? 1 : -1);
    const first = normalAxis(given, rank);
    if (first === null) throw new Fault(`expected an axis of ${rank}, got ${given}`);
    const axes = [...view.axes.keys()].filter((d) => (isJoined ? d >= first : d === first));
    const wide = axes.filter((d) => view.axes[d] === 'time' || sizeOf(view.axes[d]!) > 1);
    if (wide.some((d) => view.axes[d] === 'time')) {
      throw new Fault(`takes the ${op} over the steps of an utterance`, 'Leave that part to the host with --to');
    }
    if (op === 'argMax' && integer(call, 'select_last_index', 0) !== 0)
      throw new Fault('takes the last of equal maxima');
    const keys = wide.length === 0 ? axes.slice(-1) : wide;
    const order = [...view.axes.keys()].filter((d) => !keys.includes(d)).concat(keys);
    const turned = permuted(view, order);
    const inner = viewInner(view, keys);
    const outer = product(sizesOf(view.axes)) / inner;
    const shape = outer === 1 ? [inner] : [outer, inner];
    const tensor = tensorOf(call.draft, call.name, turned, shape);
    const operation: HostOperation = { op, axis: shape.length - 1 };
    const result = op === 'argMax' ? shape.with(-1, 1) : shape;
    const output = call.draft.add(call.name, { kind: 'host', operation }, [tensor], result, tensor.time);
    const back = order.map((_, d) => order.indexOf(d));
    if (op !== 'argMax') return [permuted(viewOf(output, turned.axes), back)];
    const ones = viewOf(
      output,
      view.axes.map((axis, d): Axis => (keys.includes(d) ? 1 : axis)),
    );
    const keeps = integer(call, 'keepdims', 1) !== 0;
    return [
      keeps
        ? ones
        : withAxes(
            ones,
            ones.axes.filter((_, d) => !axes.includes(d)),
          ),
    ];
  };
}

/** BatchNormalization as it is at inference. */
export function batchNorm(call: Call): Value[] {
  if (integer(call, 'training_mode', 0) !== 0 || (call.opset < 7 && integer(call, 'is_test', 0) === 0)) {
    throw new Fault('is in training mode', 'Export the model in evaluation mode');
  }
  if (integer(call, 'spatial', 1) !== 1) throw new Fault('has statistics for each position (spatial 0)');
  const view = viewInput(call, 0);
  const channelAxis = view.axes[1];
  if (channelAxis === undefined || channelAxis === 'time') throw new Fault('expected its channels on axis 1');
  const channels = sizeOf(channelAxis);
  const names = ['scale', 'B', 'mean', 'var'];
  const [gamma, beta, mean, variance] = names.map((name, n) => {
    const constant = constantInput(call, n + 1, name);
    if (product(constant.shape) !== channels)
      throw new Fault(`expected ${name} of ${channels}, got [${constant.shape}]`);
    return constant.values();
  });
  const epsilon = call.node.attributes.get('epsilon')?.f ?? 1e-5;
  const scale = Float64Array.from(gamma!, (value, n) => value / Math.sqrt(variance![n]! + epsilon));
  const shift = Float64Array.from(beta!, (value, n) => value - mean![n]! * scale[n]!);
  if (![...scale, ...shift].every(Number.isFinite)) throw new Fault('has a variance that is not above −epsilon');
  const order = [1, 0, ...[...view.axes.keys()].slice(2)];
  const turned = permuted(view, order);
  const positions = product(sizesOf(view.axes)) / channels;
  const shape =
    positions === 1
      ? [channels]
      : [channels, ...sizesOf(turned.axes.slice(1).filter((axis) => typeof axis === 'number'))];
  const tensor = tensorOf(
    call.draft,
    call.name,
    turned,
    product(shape) === product(sizesOf(turned.axes)) ? shape : null,
  );
  const layer = { kind: 'batchNorm', scale, shift } as const;
  const output = call.draft.add(call.name, layer, [tensor], tensor.shape, tensor.time);
  return [permuted(viewOf(output, turned.axes), order)];
}
