import { EsegenError } from '../../../util/errors.ts';
import { formatShape } from '../../../util/quote_name.ts';
import {
  type ConvLayer,
  type Floats,
  POINT_WINDOW,
  type Tensor,
  timeBehind,
  type Window,
  windowOutputs,
} from '../../graph.ts';
import type { Made } from '../../graph_builder.ts';
import { checkSize } from '../limits.ts';
import type { LayerEntry } from './layers_file.ts';
import type { StateDict } from './state_dict.ts';

type ConvEntry = Extract<LayerEntry, { readonly kind: 'conv' }>;

/**
 * A convolution, `nn.Conv1d` to `nn.Conv3d`: `weight` [outputs, channels / groups, kernels…], optionally `bias` [outputs].
 *
 * @param value what it works on, [channels, …space]
 * @param where entry for messages
 * @throws EsegenError naming the tensor or the entry that does not fit
 */
export function convLayer(
  state: StateDict,
  prefix: string,
  entry: ConvEntry,
  value: Tensor,
  where: string,
): { readonly layer: ConvLayer; readonly made: Made } {
  const { axes, groups } = entry;
  const name = `${prefix}weight`;
  const letters = `[outputs, channels / groups${', kernel'.repeat(axes.length)}]`;
  const shape = state.shape(name, letters);
  const [outputs, ...rest] = shape as readonly [number, ...number[]];
  const kernels = rest.slice(1);
  const [channels, ...space] = value.shape as readonly [number, ...number[]];
  checkAxes(entry, value, where);
  checkSize(state.at(name), 'outputs', outputs);
  if (channels % groups !== 0 || outputs % groups !== 0) {
    throw new EsegenError(`${where}.groups`, `${groups} do not divide ${channels} channels and ${outputs} outputs`);
  }
  const values = state.floats(name, letters, [outputs, channels / groups, ...kernels]);
  const windows = axes.map((_, n) => windowOf(entry, n, kernels[n]!, where));
  const time = windows[axes.indexOf('time')] ?? POINT_WINDOW;
  const spaceWindows = windows.filter((_, n) => axes[n] === 'space');
  const positions = spaceWindows.map((window, n) => windowOutputs(window, space[n]!));
  const narrow = positions.findIndex((size) => size < 1);
  if (narrow >= 0) {
    const { kernel, dilation } = spaceWindows[narrow]!;
    const what = `a kernel of ${kernel} (dilation ${dilation}) is wider than the ${space[narrow]} positions with their padding`;
    throw new EsegenError(where, what, 'Check the shape of the input and the padding');
  }
  const biasName = `${prefix}bias`;
  const bias = state.has(biasName) ? Float64Array.from(state.floats(biasName, '[outputs]', [outputs])) : null;
  const columns = values.length / outputs;
  const layer: ConvLayer = {
    kind: 'conv',
    channels,
    groups,
    weight: { rows: outputs, columns, values: timeInnermost(values, kernels, axes.indexOf('time')) },
    bias: bias ?? new Float64Array(outputs),
    space: spaceWindows,
    time,
    activation: null,
  };
  return { layer, made: { shape: [outputs, ...positions], time: timeBehind(value.time, time) } };
}

function checkAxes({ axes, stride, padding, dilation }: ConvEntry, { shape, time }: Tensor, where: string): void {
  const times = axes.filter((axis) => axis === 'time').length;
  if (times > 1) throw new EsegenError(`${where}.axes`, 'expected "time" at most once');
  if (axes.length - times !== shape.length - 1) {
    const what = `expected "space" ${shape.length - 1} times for values of the shape ${formatShape(shape)}`;
    throw new EsegenError(`${where}.axes`, `${what}, got ${axes.length - times}`);
  }
  if (times === 1 && time === null) throw new EsegenError(`${where}.axes`, 'there is one value an utterance, no time');
  for (const [key, given] of Object.entries({ stride, padding, dilation })) {
    if (typeof given === 'number' || given.length === axes.length) continue;
    throw new EsegenError(`${where}.${key}`, `expected ${axes.length} numbers as there are axes, got ${given.length}`);
  }
}

function windowOf({ stride, padding, dilation }: ConvEntry, axis: number, kernel: number, where: string): Window {
  if (kernel < 1) throw new EsegenError(where, `expected a kernel of at least 1, got ${kernel}`);
  const at = <T>(given: number | readonly T[]): number | T => (typeof given === 'number' ? given : given[axis]!);
  const pad = at(padding);
  const [before, after] = typeof pad === 'number' ? [pad, pad] : pad;
  return { kernel, stride: at(stride), dilation: at(dilation), before, after };
}

/** Weights with time as the last axis of the kernel. */
function timeInnermost(values: Floats, kernels: readonly number[], time: number): Floats {
  if (time < 0 || time === kernels.length - 1) return values;
  const size = kernels[time]!;
  const inner = kernels.slice(time + 1).reduce((product, kernel) => product * kernel, 1);
  const result = values.slice();
  for (let at = 0; at < values.length; at++) {
    const k = Math.floor(at / inner) % size;
    const block = Math.floor(at / (inner * size)) * inner * size;
    result[block + (at % inner) * size + k] = values[at]!;
  }
  return result;
}
