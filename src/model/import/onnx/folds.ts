import type { Floats } from '../../graph.ts';
import type { OnnxNode } from './proto_types.ts';
import { elementsOf } from './tensor_data.ts';

/** A value that does not depend on the inputs of the model: described at once, computed on demand. */
export interface Constant {
  /** Element type by its safetensors name; integers are I64. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major. @throws EsegenError where the values cannot be read */
  readonly values: () => Floats;
}

/** Most dimensions, axes and the like. */
export const RANK_LIMIT = 8;

/** A result of a node on constants, by its number, or null where the node does not fit them. */
type Fold = (node: OnnxNode, inputs: readonly Constant[], output: number) => Constant | null;

/** Operators that are computed where all their inputs are constants. */
export const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['Identity', (_, [input]) => input!],
  ['Cast', cast],
  ['Squeeze', (node, inputs) => withShape(inputs[0]!, squeezed(inputs[0]!.shape, axesOf(node, inputs[1])))],
  ['Unsqueeze', (node, inputs) => withShape(inputs[0]!, unsqueezed(inputs[0]!.shape, axesOf(node, inputs[1])))],
  ['Reshape', (node, inputs) => withShape(inputs[0]!, reshaped(node, inputs[0]!.shape, inputs[1]))],
  ['Transpose', transpose],
  ['Slice', slice],
  ['Split', split],
  ['Expand', expand],
  ['Concat', concat],
  ['Gather', gatherFold],
  ['Tile', tile],
  ['Flatten', (node, [input]) => withShape(input!, flattened(node, input!.shape))],
]);

/** Axes by an attribute (older operator sets) or a second input (newer ones); null where there are none. */
function axesOf({ attributes }: OnnxNode, input: Constant | undefined): readonly number[] | null {
  return input === undefined ? (attributes.get('axes')?.ints ?? null) : shortList(input);
}

/** At most eight integers; null where the constant is something else. */
export function shortList({ dtype, shape, values }: Constant): readonly number[] | null {
  return dtype === 'I64' && product(shape) <= RANK_LIMIT ? [...values()] : null;
}

/** To FLOAT or DOUBLE, which keep the values of all floats that are read here, or from integers to integers. */
function cast({ attributes }: OnnxNode, [input]: readonly Constant[]): Constant | null {
  const types = input!.dtype === 'I64' ? [6, 7] : [1, 11];
  return types.includes(attributes.get('to')?.i ?? 0) ? input! : null;
}

/** Axis counted from the front, or null where it is none of `rank` axes. */
export function normalAxis(axis: number, rank: number): number | null {
  const normal = axis < 0 ? axis + rank : axis;
  return Number.isInteger(normal) && normal >= 0 && normal < rank ? normal : null;
}

function withShape(input: Constant, shape: readonly number[] | null): Constant | null {
  if (shape === null) return null;
  return { ...input, shape };
}

function squeezed(shape: readonly number[], axes: readonly number[] | null): number[] | null {
  const ones = [...shape.keys()].filter((d) => shape[d] === 1);
  const drop = new Set(axes === null ? ones : axes.map((axis) => normalAxis(axis, shape.length)));
  if ([...drop].some((d) => d === null || shape[d] !== 1)) return null;
  return shape.filter((_, d) => !drop.has(d));
}

function unsqueezed(shape: readonly number[], axes: readonly number[] | null): number[] | null {
  if (axes === null || axes.length > RANK_LIMIT) return null;
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => normalAxis(axis, rank)));
  if (added.has(null) || added.size !== axes.length) return null;
  const rest = [...shape];
  return Array.from({ length: rank }, (_, d) => (added.has(d) ? 1 : rest.shift()!));
}

function reshaped(node: OnnxNode, from: readonly number[], input: Constant | undefined): number[] | null {
  const sizes = input === undefined ? null : shortList(input);
  if (sizes === null) return null;
  const copiesZeros = (node.attributes.get('allowzero')?.i ?? 0) === 0;
  const shape = sizes.map((size, d) => (size === 0 && copiesZeros ? (from[d] ?? -2) : size));
  const elements = product(from);
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = elements / product(shape.filter((_, d) => d !== open));
  return shape.every((size) => Number.isSafeInteger(size) && size >= 0) && product(shape) === elements ? shape : null;
}

