import type { Window } from '../../graph.ts';
import { type DraftNode, type DraftTensor, type StatePart, sameTime } from './draft.ts';
import { Fault } from './fault.ts';
import type { Constant } from './folds.ts';

/** An axis of an ONNX value: its size, the batch (of one voice), or time. */
export type Axis = number | 'batch' | 'time';

/** Where elements come from: a tensor, or what a recurrent node's state is after the last step. */
export type Source =
  | { readonly kind: 'tensor'; readonly tensor: DraftTensor }
  | { readonly kind: 'final'; readonly node: DraftNode; readonly part: StatePart; readonly elements: number };

/** An activation: elements of sources in an order of its own. */
export interface View {
  readonly kind: 'view';
  readonly sources: readonly Source[];
  /** Elements of the sources, side by side, in the order of all axes but time, row-major; null: all of them as they are. */
  readonly index: Int32Array | null;
  readonly axes: readonly Axis[];
  /** As of a tensor; null: one value for an utterance, and no axis of time. */
  readonly time: readonly Window[] | null;
}

/** An activation with zeros around it that a convolution has still to take up: those before and behind each axis. */
export interface Padded {
  readonly kind: 'padded';
  readonly view: View;
  readonly pads: readonly (readonly [number, number])[];
}

/** A value that is the same for every input. */
export interface Known {
  readonly kind: 'known';
  readonly constant: Constant;
}

/** A value of one number at all of its elements, along time as well. */
export interface Filled {
  readonly kind: 'filled';
  readonly value: number;
  readonly axes: readonly Axis[];
}

/** A size that depends on the number of steps: factor · steps + offset. */
export interface TimeSize {
  readonly time: readonly Window[];
  readonly factor: number;
  readonly offset: number;
}

/** A number of a list of sizes; null where nothing is known of it. */
export type Size = number | TimeSize | null;

/** Integers of which some depend on the number of steps. */
export interface Sizes {
  readonly kind: 'sizes';
  readonly shape: readonly number[];
  readonly items: readonly Size[];
}

/** A value that only the run knows and that is no activation: a rate, lengths, a condition. */
export interface Opaque {
  readonly kind: 'opaque';
  /** Inputs of the file that it depends on. */
  readonly inputs: readonly string[];
  /** Sizes where they are known. */
  readonly shape: readonly number[] | null;
}

/** A value behind a node that has been refused. */
export interface Broken {
  readonly kind: 'broken';
}

export type Value = View | Padded | Known | Filled | Sizes | Opaque | Broken;

export const BROKEN: Broken = { kind: 'broken' };

/** Most elements of the value of a step. */
const ELEMENT_LIMIT = 2 ** 24;

export function sizeOf(axis: Axis): number {
  return typeof axis === 'number' ? axis : 1;
}

/** Sizes of all axes, with 1 for time. */
export function sizesOf(axes: readonly Axis[]): number[] {
  return axes.map(sizeOf);
}

/** Sizes of all axes but time and batch. */
export function featuresOf(axes: readonly Axis[]): number[] {
  return axes.filter((axis) => typeof axis === 'number');
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

/** Elements of the value of a step. */
export function viewElements({ axes }: Pick<View, 'axes'>): number {
  return product(sizesOf(axes));
}

export function viewOf(tensor: DraftTensor, axes: readonly Axis[]): View {
  return { kind: 'view', sources: [{ kind: 'tensor', tensor }], index: null, axes, time: tensor.time };
}

export function sourceElements(source: Source): number {
  return source.kind === 'final' ? source.elements : product(source.tensor.shape);
}

/** The elements of a view by their places in its sources. */
export function indexOf(view: View): Int32Array {
  return view.index ?? Int32Array.from({ length: viewElements(view) }, (_, n) => n);
}

/** A view with the same elements under other axes. */
export function withAxes(view: View, axes: readonly Axis[]): View {
  return { ...view, axes };
}

function checkElements(count: number): void {
  if (count > ELEMENT_LIMIT) throw new Fault(`has ${count} elements a step, expected at most ${ELEMENT_LIMIT}`);
}

/** Some elements of a view. */
export function pickElements(view: View, places: ArrayLike<number>, axes: readonly Axis[]): View {
  const { index } = view;
  checkElements(places.length);
  const picked = Int32Array.from(places, (place) => (index === null ? place : index[place]!));
  const all = view.sources.reduce((sum, source) => sum + sourceElements(source), 0);
  const isWhole = picked.length === all && picked.every((place, n) => place === n);
  return { ...view, index: isWhole ? null : picked, axes };
}

/** Views side by side: their elements one after the other, under the axes given. */
export function joinViews(views: readonly View[], axes: readonly Axis[]): View {
  const [first] = views;
  const sources: Source[] = [];
  const places = new Map<unknown, number>();
  const count = views.reduce((sum, view) => sum + viewElements(view), 0);
  checkElements(count);
  const index = new Int32Array(count);
  let elements = 0;
  let to = 0;
  for (const view of views) {
    if (!sameTime(view.time, first!.time)) throw new Fault('joins values of different steps');
    const starts: number[] = [];
    const own: number[] = [];
    let start = 0;
    for (const source of view.sources) {
      const key = source.kind === 'tensor' ? source.tensor : source;
      let place = places.get(key);
      if (place === undefined) {
        place = elements;
        places.set(key, place);
        sources.push(source);
        elements += sourceElements(source);
      }
      own.push(start);
      starts.push(place);
      start += sourceElements(source);
    }
    for (const at of indexOf(view)) {
      let source = own.length - 1;
      while (own[source]! > at) source--;
      index[to++] = starts[source]! + at - own[source]!;
    }
  }
  const isWhole = index.length === elements && index.every((place, n) => place === n);
  return { kind: 'view', sources, index: isWhole ? null : index, axes, time: first!.time };
}
