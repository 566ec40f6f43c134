import { windowOutputs } from '../../graph.ts';
import { broadcastPlaces, broadcastShape } from './arithmetic.ts';
import { type Call, constantInput, integer, itemsOf, listInput, sizesInput, uniformOf } from './call.ts';
import { Fault } from './fault.ts';
import { type Constant, FOLDS, normalAxis } from './folds.ts';
import { tensorOf } from './materialize.ts';
import { isStepsOf, isTime, shapeItems, sizesValue } from './sizes.ts';
import {
  type Axis,
  type Filled,
  featuresOf,
  joinViews,
  pickElements,
  product,
  type Size,
  sizeOf,
  sizesOf,
  type Value,
  type View,
  viewOf,
  withAxes,
} from './values.ts';

/** A value whose axes can be moved. */
export type Movable = View | Filled;

/** Operators that change the axes of a value, take some of its elements, or join values. */
export const LAYOUT: ReadonlyMap<string, (call: Call, value: Movable) => readonly Value[]> = new Map([
  ['Identity', (_: Call, value: Movable) => [value]],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Transpose', transpose],
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Slice', slice],
  ['Split', split],
  ['Gather', gather],
  ['Expand', expand],
  ['Tile', tile],
  ['Concat', concat],
  ['Shape', shape],
]);

function moved(value: Movable, places: ArrayLike<number> | null, axes: readonly Axis[]): Movable {
  if (value.kind === 'filled') return { ...value, axes };
  return places === null ? withAxes(value, axes) : pickElements(value, places, axes);
}

function axisOf(given: number, rank: number): number {
  const axis = normalAxis(given, rank);
  if (axis === null) throw new Fault(`expected an axis of ${rank}, got ${given}`);
  return axis;
}

function shape(call: Call, value: Movable): Value[] {
  const items = value.kind === 'view' ? shapeItems(value) : shapeItems({ ...EMPTY, axes: value.axes });
  const cut = items.slice(integer(call, 'start', 0), call.node.attributes.get('end')?.i ?? items.length);
  return [sizesValue(call, [cut.length], cut)];
}

const EMPTY: View = { kind: 'view', sources: [], index: null, axes: [], time: [] };

function squeeze(call: Call, value: Movable): Value[] {
  const { axes } = value;
  const given = listInput(call, 1, 'axes');
  const drop = new Set(
    given === null
      ? [...axes.keys()].filter((d) => axes[d] !== 'time' && sizeOf(axes[d]!) === 1)
      : given.map((axis) => axisOf(axis, axes.length)),
  );
  for (const d of drop) {
    if (axes[d] === 'time') throw new Fault('drops the axis of time', 'Give the sizes of the input with --shape');
    if (sizeOf(axes[d]!) !== 1) throw new Fault(`expected size 1 of axis ${d}, which it drops, got ${axes[d]}`);
  }
  return [
    moved(
      value,
      null,
      axes.filter((_, d) => !drop.has(d)),
    ),
  ];
}

function unsqueeze(call: Call, value: Movable): Value[] {
  const given = listInput(call, 1, 'axes') ?? [];
  const rank = value.axes.length + given.length;
  const added = new Set(given.map((axis) => axisOf(axis, rank)));
  if (added.size !== given.length) throw new Fault('adds an axis twice');
  const rest = [...value.axes];
  return [
    moved(
      value,
      null,
      Array.from({ length: rank }, (_, d) => (added.has(d) ? 1 : rest.shift()!)),
    ),
  ];
}

function transpose({ node }: Call, value: Movable): Value[] {
  const { axes } = value;
  const order = node.attributes.get('perm')?.ints ?? [...axes.keys()].reverse();
  if (order.length !== axes.length || [...order].sort((a, b) => a - b).some((axis, d) => axis !== d)) {
    throw new Fault(`expected an order of ${axes.length} axes as perm, got [${order}]`);
  }
  return [permuted(value, order)];
}