function transpose({ attributes }: OnnxNode, [input]: readonly Constant[]): Constant | null {
  const { shape } = input!;
  const order = attributes.get('perm')?.ints ?? [...shape.keys()].reverse();
  if (order.length !== shape.length || [...order].sort((a, b) => a - b).some((axis, d) => axis !== d)) return null;
  const strides = stridesOf(shape);
  const result = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  return { ...input!, shape: result, values: () => gather(input!.values(), result, steps, 0) };
}

function slice(node: OnnxNode, inputs: readonly Constant[]): Constant | null {
  const [input, startsIn, endsIn, axesIn, stepsIn] = inputs;
  const { shape } = input!;
  const list = (constant: Constant | undefined, key: string) =>
    constant === undefined ? node.attributes.get(key)?.ints : shortList(constant);
  const starts = list(startsIn, 'starts');
  const ends = list(endsIn, 'ends');
  if (!starts || !ends) return null;
  const axes = list(axesIn, 'axes') ?? [...starts.keys()];
  const steps = list(stepsIn, 'steps') ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) return null;
  const result = [...shape];
  const strides = stridesOf(shape);
  let origin = 0;
  for (const [n, given] of axes.entries()) {
    const axis = normalAxis(given, shape.length);
    const step = steps[n]!;
    if (axis === null || step === 0 || !Number.isInteger(step)) return null;
    const size = shape[axis]!;
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const start = clamp(starts[n]!);
    result[axis] = Math.max(Math.ceil((clamp(ends[n]!) - start) / step), 0);
    origin += start * strides[axis]!;
    strides[axis]! *= step;
  }
  return { ...input!, shape: result, values: () => gather(input!.values(), result, strides, origin) };
}

function split(node: OnnxNode, [input, sizesIn]: readonly Constant[], output: number): Constant | null {
  const { shape } = input!;
  const axis = normalAxis(node.attributes.get('axis')?.i ?? 0, shape.length);
  if (axis === null) return null;
  const equal = Math.ceil(shape[axis]! / node.outputs.length);
  const sizes =
    (sizesIn === undefined ? node.attributes.get('split')?.ints : shortList(sizesIn)) ??
    node.outputs.map((_, n) => Math.max(Math.min(equal, shape[axis]! - n * equal), 0));
  if (sizes.length !== node.outputs.length || sizes.some((size) => size < 0)) return null;
  if (sizes.reduce((sum, size) => sum + size, 0) !== shape[axis]) return null;
  const strides = stridesOf(shape);
  const result = shape.with(axis, sizes[output]!);
  const origin = strides[axis]! * sizes.slice(0, output).reduce((sum, size) => sum + size, 0);
  return { ...input!, shape: result, values: () => gather(input!.values(), result, strides, origin) };
}

/** Repeats axes of size 1, as operators that broadcast do. */
function expand(_: OnnxNode, [input, sizesIn]: readonly Constant[]): Constant | null {
  const sizes = sizesIn === undefined ? null : shortList(sizesIn);
  if (sizes === null || sizes.some((size) => size < 1)) return null;
  const rank = Math.max(sizes.length, input!.shape.length);
  const fill = (list: readonly number[]) => [...Array<number>(rank - list.length).fill(1), ...list];
  const [from, to] = [fill(input!.shape), fill(sizes)];
  if (from.some((size, d) => size !== to[d] && size !== 1 && to[d] !== 1)) return null;
  const result = from.map((size, d) => (size === 1 ? to[d]! : size));
  const steps = stridesOf(from).map((stride, d) => (from[d] === 1 ? 0 : stride));
  return { ...input!, shape: result, values: () => gather(input!.values(), result, steps, 0) };
}

