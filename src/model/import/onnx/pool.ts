import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import type { Floats } from '../../graph.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { Fault } from './fault.ts';
import { type Constant, FOLDS, RANK_LIMIT } from './folds.ts';
import type { OnnxNode, OnnxTensor } from './proto.ts';
import { elementsOf, type ReadBeside, tensorType, tensorValues } from './tensor_data.ts';
import type { Known } from './values.ts';

/** Most elements of all constants that are read or computed. */
const VALUE_LIMIT = 2 ** 29;

/** Deepest chain of nodes on constants. */
const DEPTH_LIMIT = 500;

/** Operators of `FOLDS` that may leave elements out. */
const CUTTING = new Set(['Slice', 'Split', 'Gather']);

/** Where the elements of a constant come from. */
interface Origin {
  /** Numbers of elements of initializers, as they are counted in this file; −1 for computed ones. */
  readonly places: () => Float64Array;
  /** Whether a node on the way may have left elements out. */
  readonly isCut: boolean;
  readonly depth: number;
}

/** An initializer that recurrent weights are cut from. */
export interface Coverage {
  readonly name: string;
  readonly shape: readonly number[];
  readonly used: Uint8Array;
}

/** Makes the constants of a file, computes each at most once, and knows which of their elements are used as weights. */
export class ConstantPool {
  #values = 0;
  #next = 0;
  readonly #origins = new WeakMap<Constant, Origin>();
  readonly #initializers: { readonly start: number; readonly coverage: Coverage }[] = [];

  /** @param beside reads data that stand in another file */
  constructor(
    readonly path: string,
    readonly beside: ReadBeside,
  ) {}

  initializer(tensor: OnnxTensor): Known {
    const type = tensorType(tensor);
    const { dims } = tensor;
    if (dims.length > RANK_LIMIT) {
      throw new EsegenError(`${this.path}: ${quoteName(tensor.name)}`, `expected at most ${RANK_LIMIT} axes`);
    }
    const dtype = type === 'I32' ? 'I64' : type;
    const constant = this.once(tensor.name, {
      dtype,
      shape: dims,
      values: () => tensorValues(this.path, tensor, this.beside),
    });
    const elements = elementsOf(`${this.path}: ${quoteName(tensor.name)}`, dims);
    const start = this.#next;
    this.#next += elements;
    let coverage: Coverage | null = null;
    this.#initializers.push({
      start,
      get coverage() {
        coverage ??= { name: tensor.name, shape: dims, used: new Uint8Array(elements) };
        return coverage;
      },
    });
    const places = () => Float64Array.from({ length: elements }, (_, n) => start + n);
    this.#origins.set(constant, { places, isCut: false, depth: 0 });
    return { kind: 'known', constant };
  }

  /** A constant that stands in no tensor of the file. */
  literal(dtype: string, shape: readonly number[], values: readonly number[]): Known {
    const array = () => (dtype === 'F32' ? Float32Array.from(values) : Float64Array.from(values));
    return { kind: 'known', constant: this.once('', { dtype, shape, values: array }) };
  }

  /**
   * What a node makes of constants.
   *
   * @returns a value for each output
   * @throws Fault where it does not fit them, or is not computed here
   */
  fold(node: OnnxNode, inputs: readonly Constant[]): Known[] {
    const layout = FOLDS.get(node.opType);
    const results = node.outputs.map((name, output) => {
      const moved = layout?.(node, inputs, output) ?? null;
      const folded = moved ?? ARITHMETIC.get(node.opType)?.(this.path, node, inputs) ?? null;
      if (folded === null) {
        throw new Fault(`does not fit its constant operands ${inputs.map(({ shape }) => `[${shape}]`).join(', ')}`);
      }
      return this.#derive(name, node, inputs, folded, moved === null ? null : output);
    });
    return results.map((constant) => ({ kind: 'known', constant }));
  }

  /** Whether constants of this kind of node are computed. */
  folds({ opType, domain }: OnnxNode): boolean {
    return domain === '' && (FOLDS.has(opType) || ARITHMETIC.has(opType));
  }

  /** Notes that all elements of a constant are used as weights. */
  use(constant: Constant): void {
    const origin = this.#origins.get(constant);
    if (!origin?.isCut) return;
    for (const place of origin.places()) {
      if (place < 0) continue;
      const owner = this.#ownerOf(place);
      owner.coverage.used[place - owner.start] = 1;
    }
  }

  /** Initializers of which a part is used as weights and another is not. */
  cutWeights(): Coverage[] {
    return this.#touched().filter(({ used }) => used.includes(1) && used.includes(0));
  }

  readonly #owners = new Set<number>();

  #ownerOf(place: number): { readonly start: number; readonly coverage: Coverage } {
    let low = 0;
    let high = this.#initializers.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#initializers[middle]!.start <= place) low = middle;
      else high = middle;
    }
    this.#owners.add(low);
    return this.#initializers[low]!;
  }

  #touched(): Coverage[] {
    return [...this.#owners].sort((a, b) => a - b).map((n) => this.#initializers[n]!.coverage);
  }

  #derive(
    name: string,
    node: OnnxNode,
    inputs: readonly Constant[],
    folded: Constant,
    output: number | null,
  ): Constant {
    const constant = this.once(name, folded);
    const origins = inputs.map((input) => this.#origins.get(input));
    const depth = 1 + Math.max(0, ...origins.map((origin) => origin?.depth ?? 0));
    if (depth > DEPTH_LIMIT) throw new Fault(`stands behind more than ${DEPTH_LIMIT} nodes`);
    const isCut = CUTTING.has(node.opType) || origins.some((origin) => origin?.isCut === true);
    const places = () => {
      const own = inputs.map((input, n): Constant => {
        const origin = origins[n];
        // Only what is moved has places; sizes and axes beside it are read as they are.
        const isMoved = n === 0 || node.opType === 'Concat';
        if (!isMoved) return input;
        const all = () => origin?.places() ?? new Float64Array(elementsOf(name, input.shape)).fill(-1);
        return { dtype: 'I64', shape: input.shape, values: all };
      });
      const elements = elementsOf(name, folded.shape);
      if (output === null)
        return elements === elementsOf(name, inputs[0]?.shape ?? [])
          ? Float64Array.from(own[0]?.values() ?? new Float64Array(elements).fill(-1))
          : new Float64Array(elements).fill(-1);
      if (node.opType === 'Cast') return Float64Array.from(own[0]!.values());
      return Float64Array.from(FOLDS.get(node.opType)!(node, own, output)!.values());
    };
    this.#origins.set(constant, { places, isCut, depth });
    return constant;
  }

  /** Reads or computes values but once, and no more of them in all than the limit. */
  private once(name: string, { dtype, shape, values }: Constant): Constant {
    const at = `${this.path}: ${quoteName(name)}`;
    const elements = elementsOf(at, shape);
    let result: Floats | null = null;
    const compute = () => {
      this.#values += elements;
      if (this.#values <= VALUE_LIMIT) return values();
      throw new EsegenError(at, `needs more than ${VALUE_LIMIT} constants`, 'Choose a smaller model');
    };
    return { dtype, shape, values: () => (result ??= compute()) };
  }
}