/** A value with its axes in another order. */
export function permuted<T extends Movable>(value: T, order: readonly number[]): T {
  const axes = order.map((axis) => value.axes[axis]!);
  const wide = order.filter((axis) => sizeOf(value.axes[axis]!) > 1);
  if (value.kind === 'filled' || wide.every((axis, n) => n === 0 || axis > wide[n - 1]!)) return { ...value, axes };
  const sizes = sizesOf(value.axes);
  const strides = sizes.map((_, d) => product(sizes.slice(d + 1)));
  const result = sizesOf(axes);
  const at = result.map(() => 0);
  let from = 0;
  const places = new Int32Array(product(result));
  for (let n = 0; n < places.length; n++) {
    places[n] = from;
    for (let d = result.length - 1; d >= 0; d--) {
      const stride = strides[order[d]!]!;
      from += stride;
      if (++at[d]! < result[d]!) break;
      from -= stride * result[d]!;
      at[d] = 0;
    }
  }
  return pickElements(value, places, axes) as T;
}

function reshape(call: Call, value: Movable): Value[] {
  const given = call.inputs.length > 1 ? sizesInput(call, 1, 'the new shape') : call.node.attributes.get('shape')?.ints;
  if (given === undefined) throw new Fault('expected a shape, got none');
  return [moved(value, null, reshaped(call, value, given, integer(call, 'allowzero', 0) === 0))];
}

/** Axes by their sizes: a layout change where time keeps its place among the elements. */
function reshaped(call: Call, value: Movable, given: readonly Size[], copiesZeros: boolean): Axis[] {
  const { axes } = value;
  const time = axes.indexOf('time');
  const view = value.kind === 'view' ? value : { ...EMPTY, axes };
  const elements = product(sizesOf(axes));
  const targets = given.map((size, d): Size | 'time' => {
    if (size === 0 && copiesZeros) return axes[d] === 'time' ? 'time' : sizeOf(axes[d] ?? 1);
    if (isStepsOf(size, view) || (isTime(size) && size.factor === 1 && size.offset === 0 && time >= 0)) return 'time';
    return size === null ? -1 : size;
  });
  const wanted = `[${targets.map((size) => (isTime(size as Size) ? 'steps·n' : size)).join(', ')}]`;
  const refuse = (what: string): never => {
    throw new Fault(`${what}: shape [${axes.join(', ')}] to ${wanted}`, 'Give the sizes of the input with --shape');
  };
  if (targets.some((size) => isTime(size as Size))) return refuse('joins steps with other axes');
  const sizes = targets as (number | 'time')[];
  if (time < 0 && sizes.includes('time')) return refuse('makes steps of other axes');
  // Where no size says that it is that of time, the open one or one of the file's number of steps may be it.
  const current = call.steps === null ? null : (view.time ?? []).reduce((n, w) => windowOutputs(w, n), call.steps);
  const candidates = [...sizes.keys()].filter((d) => sizes[d] === -1 || sizes[d] === current);
  const readings = time < 0 || sizes.includes('time') ? [sizes] : candidates.map((d) => sizes.with(d, 'time'));
  const before = product(sizesOf(axes.slice(0, Math.max(time, 0))));
  for (const reading of readings) {
    const closed = closeShape(reading, elements);
    const place = reading.indexOf('time');
    if (closed === null) continue;
    if (place >= 0 && product(sizesOf(closed.slice(0, place))) !== before) continue;
    return withBatch(axes, closed);
  }
  return refuse('is no change of layout');
}

/** Sizes with the open one computed; null where they do not fit so many elements. */
function closeShape(sizes: readonly (number | 'time')[], elements: number): (number | 'time')[] | null {
  const rest = product(sizes.map((size) => (size === 'time' || size === -1 ? 1 : size)));
  const open = sizes.filter((size) => size === -1).length;
  if (open > 1 || sizes.some((size) => typeof size === 'number' && size < -1)) return null;
  if (open === 0) return rest === elements ? [...sizes] : null;
  const size = elements / rest;
  return Number.isInteger(size) ? sizes.map((given) => (given === -1 ? size : given)) : null;
}

