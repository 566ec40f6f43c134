import { windowOutputs } from '../../graph.ts';
import { type Call, integer, sizesInput, stepsAdvice } from './call.ts';
import { Fault } from './fault.ts';
import { EMPTY, type Movable, moved } from './movable.ts';
import { isStepsOf, isTime } from './sizes.ts';
import { type Axis, product, type Size, sizeOf, sizesOf, type Value } from './values.ts';

export function reshape(call: Call, value: Movable): Value[] {
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
    throw new Fault(`${what}: shape [${axes.join(', ')}] to ${wanted}`, stepsAdvice(call));
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
  return refuse(time < 0 ? 'is no change of layout' : 'joins steps with other axes');
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

export function flatten(call: Call, value: Movable): Value[] {
  const { axes } = value;
  const given = integer(call, 'axis', 1);
  const axis = given < 0 ? given + axes.length : given;
  if (axis < 0 || axis > axes.length) throw new Fault(`expected an axis of ${axes.length}, got ${given}`);
  const merged = [axes.slice(0, axis), axes.slice(axis)].map((group): Axis => {
    const size = product(sizesOf(group));
    if (!group.includes('time'))
      return group.length === 1 ? group[0]! : group.includes('batch') && size === 1 ? 'batch' : size;
    if (size !== 1) throw new Fault('joins the steps of an utterance with its features', stepsAdvice(call));
    return 'time';
  });
  return [moved(value, null, merged)];
}
