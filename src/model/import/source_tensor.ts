import type { Floats } from '../graph.ts';

/**
 * A tensor of a model file, whatever its format: described at once, read on demand, so that shapes are checked before
 * anything large is allocated.
 */
export interface SourceTensor {
  /** Name as the file spells it; any text, so never a path and quoted in messages. */
  readonly name: string;
  /** Element type by its safetensors name, e.g. `F32`. */
  readonly dtype: string;
  /** Dimensions, outermost first; non-negative safe integers whose product is one, too. Empty for a scalar. */
  readonly shape: readonly number[];
  /**
   * Reads the values, row-major: F64 as Float64Array; F32, F16 and BF16 as Float32Array (exact).
   *
   * @throws EsegenError where the dtype is another one, a value is NaN or infinite, or the file ends early
   */
  readonly floats: () => Floats;
}
