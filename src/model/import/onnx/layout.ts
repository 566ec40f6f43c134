import { type Call, constantInput, integer, sizesInput, uniformOf } from './call.ts';
import { Fault } from './fault.ts';
import { axisOf, broadcast, EMPTY, type Movable, moved } from './movable.ts';
import { AXIS_OPERATORS, reaxis } from './reaxis.ts';
import { flatten, reshape } from './reshape.ts';
import { isTime, shapeItems, sizesValue } from './sizes.ts';
import { gather, refold, resized, slice, split } from './steps.ts';
import { type Axis, type Filled, joinViews, pickElements, product, sizeOf, sizesOf, type Value } from './values.ts';

/** Operators that change the axes of a value, take some of its elements, or join values. */
export const LAYOUT: ReadonlyMap<string, (call: Call, value: Movable) => readonly Value[]> = new Map([
  ...[...AXIS_OPERATORS.keys()].map((op) => [op, reaxis] as const),
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

export function shape(call: Call, value: Movable): Value[] {
  const items = value.kind === 'view' ? shapeItems(value) : shapeItems({ ...EMPTY, axes: value.axes });
  const cut = items.slice(integer(call, 'start', 0), call.node.attributes.get('end')?.i ?? items.length);
  return [sizesValue(call, [cut.length], cut)];
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
