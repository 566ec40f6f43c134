import type { Constants } from './constants.ts';
import { RANK_LIMIT } from './folds.ts';
import type { OnnxNode } from './proto.ts';

/** A size in a shape: a number, or that of an axis of a value at run time; null where it is anything else. */
export type Size = number | AxisSize | null;

export interface AxisSize {
  /** Name of the value. */
  readonly value: string;
  readonly axis: number;
}

/** Operators that leave a single size, or a list of them, as it is. */
const PASSING = new Set(['Identity', 'Cast', 'Unsqueeze', 'Squeeze']);

/**
 * The sizes of a shape that a `Reshape` gets: a constant, or put together with `Concat` from constants and from what `Shape`,
 * `Slice` and `Gather` tell of other values.
 *
 * @returns null where their number is not known
 */
export function sizesOf(constants: Constants, name: string): readonly Size[] | null {
  const given = constants.integers(name);
  if (given !== null) return given;
  const node = producerOf(constants, name);
  if (node?.opType !== 'Concat') return part(constants, name);
  // A part that is not understood most often is one size.
  const sizes = node.inputs.flatMap((input): readonly Size[] => part(constants, input) ?? [null]);
  return sizes.length <= RANK_LIMIT ? sizes : null;
}

/** Sizes that come without a `Concat`. */
function part(constants: Constants, name: string): readonly Size[] | null {
  const given = constants.integers(name);
  if (given !== null) return given;
  let node = producerOf(constants, name);
  for (let steps = 0; node !== undefined && PASSING.has(node.opType) && steps < RANK_LIMIT; steps++) {
    node = producerOf(constants, node.inputs[0] ?? '');
  }
  return node === undefined ? null : measured(constants, node);
}

/** What `Shape`, or a choice of its elements, tells. */
function measured(constants: Constants, node: OnnxNode): readonly Size[] | null {
  if (node.opType === 'Shape') {
    return axes(node, node.attributes.get('start')?.i ?? 0, node.attributes.get('end')?.i ?? -1);
  }
  const shape = producerOf(constants, node.inputs[0] ?? '');
  if (shape?.opType !== 'Shape' || shape.attributes.size > 0) return null;
  if (node.opType === 'Gather') {
    const chosen = constants.integers(node.inputs[1] ?? '');
    return chosen?.map((axis) => axes(shape, axis, axis + 1)?.[0] ?? null) ?? null;
  }
  if (node.opType !== 'Slice') return null;
  const list = (at: number, key: string) =>
    node.inputs[at] === undefined ? node.attributes.get(key)?.ints : constants.integers(node.inputs[at]);
  const [start, end, step = [1]] = [list(1, 'starts'), list(2, 'ends'), list(4, 'steps') ?? undefined];
  return start?.length === 1 && end?.length === 1 && step[0] === 1 ? axes(shape, start[0]!, end[0]!) : null;
}

/** Axes `start` to `end` - 1 of the input of a `Shape` node; null where they are counted from the end, for its rank is not known. */
function axes({ inputs }: OnnxNode, start: number, end: number): readonly AxisSize[] | null {
  if (start < 0 || end < start || end > RANK_LIMIT) return null;
  return Array.from({ length: end - start }, (_, n) => ({ value: inputs[0] ?? '', axis: start + n }));
}

function producerOf({ graph }: Constants, name: string): OnnxNode | undefined {
  const node = graph.producers.get(name);
  return node?.domain === '' ? node : undefined;
}
