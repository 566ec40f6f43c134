import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import type { Floats } from '../../lstm.ts';
import { type Constant, FOLDS, RANK_LIMIT, shortList } from './folds.ts';
import type { GraphIndex } from './graph.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './proto.ts';
import { elementsOf, tensorType, tensorValues } from './tensor_data.ts';

/** Deepest chain of nodes that is followed. */
const DEPTH_LIMIT = 500;

/** Most elements of all constants that are read or computed. */
const VALUE_LIMIT = 2 ** 29;

/** Nodes that give all elements of their first input another shape, or some of them. */
const SHAPE_ONLY = new Set(['Identity', 'Expand', 'Slice', 'Squeeze', 'Unsqueeze', 'Reshape', 'Transpose', 'Tile']);

/**
 * Constants of a graph: initializers, and what `Constant` and the operators of `FOLDS` make of constants. Exporters leave such
 * nodes where they reorder gates.
 */
export class Constants {
  readonly #resolved = new Map<string, Constant | null>();
  readonly #uniform = new Map<string, number | null>();
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

  /**
   * The number that all elements of a value are, even where its shape is only known at run time; null where there is none.
   * Exporters fill states and sequence lengths so for a batch of any size.
   */
  uniform(name: string, depth = 0): number | null {
    const known = this.#uniform.get(name);
    if (known !== undefined) return known;
    this.#checkDepth(name, depth);
    const node = this.graph.producers.get(name);
    const found = node === undefined || node.domain !== '' ? undefined : this.#uniformOf(node, depth + 1);
    const result = found === undefined ? sameNumber(this.find(name, depth)?.values()) : found;
    this.#uniform.set(name, result);
    return result;
  }

  /** The number that all results of a node are, null where they differ or depend on inputs; undefined for other operators. */
  #uniformOf({ opType, inputs, attributes }: OnnxNode, depth: number): number | null | undefined {
    const of = (input: string | undefined) => this.uniform(input ?? '', depth);
    if (SHAPE_ONLY.has(opType)) return of(inputs[0]);
    switch (opType) {
      case 'ConstantOfShape': {
        const fill = attributes.get('value')?.t ?? null;
        return fill === null ? 0 : sameNumber(tensorValues(this.graph.path, fill));
      }
      case 'Cast': {
        const value = of(inputs[0]);
        return value !== null && Number.isInteger(value) ? value : null;
      }
      case 'Concat':
        return sameNumber(inputs.map(of));
      case 'Mul':
        return inputs.some((input) => of(input) === 0) ? 0 : null;
      case 'ReduceSum':
        return of(inputs[0]) === 0 ? 0 : null;
      default:
        return undefined;
    }
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
    const result = inputs.length === 0 ? null : fold(node, inputs, node.outputs.indexOf(name));
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

/** The number that all of these are; 0 where there are none of them. */
function sameNumber(values: Iterable<number | null> | undefined): number | null {
  if (values === undefined) return null;
  let same: number | null | undefined;
  for (const value of values) {
    if (value === null || (same !== undefined && value !== same)) return null;
    same = value;
  }
  return same ?? 0;
}