/** Which of the new axes of size 1 is the batch: one on the same side of time as before, if there is one. */
function withBatch(from: readonly Axis[], to: readonly (number | 'time')[]): Axis[] {
  const batch = from.indexOf('batch');
  if (batch < 0) return [...to];
  const ones = [...to.keys()].filter((d) => to[d] === 1);
  const isBefore = batch < from.indexOf('time');
  const place = ones.find((d) => d < to.indexOf('time') === isBefore) ?? ones[0];
  return to.map((size, d) => (d === place ? 'batch' : size));
}

function flatten(call: Call, value: Movable): Value[] {
  const { axes } = value;
  const given = integer(call, 'axis', 1);
  const axis = given < 0 ? given + axes.length : given;
  if (axis < 0 || axis > axes.length) throw new Fault(`expected an axis of ${axes.length}, got ${given}`);
  const merged = [axes.slice(0, axis), axes.slice(axis)].map((group): Axis => {
    const size = product(sizesOf(group));
    if (!group.includes('time'))
      return group.length === 1 ? group[0]! : group.includes('batch') && size === 1 ? 'batch' : size;
    if (size !== 1)
      throw new Fault('joins the steps of an utterance with its features', 'Give the sizes of the input with --shape');
    return 'time';
  });
  return [moved(value, null, merged)];
}

/** The value with time as an axis of size 1, as numbers of its elements, through a fold on constants. */
function refold(call: Call, value: Movable, operands: readonly Constant[], output: number) {
  const sizes = sizesOf(value.axes);
  const index: Constant = {
    dtype: 'I64',
    shape: sizes,
    values: () => Float64Array.from({ length: product(sizes) }, (_, n) => n),
  };
  const result = FOLDS.get(call.node.opType)!(call.node, [index, ...operands], output);
  if (result === null) throw new Fault(`does not fit its input of shape [${value.axes.join(', ')}]`);
  return { shape: result.shape, places: value.kind === 'filled' ? null : result.values() };
}

/** Axes with new sizes, but for time and a batch that stay. */
function resized(axes: readonly Axis[], sizes: readonly number[]): Axis[] {
  return sizes.map((size, d) => (axes[d] === 'time' || (axes[d] === 'batch' && size === 1) ? axes[d] : size));
}

function listConstant(values: readonly number[]): Constant {
  return { dtype: 'I64', shape: [values.length], values: () => Float64Array.from(values) };
}

/** The value of the first or of the last step, with size 1 where time was. */
function pickStep(call: Call, value: View, at: 'first' | 'last'): View {
  const tensor = tensorOf(call.draft, call.name, value, null);
  const picked = call.draft.add(call.name, { kind: 'pick', at }, [tensor], tensor.shape, null);
  return viewOf(
    picked,
    value.axes.map((axis) => (axis === 'time' ? 1 : axis)),
  );
}

/** Which step a place along time is; null where it is neither the first nor the last. */
function stepAt(call: Call, value: View, place: Size): 'first' | 'last' | null {
  if (place === 0) return 'first';
  if (place === -1 || (isTime(place) && place.factor === 1 && place.offset === -1)) return 'last';
  const steps = call.steps === null ? null : (value.time ?? []).reduce((n, w) => windowOutputs(w, n), call.steps);
  return place === null || steps === null || place !== steps - 1 ? null : 'last';
}

const TO_THE_END = 2 ** 31 - 1;

