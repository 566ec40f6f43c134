import { EsegenError } from '../../../errors.ts';
import type { Floats } from '../../../model.ts';
import { quoteName } from '../quote_name.ts';
import type { GraphIndex } from './graph.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './proto.ts';
import { elementsOf, tensorType, tensorValues } from './tensor_data.ts';

/** A value that does not depend on the inputs of the model: described at once, computed on demand. */
export interface Constant {
  /** Element type by its safetensors name; integers are I64. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major. @throws EsegenError where the values cannot be read */
  readonly values: () => Floats;
}

/** Deepest chain of nodes that is followed. */
const DEPTH_LIMIT = 500;

/** Most elements of all constants that are read or computed. */
const VALUE_LIMIT = 2 ** 29;

/** Most dimensions, axes and the like. */
const RANK_LIMIT = 8;

/** Nodes whose result is zero where their first input is, whatever shape they give it. */
const SHAPE_ONLY = new Set([
  'Identity',
  'Cast',
  'Expand',
  'Slice',
  'Squeeze',
  'Unsqueeze',
  'Reshape',
  'Transpose',
  'Tile',
]);

/**
 * Constants of a graph: initializers, and what `Constant`, `Identity`, `Cast`, `Squeeze`, `Unsqueeze`, `Reshape`, `Transpose`,
 * `Slice` and `Concat` make of constants. Exporters leave such nodes where they reorder gates.
 */
export class Constants {
  readonly #resolved = new Map<string, Constant | null>();
  readonly #zeros = new Map<string, boolean>();
  #values = 0;

  constructor(readonly graph: GraphIndex) {}

  /**
   * @returns null where the value depends on the inputs, or on a node that is not in the list above or does not fit its inputs
   * @throws EsegenError where the chain is deeper than 500 nodes, or a tensor has more elements than any weight can have
   */
  find(name: string, depth = 0): Constant | null {
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    this.#checkDepth(name, depth);
    const found = this.#compute(name, depth);
    this.#resolved.set(name, found);
    return found;
  }

  /** The values of a short list of integers, such as axes; null where the value is none. */
  integers(name: string): readonly number[] | null {
    const constant = this.find(name);
    return constant === null ? null : shortList(constant);
  }

  /** Whether all elements of a value are zero, even where its shape is only known at run time. */
  isZero(name: string, depth = 0): boolean {
    const known = this.#zeros.get(name);
    if (known !== undefined) return known;
    this.#checkDepth(name, depth);
    const node = this.graph.producers.get(name);
    let zero: boolean;
    if (node?.opType === 'ConstantOfShape' && node.domain === '') {
      const fill = node.attributes.get('value')?.t ?? null;
      zero = fill === null || tensorValues(this.graph.path, fill).every((value) => value === 0);
    } else if (node !== undefined && node.domain === '' && SHAPE_ONLY.has(node.opType)) {
      zero = this.isZero(node.inputs[0] ?? '', depth + 1);
    } else if (node !== undefined && node.domain === '' && node.opType === 'Concat') {
      zero = node.inputs.every((input) => this.isZero(input, depth + 1));
    } else {
      zero =
        this.find(name, depth)
          ?.values()
          .every((value) => value === 0) ?? false;
    }
    this.#zeros.set(name, zero);
    return zero;
  }

