import { type Call, listInput, stepsAdvice } from './call.ts';
import { Fault } from './fault.ts';
import { axisOf, type Movable, moved, permuted } from './movable.ts';
import { type Axis, type Padded, sizeOf } from './values.ts';

/** For each axis of a result the one before it; null for a new one, of size 1. */
type AxisMap = readonly (number | null)[];

/** Operators that order, drop or add axes, and leave the elements as they are. */
export const AXIS_OPERATORS: ReadonlyMap<string, (call: Call, axes: readonly Axis[]) => AxisMap> = new Map([
  ['Identity', (_: Call, axes: readonly Axis[]) => [...axes.keys()]],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Transpose', transpose],
]);

/** What such an operator makes of a value. */
export function reaxis(call: Call, value: Movable): Movable[] {
  return [mapped(value, AXIS_OPERATORS.get(call.node.opType)!(call, value.axes))];
}

/** What it makes of a value with zeros around it, which go where their axes go: layers of Keras are padded before they are turned. */
export function reaxisPadded(call: Call, { kind, view, pads }: Padded): Padded[] {
  const wide = view.axes.map((axis, d) => (typeof axis === 'number' ? axis + pads[d]![0] + pads[d]![1] : axis));
  const map = AXIS_OPERATORS.get(call.node.opType)!(call, wide);
  return [{ kind, view: mapped(view, map), pads: map.map((d) => (d === null ? [0, 0] : pads[d]!)) }];
}

function mapped<T extends Movable>(value: T, map: AxisMap): T {
  const kept = map.filter((d) => d !== null);
  if (kept.some((d, n) => n > 0 && d < kept[n - 1]!)) return permuted(value, kept);
  return moved(
    value,
    null,
    map.map((d) => (d === null ? 1 : value.axes[d]!)),
  ) as T;
}

function squeeze(call: Call, axes: readonly Axis[]): AxisMap {
  const given = listInput(call, 1, 'axes');
  const drop = new Set(
    given === null
      ? [...axes.keys()].filter((d) => axes[d] !== 'time' && sizeOf(axes[d]!) === 1)
      : given.map((axis) => axisOf(axis, axes.length)),
  );
  for (const d of drop) {
    if (axes[d] === 'time') throw new Fault('drops the axis of time', stepsAdvice(call));
    if (sizeOf(axes[d]!) !== 1) throw new Fault(`expected size 1 of axis ${d}, which it drops, got ${axes[d]}`);
  }
  return [...axes.keys()].filter((d) => !drop.has(d));
}

function unsqueeze(call: Call, axes: readonly Axis[]): AxisMap {
  const given = listInput(call, 1, 'axes') ?? [];
  const rank = axes.length + given.length;
  const added = new Set(given.map((axis) => axisOf(axis, rank)));
  if (added.size !== given.length) throw new Fault('adds an axis twice');
  let next = 0;
  return Array.from({ length: rank }, (_, d) => (added.has(d) ? null : next++));
}

function transpose({ node }: Call, axes: readonly Axis[]): AxisMap {
  const order = node.attributes.get('perm')?.ints ?? [...axes.keys()].reverse();
  if (order.length !== axes.length || [...order].sort((a, b) => a - b).some((axis, d) => axis !== d)) {
    throw new Fault(`expected an order of ${axes.length} axes as perm, got [${order}]`);
  }
  return order;
}
