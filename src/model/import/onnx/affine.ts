import type { Activation } from '../../graph.ts';
import type { DraftNode, DraftTensor } from './draft.ts';
import { product } from './values.ts';

/** Elements of a tensor that nothing but changes of layout lie between, by their places in it. */
export interface Traced {
  readonly root: DraftTensor;
  readonly index: Int32Array;
}

/** Follows a tensor back through changes of layout of one input. */
export function traced(tensor: DraftTensor): Traced {
  let root = tensor;
  let index = Int32Array.from({ length: product(tensor.shape) }, (_, n) => n);
  for (let node = root.producer; node !== null; node = root.producer) {
    const { layer, inputs } = node;
    if (layer.kind === 'gather') index = index.map((place) => layer.index[place]!);
    else if (layer.kind !== 'concat' || inputs.length !== 1) break;
    root = inputs[0]!;
  }
  return { root, index };
}

/** A sum W·source + …, row by row. */
export interface Affine {
  readonly rows: number;
  /** Matrices [rows, elements of the source], by source. */
  readonly terms: Map<DraftTensor, Float64Array>;
  readonly bias: Float64Array;
  /** Products of other tensors that are added: their elements in the order of the rows. */
  readonly products: { readonly node: DraftNode; readonly factor: number }[];
}

/** Most nodes that a sum is followed back through. */
const DEPTH_LIMIT = 64;

/**
 * Reads a vector as a sum of linear layers.
 *
 * @param index elements of it in the order of the rows; null: all
 * @returns null where something else goes into it
 */
export function affineOf(tensor: DraftTensor, index: Int32Array | null = null): Affine | null {
  const rows = index?.length ?? product(tensor.shape);
  const result: Affine = { rows, terms: new Map(), bias: new Float64Array(rows), products: [] };
  const all = Int32Array.from({ length: rows }, (_, n) => n);
  return addTo(result, tensor, index ?? all, all, new Float64Array(rows).fill(1), 0) ? result : null;
}

/** Adds factor[n] times element `from[n]` of a tensor to row `to[n]`. */
function addTo(
  sum: Affine,
  tensor: DraftTensor,
  from: Int32Array,
  to: Int32Array,
  factor: Float64Array,
  depth: number,
): boolean {
  const node = tensor.producer;
  if (node === null || depth > DEPTH_LIMIT) return false;
  const { layer, inputs } = node;
  const next = (input: DraftTensor, places: Int32Array, rows = to, by = factor) =>
    addTo(sum, input, places, rows, by, depth + 1);
  switch (layer.kind) {
    case 'gather':
      return next(
        inputs[0]!,
        from.map((place) => layer.index[place]!),
      );
    case 'add':
      return inputs.every((input) => next(input, from));
    case 'concat': {
      let start = 0;
      return inputs.every((input) => {
        const end = start + product(input.shape);
        const inside = [...from.keys()].filter((n) => from[n]! >= start && from[n]! < end);
        const places = Int32Array.from(inside, (n) => from[n]! - start);
        start = end;
        return (
          inside.length === 0 ||
          next(
            input,
            places,
            Int32Array.from(inside, (n) => to[n]!),
            Float64Array.from(inside, (n) => factor[n]!),
          )
        );
      });
    }
    case 'batchNorm': {
      const positions = product(tensor.shape) / layer.scale.length;
      const channel = (place: number) => Math.floor(place / positions);
      for (const [n, place] of from.entries()) sum.bias[to[n]!]! += factor[n]! * layer.shift[channel(place)]!;
      return next(
        inputs[0]!,
        from,
        to,
        factor.map((value, n) => value * layer.scale[channel(from[n]!)]!),
      );
    }
    case 'linear': {
      if (layer.activation !== null) return false;
      const { columns, values } = layer.weight;
      for (const [n, row] of from.entries()) sum.bias[to[n]!]! += factor[n]! * layer.bias[row]!;
      for (const { tensor: source, start, size } of partsOf(inputs[0]!)) {
        const matrix = sum.terms.get(source) ?? new Float64Array(sum.rows * size);
        sum.terms.set(source, matrix);
        for (const [n, row] of from.entries()) {
          for (let c = 0; c < size; c++) {
            matrix[to[n]! * size + c]! += factor[n]! * values[row * columns + start + c]!;
          }
        }
      }
      return true;
    }
    case 'host': {
      if (layer.operation.op !== 'multiply' || product(tensor.shape) !== sum.rows) return false;
      if (from.some((place, n) => place !== n || to[n] !== n) || factor.some((value) => value !== factor[0]))
        return false;
      sum.products.push({ node, factor: factor[0]! });
      return true;
    }
    default:
      return false;
  }
}

/** Tensors that stand side by side in a tensor, and where. */
function partsOf(tensor: DraftTensor, start = 0): { tensor: DraftTensor; start: number; size: number }[] {
  const { layer, inputs } = tensor.producer ?? { layer: null, inputs: [] };
  if (layer?.kind !== 'concat') return [{ tensor, start, size: product(tensor.shape) }];
  let at = start;
  return inputs.flatMap((input) => {
    const parts = partsOf(input, at);
    at += product(input.shape);
    return parts;
  });
}

/** The operands of a product of two vectors. */
export function productOperands(tensor: DraftTensor): readonly [DraftTensor, DraftTensor] | null {
  const node = unwrapped(tensor).producer;
  if (node?.layer.kind !== 'host' || node.layer.operation.op !== 'multiply') return null;
  return [node.inputs[0]!, node.inputs[1]!];
}

/** The operands of a sum of two vectors. */
export function sumOperands(tensor: DraftTensor): readonly [DraftTensor, DraftTensor] | null {
  const node = tensor.producer;
  return node?.layer.kind === 'add' && node.inputs.length === 2 ? [node.inputs[0]!, node.inputs[1]!] : null;
}

/** A function of a vector, or of elements of one. */
export interface FunctionOf {
  readonly activation: Activation;
  readonly of: DraftTensor;
  /** null: all. */
  readonly index: Int32Array | null;
}

export function functionOf(tensor: DraftTensor): FunctionOf | null {
  const { root, index } = traced(tensor);
  const node = root.producer;
  if (node?.layer.kind !== 'activation') return null;
  return { activation: node.layer.activation, of: node.inputs[0]!, index: isWhole(index, root) ? null : index };
}

/** A tensor without changes of its shape alone. */
export function unwrapped(tensor: DraftTensor): DraftTensor {
  const { root, index } = traced(tensor);
  return isWhole(index, root) ? root : tensor;
}

/** Whether two tensors hold the same elements in the same order. */
export function isSameVector(a: DraftTensor, b: DraftTensor): boolean {
  if (a === b) return true;
  const [left, right] = [traced(a), traced(b)];
  return (
    left.root === right.root &&
    left.index.length === right.index.length &&
    left.index.every((place, n) => place === right.index[n])
  );
}

function isWhole(index: Int32Array, root: DraftTensor): boolean {
  return index.length === product(root.shape) && index.every((place, n) => place === n);
}