function concat({ attributes }: OnnxNode, inputs: readonly Constant[]): Constant | null {
  const [first] = inputs;
  const axis = normalAxis(attributes.get('axis')?.i ?? 0, first!.shape.length);
  const fits = ({ shape, dtype }: Constant) =>
    dtype === first!.dtype &&
    shape.length === first!.shape.length &&
    shape.every((s, d) => d === axis || s === first!.shape[d]);
  if (axis === null || !inputs.every(fits)) return null;
  const shape = [...first!.shape];
  shape[axis] = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
  const elements = elementsOf('Concat', shape);
  const outer = product(shape.slice(0, axis));
  const values = () => {
    const parts = inputs.map((input) => input.values());
    const result = parts.some((part) => part instanceof Float64Array)
      ? new Float64Array(elements)
      : new Float32Array(elements);
    let at = 0;
    for (let row = 0; row < outer; row++) {
      for (const part of parts) {
        const block = part.length / outer;
        result.set(part.subarray(row * block, (row + 1) * block), at);
        at += block;
      }
    }
    return result;
  };
  return { ...first!, shape, values };
}

/** Parts of an axis by their numbers, as ONNX's Gather. */
function gatherFold({ attributes }: OnnxNode, [input, chosen]: readonly Constant[]): Constant | null {
  if (chosen === undefined || chosen.dtype !== 'I64') return null;
  const { shape } = input!;
  const axis = normalAxis(attributes.get('axis')?.i ?? 0, shape.length);
  if (axis === null || shape.length - 1 + chosen.shape.length > RANK_LIMIT) return null;
  const size = shape[axis]!;
  const result = [...shape.slice(0, axis), ...chosen.shape, ...shape.slice(axis + 1)];
  const places = [...chosen.values()].map((at) => normalAxis(at, size));
  if (places.includes(null)) return null;
  const outer = product(shape.slice(0, axis));
  const inner = product(shape.slice(axis + 1));
  const values = () => {
    const from = input!.values();
    const to = emptyLike(from, outer * places.length * inner);
    let at = 0;
    for (let row = 0; row < outer; row++) {
      for (const place of places) {
        const start = (row * size + place!) * inner;
        to.set(from.subarray(start, start + inner), at);
        at += inner;
      }
    }
    return to;
  };
  elementsOf('Gather', result);
  return { ...input!, shape: result, values };
}

function tile(_: OnnxNode, [input, repeatsIn]: readonly Constant[]): Constant | null {
  const repeats = repeatsIn === undefined ? null : shortList(repeatsIn);
  const { shape } = input!;
  if (repeats === null || repeats.length !== shape.length || repeats.some((n) => n < 0)) return null;
  const result = shape.map((size, d) => size * repeats[d]!);
  const elements = elementsOf('Tile', result);
  const strides = stridesOf(shape);
  const values = () => {
    const from = input!.values();
    const to = emptyLike(from, elements);
    const outer = stridesOf(result);
    for (let n = 0; n < elements; n++) {
      let at = 0;
      for (let d = 0; d < result.length; d++) at += (Math.floor(n / outer[d]!) % shape[d]!) * strides[d]!;
      to[n] = from[at]!;
    }
    return to;
  };
  return { ...input!, shape: result, values };
}

/** All axes before one, and all others, merged. */
function flattened({ attributes }: OnnxNode, shape: readonly number[]): number[] | null {
  const given = attributes.get('axis')?.i ?? 1;
  const axis = given < 0 ? given + shape.length : given;
  if (!Number.isInteger(axis) || axis < 0 || axis > shape.length) return null;
  return [product(shape.slice(0, axis)), product(shape.slice(axis))];
}

function emptyLike(values: Floats, elements: number): Floats {
  return values instanceof Float64Array ? new Float64Array(elements) : new Float32Array(elements);
}

/** Elements of an array by strides: result[i, j, …] = values[origin + i·steps[0] + j·steps[1] + …]. */
function gather(values: Floats, shape: readonly number[], steps: readonly number[], origin: number): Floats {
  const elements = product(shape);
  const result = emptyLike(values, elements);
  const index = shape.map(() => 0);
  let from = origin;
  for (let to = 0; to < elements; to++) {
    result[to] = values[from]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      from += steps[d]!;
      index[d]!++;
      if (index[d]! < shape[d]!) break;
      from -= steps[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return result;
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
