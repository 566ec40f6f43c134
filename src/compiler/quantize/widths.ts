import { Z_FRAC } from '../../machine/formats.ts';
import type { MatrixNoise } from './noise.ts';

/** The alignment field of an instruction has four bits, the shift field six, that of a peephole product five. */
export const MAX_ALIGN = 15;
export const MAX_SHIFT = 63;
export const MAX_PEEP_SHIFT = 31;

/** Integers of the golden model live in doubles. */
export const MAX_SUM_BITS = 52;

/** Finest unit of sums, in fraction bits beyond those of what they are rounded to: what is lost below never shows. */
export const FINEST_BELOW = 25;
export const MAX_GATE_FRAC = Z_FRAC + FINEST_BELOW;

/** What the config says of the widths of a node. */
export interface Widths {
  readonly weightBits: number;
  readonly vectorBits: number;
  readonly accumulatorBits: number | 'exact';
  /** Column groups; an accumulator sees the columns of one. */
  readonly groups: number;
  /** Bits that an aligned activation has at most. */
  readonly widestAct: number;
  /** Largest block of which matrices are kept as spectra; 0: none are. */
  readonly largestBlock: number;
  /** Block that all matrices of the layer must have, to be kept as spectra; null: as they are. */
  readonly demandedBlock: number | null;
  /** Is told what rounding does to each matrix. */
  readonly record?: ((noise: MatrixNoise) => void) | undefined;
}

/** Largest alignment. */
export function maxAlign({ widestAct, vectorBits }: Widths): number {
  return Math.min(widestAct - vectorBits, MAX_ALIGN);
}
