import type { Constants } from './constants.ts';
import { normalAxis } from './constants.ts';
import type { OnnxNode } from './proto.ts';

/**
 * What an axis of a value stands for: time, batch, directions, the cells of one direction, features (the cells of all
 * directions, forward first), an axis of size 1, or anything but features.
 */
export type Axis = 'time' | 'batch' | 'directions' | 'cells' | 'features' | 'one' | 'other';

/** A value that holds the outputs of an LSTM, axis by axis. */
export interface Traced {
  readonly name: string;
  readonly axes: readonly Axis[];
}

/** Sizes that are known of the outputs of an LSTM. */
export interface TracedSizes {
  readonly directions: number;
  readonly cells: number;
}

/** Operators that pass their first input on. */
const PASSING = new Set(['Identity', 'Dropout', 'Cast']);

/**
 * What a node that only moves, drops or merges axes makes of a traced value.
 *
 * @returns its first output, or null where the node does something else or mixes the features
 */
export function passOn(constants: Constants, node: OnnxNode, from: Traced, sizes: TracedSizes): Traced | null {
  if (node.domain !== '' || node.inputs[0] !== from.name) return null;
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
  return axis === 'directions' ? directions === 1 : axis !== 'features' && axis !== 'cells';
}

/** With one direction, its cells are the features. */
function features(axes: readonly Axis[], { directions }: TracedSizes): Axis[] {
  const merged = directions > 1 || axes.includes('directions');
  return axes.map((axis) => (axis === 'cells' && !merged ? 'features' : axis));
}

/** A reshape whose last axis holds all features in order; of the axes before it, those that it copies are known. */
function reshaped(
  constants: Constants,
  node: OnnxNode,
  axes: readonly Axis[],
  { directions, cells }: TracedSizes,
): readonly Axis[] | null {
  const name = node.inputs[1] ?? '';
  const shape = constants.integers(name);
  const size = shape === null ? lastSize(constants, name) : shape.at(-1);
  const tail = axes.at(-1) === 'features' ? 1 : axes.at(-2) === 'directions' && axes.at(-1) === 'cells' ? 2 : 0;
  if (tail === 0 || size === undefined) return null;
  const kept = axes.length - tail;
  // With [0, 0, -1] the rest is copied axis by axis, and the last one takes what is left over.
  const copies = shape !== null && shape.length === kept + 1 && shape.slice(0, kept).every((s) => s === 0);
  if (copies && (size === -1 || size === directions * cells)) return [...axes.slice(0, kept), 'features'];
  if (size !== directions * cells) return null;
  const rank = shape?.length ?? 2;
  return Array.from({ length: rank }, (_, d): Axis => (d === rank - 1 ? 'features' : 'other'));
}

/** Last element of a shape that is put together at run time; undefined where it is no constant. */
function lastSize(constants: Constants, name: string): number | undefined {
  const node = constants.graph.producers.get(name);
  if (node?.opType !== 'Concat' || node.domain !== '') return undefined;
  return constants.integers(node.inputs.at(-1) ?? '')?.at(-1);
}