function slice(call: Call, value: Movable): Value[] {
  const from = (n: number, name: string) =>
    call.inputs[n] ? sizesInput(call, n, name) : (call.node.attributes.get(name)?.ints ?? null);
  const starts = from(1, 'starts');
  const ends = from(2, 'ends');
  if (starts === null || ends === null) throw new Fault('expected starts and ends, got none');
  const axes = (listInput(call, 3, 'axes') ?? [...starts.keys()]).map((axis) => axisOf(axis, value.axes.length));
  const steps = listInput(call, 4, 'steps') ?? starts.map(() => 1);
  let result = value;
  const numbers = (list: readonly Size[]) =>
    list.map((item, n) => (value.axes[axes[n] ?? -1] === 'time' ? null : item));
  const [low, high] = [numbers(starts), numbers(ends)];
  for (const [n, axis] of axes.entries()) {
    if (value.axes[axis] !== 'time') continue;
    const [start, end] = [starts[n]!, ends[n]!];
    const reachesEnd =
      (typeof end === 'number' && end >= (call.steps ?? TO_THE_END)) ||
      isStepsOf(end, value.kind === 'view' ? value : EMPTY);
    if (steps[n] === 1 && start === 0 && reachesEnd) {
      low[n] = 0;
      high[n] = 1;
      continue;
    }
    if (result.kind === 'filled') throw new Fault('takes some steps of a constant');
    const at = stepAt(call, result, start);
    const isOne = at === 'last' ? reachesEnd || end === 0 : start === 0 && end === 1;
    if (at === null || !isOne) {
      throw new Fault(
        'takes some steps of an utterance, expected all, the first or the last',
        'Give the sizes of the input with --shape',
      );
    }
    result = pickStep(call, result, at);
    low[n] = 0;
    high[n] = 1;
  }
  const plain = (list: readonly Size[]) =>
    list.map((item) => {
      if (typeof item !== 'number') throw new Fault('cuts at a place that depends on the number of steps');
      return item;
    });
  const operands = [plain(low), plain(high), axes, steps].map(listConstant);
  const { shape, places } = refold(call, result, operands, 0);
  return [moved(result, places, resized(result.axes, shape))];
}

function split(call: Call, value: Movable): Value[] {
  const axis = axisOf(integer(call, 'axis', 0), value.axes.length);
  const { outputs } = call.node;
  if (value.axes[axis] === 'time') {
    if (outputs.length === 1) return [value];
    throw new Fault('splits an utterance into its steps', 'Export the layer itself instead of its unrolled steps');
  }
  const sizes = call.inputs[1] ? [constantInput(call, 1, 'sizes')] : [];
  return outputs.map((_, output) => {
    const { shape, places } = refold(call, value, sizes, output);
    return moved(value, places, resized(value.axes, shape));
  });
}

function gather(call: Call, value: Movable): Value[] {
  const { axes } = value;
  const axis = axisOf(integer(call, 'axis', 0), axes.length);
  const chosen = call.inputs[1] ?? null;
  if (axes[axis] !== 'time') {
    const index = constantInput(call, 1, 'places');
    const { shape, places } = refold(call, value, [index], 0);
    const kept = (d: number) => (d < axis ? axes[d] : axes[d - index.shape.length + 1]);
    const isNew = (d: number) => d >= axis && d < axis + index.shape.length;
    return [
      moved(
        value,
        places,
        shape.map((size, d) => {
          const before = isNew(d) ? undefined : kept(d);
          return before === 'time' || before === 'batch' ? before : size;
        }),
      ),
    ];
  }
  const items = chosen === null ? null : itemsOf(chosen);
  const rank =
    chosen?.kind === 'known' ? chosen.constant.shape.length : chosen?.kind === 'sizes' ? chosen.shape.length : 2;
  const at = value.kind === 'view' && items?.length === 1 ? stepAt(call, value, items[0]!) : null;
  if (value.kind !== 'view' || at === null || rank > 1) {
    throw new Fault('takes some steps of an utterance, expected the first or the last');
  }
  const picked = pickStep(call, value, at);
  return [
    rank === 1
      ? picked
      : withAxes(
          picked,
          picked.axes.filter((_, d) => d !== axis),
        ),
  ];
}

