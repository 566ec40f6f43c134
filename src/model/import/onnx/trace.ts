import type { Constants } from './constants.ts';
import { normalAxis } from './folds.ts';
import type { OnnxNode } from './proto.ts';
import { type Size, sizesOf } from './runtime_shape.ts';

/**
 * What an axis of a value stands for: time, batch, directions, the cells of one direction beside an axis of directions, those
 * of the first or the second of two alone, features (the cells of all directions, forward first), an axis of size 1, or
 * anything but features.
 */
export type Axis = 'time' | 'batch' | 'directions' | 'cells' | 'first' | 'second' | 'features' | 'one' | 'other';

/** A value that holds the outputs of an LSTM, axis by axis. */
export interface Traced {
  readonly name: string;
  readonly axes: readonly Axis[];
}

/** What is known of the outputs of an LSTM besides. */
export interface TracedSizes {
  readonly directions: number;
  readonly cells: number;
  /** Axes of the values traced so far, of this LSTM and those before it, and of the inputs of the first. */
  readonly known: ReadonlyMap<string, readonly Axis[]>;
  /** Numbers of frames and utterances that the input of the model declares. */
  readonly declared: ReadonlyMap<Axis, number>;
  /** Names of the values traced so far of this LSTM alone. */
  readonly own: ReadonlySet<string>;
}

/** Operators that pass their first input on. */
const PASSING = new Set(['Identity', 'Dropout', 'Cast']);

/**
 * What a node that only moves, drops or merges axes makes of a traced value.
 *
 * @returns its first output, or null where the node does something else or mixes the features
 */
export function passOn(constants: Constants, node: OnnxNode, from: Traced, sizes: TracedSizes): Traced | null {
  if (node.domain !== '') return null;
  if (node.opType === 'Concat') return joined(node, sizes);
  if (node.inputs[0] !== from.name) return null;
  const axes = movedAxes(constants, node, from.axes, sizes);
  const name = node.outputs[0];
  return axes === null || name === undefined || name === '' ? null : { name, axes };
}

function movedAxes(
  constants: Constants,
  node: OnnxNode,
  axes: readonly Axis[],
  sizes: TracedSizes,
): readonly Axis[] | null {
  if (PASSING.has(node.opType)) return axes;
  switch (node.opType) {
    case 'Squeeze': {
      const drop = listOf(constants, node)?.map((axis) => normalAxis(axis, axes.length));
      if (drop?.every((d) => d !== null && canDrop(axes[d]!, sizes)) !== true) return null;
      const rest = axes.filter((_, d) => !drop.includes(d));
      return features(rest, sizes);
    }
    case 'Unsqueeze': {
      const added = listOf(constants, node);
      const rank = axes.length + (added?.length ?? 0);
      const places = added?.map((axis) => normalAxis(axis, rank));
      if (places === undefined || places.includes(null) || new Set(places).size !== places.length) return null;
      const rest = [...axes];
      return Array.from({ length: rank }, (_, d): Axis => (places.includes(d) ? 'one' : rest.shift()!));
    }
    case 'Transpose': {
      const order = node.attributes.get('perm')?.ints ?? [...axes.keys()].reverse();
      if (order.length !== axes.length || new Set(order).size !== order.length) return null;
      return order.every((axis) => axes[axis] !== undefined) ? order.map((axis) => axes[axis]!) : null;
    }
    case 'Reshape':
      return reshaped(constants, node, axes, sizes);
    case 'Gather': {
      // One frame of an utterance, most often the last.
      const axis = normalAxis(node.attributes.get('axis')?.i ?? 0, axes.length);
      const index = constants.find(node.inputs[1] ?? '');
      if (axis === null || index === null || index.shape.length > 1) return null;
      if (axes[axis] !== 'time' && axes[axis] !== 'batch' && axes[axis] !== 'one') return null;
      return index.shape.length === 0 ? axes.filter((_, d) => d !== axis) : axes.with(axis, 'other');
    }
    case 'Slice': {
      const cut =
        (node.inputs[3] === undefined ? node.attributes.get('axes')?.ints : constants.integers(node.inputs[3])) ?? [];
      const places = cut.map((axis) => normalAxis(axis, axes.length));
      if (places.length === 1 && axes[places[0] ?? -1] === 'directions')
        return oneDirection(constants, node, axes, sizes);
      const fits = places.length > 0 && places.every((d) => d !== null && ['time', 'batch', 'one'].includes(axes[d]!));
      return fits ? axes.map((axis, d) => (places.includes(d) ? 'other' : axis)) : null;
    }
    default:
      return null;
  }
}

function listOf(constants: Constants, node: OnnxNode): readonly number[] | undefined {
  const name = node.inputs[1] ?? '';
  return (name === '' ? node.attributes.get('axes')?.ints : constants.integers(name)) ?? undefined;
}

/** An axis of directions may only go where it has size 1; one of features or cells never. */
function canDrop(axis: Axis, { directions }: TracedSizes): boolean {
  return axis === 'directions' ? directions === 1 : !['features', 'cells', 'first', 'second'].includes(axis);
}

/** With one direction, its cells are the features. */
function features(axes: readonly Axis[], { directions }: TracedSizes): Axis[] {
  const merged = directions > 1 || axes.includes('directions');
  return axes.map((axis) => (axis === 'cells' && !merged ? 'features' : axis));
}

