import type { Config } from '../machine/config.ts';
import type { Formats } from '../machine/formats.ts';
import type { Dimensions } from './dimensions.ts';
import type { EncodedWords } from './encode.ts';
import type { Step } from './schedule.ts';

/** Bias and peephole integers of the cells (see Formats). */
export interface CellParameters {
  /** [4H], gates i, f, g, o stacked. */
  readonly bias: Float64Array;
  readonly peepholes: { readonly i: Int16Array; readonly f: Int16Array; readonly o: Int16Array } | null;
}

/** Sparse matrices as the weight and pointer memories hold them: one for each of `Dimensions.segments`, in their order. */
export type DesignMatrices = readonly EncodedWords[];

/**
 * A compiled model: all that the hardware holds, in integers. RTL, memory images and golden model are made from this value;
 * read back from memory images it is the same value.
 */
export interface Design {
  readonly config: Config;
  readonly dimensions: Dimensions;
  readonly formats: Formats;
  readonly schedule: readonly Step[];
  readonly matrices: DesignMatrices;
  readonly cells: CellParameters;
  /** Words of the activation tables, [2048] each. */
  readonly tables: { readonly sigmoid: Int16Array; readonly tanh: Int16Array };
}
