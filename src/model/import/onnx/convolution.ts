import { POINT_WINDOW, timeBehind, type Window, windowOutputs } from '../../graph.ts';
import {
  type Call,
  constantInput,
  describe,
  integer,
  listInput,
  optionalConstant,
  stepsAdvice,
  uniformOf,
  viewInput,
} from './call.ts';
import { Fault } from './fault.ts';
import type { Constant } from './folds.ts';
import { tensorOf } from './materialize.ts';
import { permuted } from './movable.ts';
import { type Axis, product, sizeOf, sizesOf, type Value, type View, viewOf } from './values.ts';

/** Most elements of a window, and of a step of a feature map. */
const SIZE_LIMIT = 65_536;

/**
 * A convolution over one or more axes behind batch and channels; any of them may be time. Zeros that were added before become
 * part of its windows.
 */
export function conv(call: Call): Value[] {
  const value = call.inputs[0] ?? null;
  const view = value?.kind === 'padded' ? value.view : viewInput(call, 0);
  const added = value?.kind === 'padded' ? value.pads : view.axes.map(() => [0, 0] as const);
  const weight = constantInput(call, 1, 'weights');
  const bias = optionalConstant(call, 2, 'bias');
  const rank = view.axes.length - 2;
  if (rank < 1 || weight.shape.length !== rank + 2) {
    throw new Fault(`expected weights of as many axes as its input [${view.axes.join(', ')}], got [${weight.shape}]`);
  }
  const [batch, channelAxis, ...space] = view.axes as [Axis, Axis, ...Axis[]];
  if (batch !== 'time' && sizeOf(batch) !== 1) throw new Fault(`expected a batch of 1, got ${batch}`);
  if (channelAxis === 'time') throw new Fault('has time as its channels');
  const channels = sizeOf(channelAxis);
  const groups = integer(call, 'group', 1);
  const [outputs, perGroup, ...kernels] = weight.shape as [number, number, ...number[]];
  if (groups < 1 || perGroup * groups !== channels || outputs % groups !== 0 || outputs < 1) {
    throw new Fault(`expected weights for ${channels} channels in ${groups} groups, got [${weight.shape}]`);
  }
  if (bias !== null && product(bias.shape) !== outputs) {
    throw new Fault(`expected a bias of ${outputs}, got [${bias.shape}]`);
  }
  if (added.slice(0, 2).some(([before, after]) => before + after > 0)) throw new Fault('has zeros beside its channels');
  const windows = windowsOf(call, kernels, space).map((window, d): Window => {
    const [before, after] = added[d + 2]!;
    return { ...window, before: window.before + before, after: window.after + after };
  });
  const timeAxis = space.indexOf('time');
  const spaceAxes = [...space.keys()].filter((d) => d !== timeAxis);
  const time = windows[timeAxis] ?? POINT_WINDOW;
  const spaceWindows = spaceAxes.map((d) => windows[d]!);
  const sizes = spaceAxes.map((d) => sizeOf(space[d]!));
  const results = spaceWindows.map((window, n) => windowOutputs(window, sizes[n]!));
  if (results.some((size) => size < 1)) throw new Fault(`has a window wider than its input [${view.axes.join(', ')}]`);
  if (product(results) * outputs > SIZE_LIMIT * 64) throw new Fault('has an output of too many elements');
  const tensor = tensorOf(call.draft, call.name, view, [channels, ...sizes]);
  const order = [...spaceAxes, ...(timeAxis < 0 ? [] : [timeAxis])];
  const layer = {
    kind: 'conv',
    channels,
    groups,
    weight: {
      rows: outputs,
      columns: perGroup * product(kernels),
      values: reordered(weight, order),
    },
    bias: bias === null ? new Float64Array(outputs) : Float64Array.from(bias.values()),
    space: spaceWindows,
    time,
    activation: null,
  } as const;
  const output = call.draft.add(call.name, layer, [tensor], [outputs, ...results], timeBehind(tensor.time, time));
  const axes = space.map((axis, d): Axis => (axis === 'time' ? axis : results[spaceAxes.indexOf(d)]!));
  return [viewOf(output, [batch, outputs, ...axes])];
}

/** Weights with the axes of their windows in the order of space, then time. */
function reordered({ shape, values }: Constant, order: readonly number[]) {
  const given = values();
  if (order.every((axis, n) => axis === n)) return given;
  const strides = shape.map((_, d) => product(shape.slice(d + 1)));
  const axes = [0, 1, ...order.map((axis) => axis + 2)];
  const sizes = axes.map((axis) => shape[axis]!);
  const result = given.slice();
  const at = sizes.map(() => 0);
  for (let n = 0; n < result.length; n++) {
    result[n] = given[at.reduce((sum, index, d) => sum + index * strides[axes[d]!]!, 0)]!;
    for (let d = at.length - 1; d >= 0; d--) {
      if (++at[d]! < sizes[d]!) break;
      at[d] = 0;
    }
  }
  return result;
}