/** A slice that leaves the first or the second of two directions. */
function oneDirection(
  constants: Constants,
  node: OnnxNode,
  axes: readonly Axis[],
  { directions }: TracedSizes,
): readonly Axis[] | null {
  const bound = (at: number, key: string) =>
    (node.inputs[at] === undefined ? node.attributes.get(key)?.ints : constants.integers(node.inputs[at]))?.[0];
  const [start, end, step = 1] = [bound(1, 'starts'), bound(2, 'ends'), bound(4, 'steps')];
  if (directions !== 2 || start === undefined || end === undefined || step !== 1) return null;
  const first = start === 0 && end === 1;
  if (!first && !(start === 1 && end >= 2)) return null;
  return axes.map((axis) => (axis === 'directions' ? 'one' : axis === 'cells' ? (first ? 'first' : 'second') : axis));
}

/** The directions put side by side again. */
function joined({ inputs, outputs, attributes }: OnnxNode, { known, own }: TracedSizes): Traced | null {
  const [first, second] = inputs.map((input) => (own.has(input) ? known.get(input) : undefined));
  if (inputs.length !== 2 || first === undefined || second === undefined || first.length !== second.length) return null;
  const last = first.length - 1;
  const fits = first.every((axis, d) => (d === last ? axis === 'first' && second[d] === 'second' : axis === second[d]));
  if (!fits || normalAxis(attributes.get('axis')?.i ?? 0, first.length) !== last) return null;
  return { name: outputs[0] ?? '', axes: first.with(last, 'features') };
}

/**
 * A reshape that leaves the axes as they are or puts the directions side by side. Of another one, all that may be known is
 * that its last axis holds all features in order.
 */
function reshaped(
  constants: Constants,
  node: OnnxNode,
  axes: readonly Axis[],
  sizes: TracedSizes,
): readonly Axis[] | null {
  const shape = sizesOf(constants, node.inputs[1] ?? '');
  if (shape === null || (node.attributes.get('allowzero')?.i ?? 0) !== 0) return null;
  const tail = axes.at(-1) === 'features' ? 1 : axes.at(-2) === 'directions' && axes.at(-1) === 'cells' ? 2 : 0;
  const merged: readonly Axis[] | null = tail === 0 ? null : [...axes.slice(0, -tail), 'features'];
  for (const result of [axes, merged]) {
    const copies = (axis: Axis, d: number) => shape[d] === 0 && axes[d] === axis;
    if (result?.length !== shape.length || shape.filter((size) => size === -1).length > 1) continue;
    if (result.every((axis, d) => copies(axis, d) || isSizeOf(shape[d]!, axis, sizes))) return result;
  }
  if (merged === null || shape.at(-1) !== sizes.directions * sizes.cells) return null;
  return shape.map((_, d): Axis => (d === shape.length - 1 ? 'features' : 'other'));
}

/** Whether a size in a shape is that of an axis; -1 is that of the one that is left over. */
function isSizeOf(size: Size, axis: Axis, { directions, cells, known, declared }: TracedSizes): boolean {
  if (size === null) return false;
  // All values have as many frames and utterances.
  const isShared = axis === 'time' || axis === 'batch';
  if (typeof size !== 'number') return isShared && known.get(size.value)?.[size.axis] === axis;
  if (size === -1) return true;
  if (axis === 'directions') return size === directions;
  if (axis === 'features') return size === directions * cells;
  if (axis === 'cells' || axis === 'first' || axis === 'second') return size === cells;
  if (axis === 'one') return size === 1;
  return size > 0 && declared.get(axis) === size;
}

/** Axes of the input of an LSTM, and of the values that it was moved from. */
export function inputAxes({ graph }: Constants, name: string, batchFirst: boolean): Map<string, readonly Axis[]> {
  const found = new Map<string, readonly Axis[]>();
  let axes: readonly Axis[] = batchFirst ? ['batch', 'time', 'other'] : ['time', 'batch', 'other'];
  let value = name;
  while (!found.has(value)) {
    found.set(value, axes);
    const node = graph.producers.get(value);
    if (node?.domain !== '' || !(PASSING.has(node.opType) || node.opType === 'Transpose')) break;
    const order = node.opType === 'Transpose' ? (node.attributes.get('perm')?.ints ?? [2, 1, 0]) : [0, 1, 2];
    if (order.length !== 3) break;
    const before: Axis[] = ['other', 'other', 'other'];
    for (const [d, axis] of order.entries()) before[axis] = axes[d]!;
    axes = before;
    value = node.inputs[0] ?? '';
  }
  return found;
}

/** Numbers of frames and utterances that the model declares for those of its inputs whose axes are known. */
export function declaredSizes({ graph }: Constants, known: ReadonlyMap<string, readonly Axis[]>): Map<Axis, number> {
  const sizes = new Map<Axis, number>();
  for (const [name, axes] of known) {
    for (const [d, size] of graph.inputDims.get(name)?.entries() ?? []) {
      if (size !== null && (axes[d] === 'time' || axes[d] === 'batch')) sizes.set(axes[d], size);
    }
  }
  return sizes;
}
