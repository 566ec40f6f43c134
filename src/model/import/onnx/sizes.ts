import { windowOutputs } from '../../graph.ts';
import { broadcastPlaces, broadcastShape } from './arithmetic.ts';
import type { Call } from './call.ts';
import { sameTime } from './draft.ts';
import { type Constant, FOLDS } from './folds.ts';
import { product, type Size, type Sizes, type TimeSize, type Value, type View } from './values.ts';

/** Sizes of a value. */
export function shapeItems(value: View): Size[] {
  return value.axes.map((axis) => {
    if (axis === 'batch') return 1;
    return axis === 'time' ? { time: value.time ?? [], factor: 1, offset: 0 } : axis;
  });
}

/** A list of sizes as a constant where none of them depends on the steps. */
export function sizesValue({ pool }: Pick<Call, 'pool'>, shape: readonly number[], items: readonly Size[]): Value {
  const numbers = items.filter((item) => typeof item === 'number');
  if (numbers.length === items.length) return pool.literal('I64', shape, numbers);
  return { kind: 'sizes', shape, items };
}

export function isTime(size: Size | undefined): size is TimeSize {
  return typeof size === 'object' && size !== null;
}

/** Whether a size is that of the axis of time of a value. */
export function isStepsOf(size: Size | undefined, view: Pick<View, 'time'>): boolean {
  return isTime(size) && size.factor === 1 && size.offset === 0 && sameTime(size.time, view.time);
}

/** Computes a node on sizes; null where it is not computed on them. */
export function onSizes(call: Call): readonly Value[] | null {
  const { node, inputs } = call;
  const operands = inputs.map((input) => (input === null ? null : asSizes(input)));
  if (operands.includes(null)) return null;
  const given = operands as Sizes[];
  switch (node.opType) {
    case 'Cast':
      return [sizesValue(call, given[0]!.shape, given[0]!.items)];
    case 'Shape':
      return [call.pool.literal('I64', [given[0]!.shape.length], given[0]!.shape)];
    case 'Size':
      return [call.pool.literal('I64', [], [product(given[0]!.shape)])];
    case 'Add':
      return elementwise(call, given, (a, b) => shifted(a, b, 1) ?? shifted(b, a, 1));
    case 'Sub':
      return elementwise(call, given, (a, b) => shifted(a, b, -1));
    case 'Mul':
      return elementwise(call, given, (a, b) => scaled(a, b) ?? scaled(b, a));
    case 'Div':
      return elementwise(call, given, (a, b) => divided(a, b));
    case 'ReduceProd':
      return multiplied(call, given[0]!);
    case 'Equal':
    case 'Less':
    case 'Greater':
      return compared(call, given);
    default:
      return moved(call, given);
  }
}

function asSizes(value: Value): Sizes | null {
  if (value.kind === 'sizes') return value;
  if (value.kind !== 'known' || value.constant.dtype !== 'I64') return null;
  const { shape, values } = value.constant;
  return { kind: 'sizes', shape, items: [...values()] };
}

/** a + sign · b, for a number b. */
function shifted(a: Size, b: Size, sign: number): Size {
  if (typeof b !== 'number' || a === null) return null;
  return typeof a === 'number' ? a + sign * b : { ...a, offset: a.offset + sign * b };
}

function scaled(a: Size, b: Size): Size {
  if (typeof b !== 'number' || a === null) return null;
  if (typeof a === 'number') return a * b;
  return b === 0 ? 0 : { ...a, factor: a.factor * b, offset: a.offset * b };
}

function divided(a: Size, b: Size): Size {
  if (typeof b !== 'number' || b === 0 || a === null) return null;
  if (typeof a === 'number') return Math.trunc(a / b);
  return a.factor % b === 0 && a.offset % b === 0 ? { ...a, factor: a.factor / b, offset: a.offset / b } : null;
}

function elementwise(call: Call, [a, b]: readonly Sizes[], operator: (a: Size, b: Size) => Size): Value[] | null {
  if (b === undefined) return null;
  const pairs = pairsOf(a!, b);
  return pairs === null
    ? null
    : [
        sizesValue(
          call,
          pairs.shape,
          pairs.pairs.map(([p, q]) => operator(p, q)),
        ),
      ];
}

/** The product of a list of sizes. */
function multiplied(call: Call, { shape, items }: Sizes): Value[] | null {
  if (shape.length !== 1) return null;
  const all = items.reduce((product: Size, size) => scaled(product, size) ?? scaled(size, product), 1);
  return [sizesValue(call, call.node.attributes.get('keepdims')?.i === 0 ? [] : [1], [all])];
}

function pairsOf(a: Sizes, b: Sizes): { shape: number[]; pairs: [Size, Size][] } | null {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === null) return null;
  const [from, by] = [broadcastPlaces(a.shape, shape), broadcastPlaces(b.shape, shape)];
  return { shape, pairs: [...from].map((place, n) => [a.items[place] ?? null, b.items[by[n]!] ?? null]) };
}

/** Comparisons hold for the number of steps that the file's sizes are for. */
function compared(call: Call, [a, b]: readonly Sizes[]): Value[] | null {
  const pairs = b === undefined ? null : pairsOf(a!, b);
  if (pairs === null) return null;
  const results = pairs.pairs.map(([p, q]) => {
    const [x, y] = [numberOf(call, p), numberOf(call, q)];
    if (x === null || y === null) return null;
    const { opType } = call.node;
    return Number(opType === 'Equal' ? x === y : opType === 'Less' ? x < y : x > y);
  });
  const known = results.filter((result) => result !== null);
  if (known.length < results.length) return [{ kind: 'opaque', inputs: [], shape: pairs.shape }];
  return [call.pool.literal('BOOL', pairs.shape, known)];
}

function numberOf({ steps }: Call, size: Size): number | null {
  if (typeof size === 'number' || size === null) return size;
  if (steps === null) return null;
  return size.factor * size.time.reduce((n, window) => windowOutputs(window, n), steps) + size.offset;
}

/** Slices, joins and the like: the items go where their numbers go. */
function moved(call: Call, given: readonly Sizes[]): Value[] | null {
  const { node } = call;
  const fold = FOLDS.get(node.opType);
  if (fold === undefined || given.length === 0) return null;
  const items: Size[] = [];
  const operands: Constant[] = [];
  for (const [n, operand] of given.entries()) {
    const isMoved = n === 0 || node.opType === 'Concat';
    if (!isMoved && operand.items.some((item) => typeof item !== 'number')) return null;
    const start = items.length;
    if (isMoved) items.push(...operand.items);
    const values = () =>
      Float64Array.from(operand.items, (item, k) => (isMoved ? start + k : typeof item === 'number' ? item : 0));
    operands.push({ dtype: 'I64', shape: operand.shape, values });
  }
  const results = node.outputs.map((_, output) => fold(node, operands, output));
  if (results.includes(null)) return null;
  return results.map((result) =>
    sizesValue(
      call,
      result!.shape,
      [...result!.values()].map((place) => items[place] ?? null),
    ),
  );
}
