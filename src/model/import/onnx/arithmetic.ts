import type { Floats } from '../../graph.ts';
import { type Constant, normalAxis, RANK_LIMIT, shortList } from './folds.ts';
import type { OnnxNode } from './proto.ts';
import { elementsOf, nothingBeside, tensorType, tensorValues } from './tensor_data.ts';

/** A result of a node on constants, or null where the node does not fit them. */
type Fold = (path: string, node: OnnxNode, inputs: readonly Constant[]) => Constant | null;

type Operator = (a: number, b: number) => number;

/** Operators that compute new values from constants; those that only move them are in `FOLDS`. */
export const ARITHMETIC: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['Add', elementwise((a, b) => a + b)],
  ['Sub', elementwise((a, b) => a - b)],
  ['Mul', elementwise((a, b) => a * b)],
  ['Div', divide],
  ['Pow', elementwise((a, b) => a ** b)],
  ['Mod', elementwise((a, b) => a - b * Math.floor(a / b))],
  ['Min', elementwise(Math.min)],
  ['Max', elementwise(Math.max)],
  ['Equal', comparison((a, b) => a === b)],
  ['Less', comparison((a, b) => a < b)],
  ['LessOrEqual', comparison((a, b) => a <= b)],
  ['Greater', comparison((a, b) => a > b)],
  ['GreaterOrEqual', comparison((a, b) => a >= b)],
  ['And', comparison((a, b) => a !== 0 && b !== 0)],
  ['Or', comparison((a, b) => a !== 0 || b !== 0)],
  ['Not', unary((a) => (a === 0 ? 1 : 0))],
  ['Neg', unary((a) => -a)],
  ['Abs', unary(Math.abs)],
  ['Sqrt', unary(Math.sqrt)],
  ['Reciprocal', unary((a) => 1 / a)],
  ['Exp', unary(Math.exp)],
  ['Log', unary(Math.log)],
  ['Floor', unary(Math.floor)],
  ['Ceil', unary(Math.ceil)],
  ['Cast', cast],
  ['Shape', shapeOf],
  ['Size', (_, __, [input]) => list([input!.shape.reduce((all, size) => all * size, 1)], [])],
  ['ConstantOfShape', constantOfShape],
  ['Range', range],
  ['Where', where],
  ['DequantizeLinear', dequantize],
  ['ReduceProd', reduce((a, b) => a * b)],
  ['ReduceSum', reduce((a, b) => a + b)],
]);

/** Integers in double precision. */
function list(values: readonly number[], shape: readonly number[]): Constant {
  return { dtype: 'I64', shape, values: () => Float64Array.from(values) };
}

/** An array of the precision that a type has here. */
function arrayOf(dtype: string, elements: number): Floats {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16'
    ? new Float32Array(elements)
    : new Float64Array(elements);
}

function unary(operator: (a: number) => number): Fold {
  return (_, __, [input]) => ({ ...input!, values: () => input!.values().map(operator) });
}

/** Shape of a result whose operands are repeated along axes of size 1; null where they do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let d = 0; d < rank; d++) {
    const [p, q] = [a[d + a.length - rank] ?? 1, b[d + b.length - rank] ?? 1];
    if (p !== q && p !== 1 && q !== 1) return null;
    result.push(p === 1 ? q : p);
  }
  return result;
}

/** Place in an operand of each element of a result. */
export function broadcastPlaces(shape: readonly number[], result: readonly number[]): Int32Array {
  const elements = result.reduce((all, size) => all * size, 1);
  const places = new Int32Array(elements);
  const skip = result.length - shape.length;
  const strides = result.map(() => 0);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d + skip] = shape[d] === 1 ? 0 : stride;
    stride *= shape[d]!;
  }
  const at = result.map(() => 0);
  let from = 0;
  for (let n = 0; n < elements; n++) {
    places[n] = from;
    for (let d = result.length - 1; d >= 0; d--) {
      from += strides[d]!;
      if (++at[d]! < result[d]!) break;
      from -= strides[d]! * result[d]!;
      at[d] = 0;
    }
  }
  return places;
}

function binary(operator: Operator, dtype: string, a: Constant, b: Constant): Constant | null {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === null) return null;
  const elements = elementsOf('broadcast', shape);
  const values = () => {
    const [from, by] = [a.values(), b.values()];
    const [places, byPlaces] = [broadcastPlaces(a.shape, shape), broadcastPlaces(b.shape, shape)];
    const result = arrayOf(dtype, elements);
    for (let n = 0; n < elements; n++) result[n] = operator(from[places[n]!]!, by[byPlaces[n]!]!);
    return result;
  };
  return { dtype, shape, values };
}

function elementwise(operator: Operator): Fold {
  return (_, __, [a, b, ...more]) => {
    if (b === undefined || more.length > 0 || a!.dtype !== b.dtype) return null;
    return binary(operator, a!.dtype, a!, b);
  };
}

function comparison(operator: (a: number, b: number) => boolean): Fold {
  return (_, __, [a, b]) => (b === undefined ? null : binary((p, q) => (operator(p, q) ? 1 : 0), 'BOOL', a!, b));
}

function divide(path: string, node: OnnxNode, inputs: readonly Constant[]): Constant | null {
  const isInteger = inputs[0]!.dtype === 'I64';
  if (isInteger && inputs[1]?.values().includes(0) !== false) return null;
  return elementwise(isInteger ? (a, b) => Math.trunc(a / b) : (a, b) => a / b)(path, node, inputs);
}

