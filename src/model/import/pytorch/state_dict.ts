import { EsegenError } from '../../../util/errors.ts';
import { formatShape, quoteName } from '../../../util/quote_name.ts';
import type { Floats } from '../../graph.ts';
import type { SourceTensor } from '../source_tensor.ts';

/** The tensors of a file, read with their shapes checked; it knows which of them have been used. */
export class StateDict {
  readonly #used = new Set<string>();

  constructor(
    /** File for messages. */
    readonly where: string,
    readonly tensors: ReadonlyMap<string, SourceTensor>,
  ) {}

  /** Place of a tensor for messages. */
  at(name: string): string {
    return `${this.where}: ${quoteName(name)}`;
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** Marks a tensor as one that is known and without effect. */
  ignore(name: string): void {
    this.#used.add(name);
  }

  /** Names of tensors that nothing has read. */
  unused(): string[] {
    return [...this.tensors.keys()].filter((name) => !this.#used.has(name));
  }

  /** Shape of a tensor that must be there; `meaning` says it in letters, e.g. `[4H, I]`, whose number of sizes it must have. */
  shape(name: string, meaning: string): readonly number[] {
    const { shape } = this.#get(name, meaning);
    if (shape.length !== meaning.split(',').length) throw this.#wrongShape(name, meaning);
    return shape;
  }

  /** Values of a tensor that must have exactly this shape. */
  floats(name: string, meaning: string, expected: readonly number[]): Floats {
    const tensor = this.#get(name, meaning);
    if (tensor.shape.length !== expected.length || tensor.shape.some((size, d) => size !== expected[d])) {
      throw this.#wrongShape(name, `${meaning} = ${formatShape(expected)}`);
    }
    this.#used.add(name);
    return tensor.floats();
  }

  /** Values of a vector, whatever dimensions of size 1 it carries besides. */
  vector(name: string, meaning: string, length: number): Floats {
    const tensor = this.#get(name, meaning);
    const rest = tensor.shape.filter((size) => size !== 1);
    const fits = length === 1 ? rest.length === 0 : rest.length === 1 && rest[0] === length;
    if (!fits) throw this.#wrongShape(name, `${meaning} = [${length}]`);
    this.#used.add(name);
    return tensor.floats();
  }

  #get(name: string, meaning: string): SourceTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) {
      throw new EsegenError(this.at(name), `missing, expected a tensor ${meaning}`, 'Export the whole state_dict');
    }
    return tensor;
  }

  #wrongShape(name: string, expected: string): EsegenError {
    const got = formatShape(this.#get(name, expected).shape);
    return new EsegenError(this.at(name), `expected shape ${expected}, got ${got}`, 'Check how the model was exported');
  }
}