  #checkDepth(name: string, depth: number): void {
    if (depth <= DEPTH_LIMIT) return;
    throw new EsegenError(`${this.graph.path}: ${quoteName(name)}`, `stands behind more than ${DEPTH_LIMIT} nodes`);
  }

  #compute(name: string, depth: number): Constant | null {
    const { initializers, producers } = this.graph;
    const tensor = initializers.get(name);
    if (tensor !== undefined) return this.#tensor(tensor);
    const node = producers.get(name);
    if (node === undefined || node.domain !== '') return null;
    if (node.opType === 'Constant') return this.#constantNode(node);
    const fold = FOLDS.get(node.opType);
    if (fold === undefined) return null;
    const inputs: Constant[] = [];
    for (const input of node.inputs) {
      const constant = this.find(input, depth + 1);
      if (constant === null) return null;
      inputs.push(constant);
    }
    const result = inputs.length === 0 ? null : fold(node, inputs);
    return result === null ? null : this.#once(name, result);
  }

  /** Reads or computes values but once, and no more of them in all than the limit. */
  #once(name: string, { dtype, shape, values }: Constant): Constant {
    const elements = elementsOf(`${this.graph.path}: ${quoteName(name)}`, shape);
    let result: Floats | null = null;
    const compute = () => {
      this.#values += elements;
      if (this.#values <= VALUE_LIMIT) return values();
      throw new EsegenError(
        `${this.graph.path}: ${quoteName(name)}`,
        `needs more than ${VALUE_LIMIT} constants`,
        'Choose a smaller model, or export it with constant folding',
      );
    };
    return { dtype, shape, values: () => (result ??= compute()) };
  }

  #tensor(tensor: OnnxTensor): Constant | null {
    const { path } = this.graph;
    if (tensor.dims.length > RANK_LIMIT) return null;
    const type = tensorType(tensor);
    const dtype = type === 'I32' ? 'I64' : type;
    return this.#once(tensor.name, { dtype, shape: tensor.dims, values: () => tensorValues(path, tensor) });
  }

  #constantNode({ attributes, outputs }: OnnxNode): Constant | null {
    const tensor = attributes.get('value')?.t ?? null;
    if (tensor !== null) return this.#tensor({ ...tensor, name: outputs[0] ?? '' });
    const list = (dtype: string, values: readonly number[], shape: readonly number[]): Constant => ({
      dtype,
      shape,
      values: () => Float64Array.from(values),
    });
    const of = (key: string): OnnxAttribute | undefined => attributes.get(key);
    if (of('value_int') !== undefined) return list('I64', [of('value_int')!.i], []);
    if (of('value_ints') !== undefined) return list('I64', of('value_ints')!.ints, [of('value_ints')!.ints.length]);
    if (of('value_float') !== undefined) return list('F32', [of('value_float')!.f], []);
    if (of('value_floats') !== undefined)
      return list('F32', of('value_floats')!.floats, [of('value_floats')!.floats.length]);
    return null;
  }
}

/** Result of a node on constants, or null where it does not fit them. */
type Fold = (node: OnnxNode, inputs: readonly Constant[]) => Constant | null;

const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['Identity', (_, [input]) => input!],
  ['Cast', cast],
  ['Squeeze', (node, inputs) => withShape(inputs[0]!, squeezed(inputs[0]!.shape, axesOf(node, inputs[1])))],
  ['Unsqueeze', (node, inputs) => withShape(inputs[0]!, unsqueezed(inputs[0]!.shape, axesOf(node, inputs[1])))],
  ['Reshape', (node, inputs) => withShape(inputs[0]!, reshaped(node, inputs[0]!.shape, inputs[1]))],
  ['Transpose', transpose],
  ['Slice', slice],
  ['Concat', concat],
]);

/** Axes by an attribute (older operator sets) or a second input (newer ones); null where there are none. */
function axesOf({ attributes }: OnnxNode, input: Constant | undefined): readonly number[] | null {
  return input === undefined ? (attributes.get('axes')?.ints ?? null) : shortList(input);
}

/** At most eight integers; null where the constant is something else. */
function shortList({ dtype, shape, values }: Constant): readonly number[] | null {
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
    // Exporters of LSTMs only slice forward, one by one.
    if (axis === null || steps[n] !== 1) return null;
    const size = shape[axis]!;
    const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const start = clamp(starts[n]!);
    result[axis] = Math.max(clamp(ends[n]!) - start, 0);
    origin += start * strides[axis]!;
  }
  return { ...input!, shape: result, values: () => gather(input!.values(), result, strides, origin) };
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

/** Elements of an array by strides: result[i, j, …] = values[origin + i·steps[0] + j·steps[1] + …]. */
function gather(values: Floats, shape: readonly number[], steps: readonly number[], origin: number): Floats {
  const elements = product(shape);
  const result = values instanceof Float64Array ? new Float64Array(elements) : new Float32Array(elements);
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