/** Names of the element types that a cast can ask for. */
const CASTS: ReadonlyMap<number, string> = new Map([
  [1, 'F32'],
  [6, 'I64'],
  [7, 'I64'],
  [9, 'BOOL'],
  [10, 'F32'],
  [11, 'F64'],
  [16, 'F32'],
]);

function cast(_: string, { attributes }: OnnxNode, [input]: readonly Constant[]): Constant | null {
  const dtype = CASTS.get(attributes.get('to')?.i ?? 0);
  if (dtype === undefined) return null;
  const { shape, dtype: from } = input!;
  if (from === dtype) return input!;
  const convert = (value: number) =>
    dtype === 'BOOL' ? Number(value !== 0) : dtype === 'I64' ? Math.trunc(value) : value;
  const values = () => {
    const result = arrayOf(dtype, elementsOf('Cast', shape));
    const given = input!.values();
    for (let n = 0; n < result.length; n++) result[n] = convert(given[n]!);
    return result;
  };
  return { dtype, shape, values };
}

function shapeOf(_: string, { attributes }: OnnxNode, [input]: readonly Constant[]): Constant {
  const { shape } = input!;
  const sizes = shape.slice(attributes.get('start')?.i ?? 0, attributes.get('end')?.i ?? shape.length);
  return list(sizes, [sizes.length]);
}

function constantOfShape(path: string, { attributes }: OnnxNode, [sizes]: readonly Constant[]): Constant | null {
  const shape = shortList(sizes!);
  if (shape === null || shape.some((size) => size < 0)) return null;
  const elements = elementsOf('ConstantOfShape', shape);
  const fill = attributes.get('value')?.t ?? null;
  if (fill === null) return { dtype: 'F32', shape, values: () => new Float32Array(elements) };
  const type = tensorType(fill);
  const dtype = type === 'I32' ? 'I64' : type;
  return { dtype, shape, values: () => arrayOf(dtype, elements).fill(tensorValues(path, fill, nothingBeside)[0] ?? 0) };
}

/** Most elements of a range: it is for places and sizes. */
const RANGE_LIMIT = 2 ** 20;

function range(_: string, __: OnnxNode, inputs: readonly Constant[]): Constant | null {
  const [start, limit, delta] = inputs.map(({ values }) => values()[0] ?? Number.NaN);
  const count = Math.max(Math.ceil((limit! - start!) / delta!), 0);
  if (!(count <= RANGE_LIMIT)) return null;
  const { dtype } = inputs[0]!;
  const values = () => arrayOf(dtype, count).map((_, n) => start! + n * delta!);
  return { dtype, shape: [count], values };
}

function where(_: string, __: OnnxNode, [condition, a, b]: readonly Constant[]): Constant | null {
  if (a === undefined || b === undefined || a.dtype !== b.dtype) return null;
  const shape = broadcastShape(broadcastShape(condition!.shape, a.shape) ?? [-1], b.shape);
  if (shape === null || shape.includes(-1)) return null;
  const elements = elementsOf('Where', shape);
  const values = () => {
    const parts = [condition!, a, b].map((part) => ({
      from: part.values(),
      places: broadcastPlaces(part.shape, shape),
    }));
    const at = (part: number, n: number) => parts[part]!.from[parts[part]!.places[n]!]!;
    return arrayOf(a.dtype, elements).map((_, n) => (at(0, n) !== 0 ? at(1, n) : at(2, n)));
  };
  return { dtype: a.dtype, shape, values };
}

/** (q − zero point) · scale, for the whole tensor or along an axis. */
function dequantize(_: string, { attributes }: OnnxNode, [input, scale, zero]: readonly Constant[]): Constant | null {
  if (scale === undefined || !['I8', 'U8', 'I64'].includes(input!.dtype)) return null;
  const { shape } = input!;
  const along = (part: Constant): readonly number[] | null => {
    const [size = 1, ...more] = part.shape;
    if (more.length > 0) return null;
    if (size === 1) return shape.map(() => 1);
    const axis = normalAxis(attributes.get('axis')?.i ?? 1, shape.length);
    return axis === null || shape[axis] !== size ? null : shape.map((_, d) => (d === axis ? size : 1));
  };
  const scaleShape = along(scale);
  const zeroShape = zero === undefined ? shape.map(() => 1) : along(zero);
  if (scaleShape === null || zeroShape === null || attributes.get('block_size')?.i) return null;
  const values = () => {
    const [from, by, less] = [input!.values(), scale.values(), zero?.values() ?? null];
    const [byPlaces, lessPlaces] = [broadcastPlaces(scaleShape, shape), broadcastPlaces(zeroShape, shape)];
    const at = (n: number) => (from[n]! - (less === null ? 0 : less[lessPlaces[n]!]!)) * by[byPlaces[n]!]!;
    return new Float32Array(elementsOf('DequantizeLinear', shape)).map((_, n) => at(n));
  };
  return { dtype: 'F32', shape, values };
}

/** Over all elements, or over axes of a short list. */
function reduce(operator: Operator): Fold {
  return (_, { attributes }, [input, axesIn]) => {
    const { shape, dtype } = input!;
    const given = axesIn === undefined ? attributes.get('axes')?.ints : shortList(axesIn);
    const keeps = (attributes.get('keepdims')?.i ?? 1) !== 0;
    if (shape.length > 1 || (given !== undefined && given?.length !== 1)) return null;
    if (shape.length > RANK_LIMIT) return null;
    return {
      dtype,
      shape: keeps ? shape.map(() => 1) : [],
      values: () => {
        const [first = 0, ...rest] = input!.values();
        return arrayOf(dtype, 1).fill(rest.reduce(operator, first));
      },
    };
  };
}