function windowsOf(call: Call, kernels: readonly number[], space: readonly Axis[]): Window[] {
  const { attributes } = call.node;
  const list = (name: string, count: number, usual: number): readonly number[] => {
    const given = attributes.get(name)?.ints ?? [];
    const result = given.length === 0 ? Array<number>(count).fill(usual) : given;
    if (result.length === count && result.every((n) => Number.isSafeInteger(n) && n >= usual && n <= SIZE_LIMIT))
      return result;
    throw new Fault(`expected ${count} numbers from ${usual} as ${name}, got [${result}]`);
  };
  const count = kernels.length;
  const declared = list('kernel_shape', count, 1);
  if (attributes.get('kernel_shape') !== undefined && declared.some((size, d) => size !== kernels[d])) {
    throw new Fault(`has kernel_shape [${declared}], but weights for [${kernels}]`);
  }
  if (kernels.some((size) => size < 1 || size > SIZE_LIMIT))
    throw new Fault(`expected windows of 1 to ${SIZE_LIMIT}, got [${kernels}]`);
  const strides = list('strides', count, 1);
  const dilations = list('dilations', count, 1);
  const pads = list('pads', 2 * count, 0);
  const auto = attributes.get('auto_pad')?.s ?? 'NOTSET';
  return kernels.map((kernel, d): Window => {
    const window = { kernel, stride: strides[d]!, dilation: dilations[d]!, before: pads[d]!, after: pads[d + count]! };
    if (auto === 'NOTSET' || auto === '') return window;
    if (auto === 'VALID') return { ...window, before: 0, after: 0 };
    if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER')
      throw new Fault(`has an unknown auto_pad ${JSON.stringify(auto.slice(0, 40))}`);
    const zeros = sameZeros(window, space[d]!);
    const less = Math.floor(zeros / 2);
    return auto === 'SAME_UPPER'
      ? { ...window, before: less, after: zeros - less }
      : { ...window, before: zeros - less, after: less };
  });
}

/** Zeros that make ⌈size / stride⌉ outputs. */
function sameZeros({ kernel, stride, dilation }: Window, axis: Axis): number {
  const reach = dilation * (kernel - 1) + 1;
  if (axis === 'time') {
    if (stride === 1) return reach - 1;
    throw new Fault(
      'has auto_pad SAME and a stride over time, so that its padding depends on the number of steps',
      'Export it with pads',
    );
  }
  const size = sizeOf(axis);
  return Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
}

/** Pad: mirrored on the host, or with zeros for the convolution behind it. */
export function pad(call: Call): Value[] {
  const view = viewInput(call, 0);
  const pads = listInput(call, 1, 'pads') ?? [];
  const axes = listInput(call, 3, 'axes') ?? [...view.axes.keys()];
  if (pads.length !== 2 * axes.length) throw new Fault(`expected ${2 * axes.length} pads, got ${pads.length}`);
  const sides = view.axes.map((): [number, number] => [0, 0]);
  for (const [n, given] of axes.entries()) {
    const axis = given < 0 ? given + view.axes.length : given;
    if (sides[axis] === undefined) throw new Fault(`expected an axis of ${view.axes.length}, got ${given}`);
    sides[axis] = [pads[n]!, pads[n + axes.length]!];
  }
  if (sides.flat().some((size) => size < 0 || size > SIZE_LIMIT)) {
    throw new Fault(`expected pads from 0 to ${SIZE_LIMIT}, got [${pads}]`);
  }
  const wide = [...sides.keys()].filter((d) => sides[d]![0] + sides[d]![1] > 0);
  if (wide.length === 0) return [view];
  const mode = call.node.attributes.get('mode')?.s ?? 'constant';
  if (mode === 'constant' || mode === '') {
    const fill = call.inputs[2] ?? null;
    const number = fill === null ? (call.node.attributes.get('value')?.f ?? 0) : uniformOf(fill);
    if (number !== 0) throw new Fault(`expected padding with zeros, got ${number ?? describe(fill)}`);
    return [{ kind: 'padded', view, pads: sides }];
  }
  if (mode !== 'reflect')
    throw new Fault(`expected padding with zeros or mirrored, got mode ${JSON.stringify(mode.slice(0, 40))}`);
  let result = view;
  for (const axis of wide) result = mirrored(call, result, axis, sides[axis]!);
  return [result];
}

function mirrored(call: Call, view: View, axis: number, [before, after]: readonly [number, number]): View {
  const size = view.axes[axis]!;
  if (size === 'time') throw new Fault('mirrors the ends of an utterance', stepsAdvice(call));
  if (before >= sizeOf(size) || after >= sizeOf(size))
    throw new Fault(`mirrors ${before} and ${after} of ${size} elements`);
  const last = view.axes.length - 1;
  const order = [...view.axes.keys()].filter((d) => d !== axis).concat(axis);
  const turned = permuted(view, order);
  const sizes = [product(sizesOf(turned.axes.slice(0, last))), sizeOf(size)];
  const shape = sizes[0] === 1 ? sizes.slice(1) : sizes;
  const tensor = tensorOf(call.draft, call.name, turned, shape);
  const width = sizeOf(size) + before + after;
  const operation = { op: 'reflectPad', before, after } as const;
  const output = call.draft.add(call.name, { kind: 'host', operation }, [tensor], shape.with(-1, width), tensor.time);
  const result = viewOf(output, turned.axes.with(last, width));
  return permuted(
    result,
    [...order.keys()].map((d) => order.indexOf(d)),
  );
}
