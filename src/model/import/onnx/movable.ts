import { broadcastPlaces, broadcastShape } from './arithmetic.ts';
import { Fault } from './fault.ts';
import { normalAxis } from './folds.ts';
import { type Axis, type Filled, pickElements, product, sizeOf, sizesOf, type View, withAxes } from './values.ts';

/** A value whose axes can be moved. */
export type Movable = View | Filled;

export function moved(value: Movable, places: ArrayLike<number> | null, axes: readonly Axis[]): Movable {
  if (value.kind === 'filled') return { ...value, axes };
  return places === null ? withAxes(value, axes) : pickElements(value, places, axes);
}

export function axisOf(given: number, rank: number): number {
  const axis = normalAxis(given, rank);
  if (axis === null) throw new Fault(`expected an axis of ${rank}, got ${given}`);
  return axis;
}

export const EMPTY: View = { kind: 'view', sources: [], index: null, axes: [], time: [] };

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

/** A value with its axes of size 1 repeated. */
export function broadcast<T extends Movable>(value: T, axes: readonly Axis[]): T {
  if (value.kind === 'filled') return { ...value, axes };
  const [from, to] = [sizesOf(value.axes), sizesOf(axes)];
  if (product(from) === product(to)) return { ...value, axes };
  const result = broadcastShape(from, to);
  if (result === null || product(result) !== product(to)) throw new Fault(`does not fit shape [${axes.join(', ')}]`);
  return pickElements(value, broadcastPlaces(from, to), axes) as T;
}