function expand(call: Call, value: Movable): Value[] {
  const targets = sizesInput(call, 1, 'the new shape');
  const rank = Math.max(targets.length, value.axes.length);
  const old = (d: number): Axis => value.axes[d - rank + value.axes.length] ?? 1;
  const axes = Array.from({ length: rank }, (_, d): Axis => {
    const size = targets[d - rank + targets.length] ?? 1;
    const axis = old(d);
    if (isTime(size)) {
      if (axis === 'time' || (value.kind === 'filled' && sizeOf(axis) === 1)) return 'time';
      throw new Fault('repeats a value for each step');
    }
    if (axis === 'time' || size === 1) return axis;
    if (sizeOf(axis) === 1 || sizeOf(axis) === size) return sizeOf(axis) === size ? axis : size;
    throw new Fault(`expected size ${sizeOf(axis)} of axis ${d}, got ${size}`);
  });
  return [broadcast(value, axes)];
}

/** A value with its axes of size 1 repeated. */
export function broadcast<T extends Movable>(value: T, axes: readonly Axis[]): T {
  if (value.kind === 'filled') return { ...value, axes };
  const [from, to] = [sizesOf(value.axes), sizesOf(axes)];
  if (product(from) === product(to)) return { ...value, axes };
  const result = broadcastShape(from, to);
  if (result === null || product(result) !== product(to)) throw new Fault(`does not fit shape [${axes.join(', ')}]`);
  return pickElements(value, broadcastPlaces(from, to), axes) as T;
}

function tile(call: Call, value: Movable): Value[] {
  const repeats = constantInput(call, 1, 'repeats');
  for (const [d, axis] of value.axes.entries()) {
    if (axis === 'time' && repeats.values()[d] !== 1) throw new Fault('repeats an utterance');
  }
  const { shape, places } = refold(call, value, [repeats], 0);
  return [moved(value, places, resized(value.axes, shape))];
}

function concat(call: Call, value: Movable): Value[] {
  const axis = axisOf(integer(call, 'axis', 0), value.axes.length);
  if (call.inputs.length === 1) return [value];
  const same = call.inputs.map(uniformOf);
  if (call.inputs.every((input) => input?.kind !== 'view') && same.every((v) => v !== null && v === same[0])) {
    const size = call.inputs.reduce((sum, input) => sum + axisSize(input, axis), 0);
    return [{ ...value, axes: value.axes.with(axis, size) } as Filled];
  }
  const views = call.inputs.map((input) => {
    if (input?.kind === 'view') return input;
    throw new Fault('joins activations with constants');
  });
  if (value.axes[axis] === 'time') throw new Fault('joins utterances one after the other');
  for (const { axes } of views) {
    const fits =
      axes.length === value.axes.length && axes.every((a, d) => d === axis || sizeOf(a) === sizeOf(value.axes[d]!));
    if (!fits || axes.indexOf('time') !== value.axes.indexOf('time')) {
      throw new Fault(`expected shapes that are equal but for axis ${axis}, got [${value.axes}] and [${axes}]`);
    }
  }
  const widths = views.map(({ axes }) => sizeOf(axes[axis]!));
  const axes = value.axes.with(
    axis,
    widths.reduce((sum, width) => sum + width, 0),
  );
  const joined = joinViews(views, axes);
  const outer = product(sizesOf(axes.slice(0, axis)));
  const inner = product(sizesOf(axes.slice(axis + 1)));
  if (outer === 1) return [joined];
  const places = new Int32Array(product(sizesOf(axes)));
  let to = 0;
  for (let row = 0; row < outer; row++) {
    let start = 0;
    for (const width of widths) {
      const block = width * inner;
      for (let n = 0; n < block; n++) places[to++] = start + row * block + n;
      start += outer * block;
    }
  }
  return [pickElements(joined, places, axes)];
}

function axisSize(value: Value | null, axis: number): number {
  if (value?.kind === 'known') return value.constant.shape[axis] ?? 1;
  return value?.kind === 'filled' ? sizeOf(value.axes[axis] ?? 1) : 1;
}

/** Places of the axes that are neither time nor the batch. */
export function featureAxes(axes: readonly Axis[]): number[] {
  return [...axes.keys()].filter((d) => typeof axes[d] === 'number');
}

/** The features of a value, for messages. */
export function featureShape(view: View): string {
  return `[${featuresOf(view.axes).join(', ')}]`;
}
