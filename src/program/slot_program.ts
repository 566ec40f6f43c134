import { VALUE_BITS } from '../machine/formats.ts';
import type { Fixed } from '../util/fixed.ts';

/** By table, or max(0, min(1, v)). */
export type GateFunction = 'sigmoid' | 'tanh' | 'unitClip';

/** Rows 4k + (i, f, c, o) and c' of cell k to c, in place, and m. Shifts and clips as in QuantizedLstm. */
export interface LstmSlot {
  readonly kind: 'lstm';
  readonly zShift: number;
  readonly zClip: number | null;
  readonly gate: GateFunction;
  /** Left shift of the peephole products; null without peepholes. */
  readonly peepShift: number | null;
  readonly c: Fixed;
  /** In steps of {@link clipUnit}. */
  readonly cellClip: number | null;
  readonly m: Fixed;
}

/** Rows 4k + (r, z, nx, nh) and h' to h. */
export interface GruAfterSlot {
  readonly kind: 'gruAfter';
  readonly zShift: number;
  readonly zClip: number | null;
  readonly gate: GateFunction;
  readonly hidden: Fixed;
  readonly hiddenShift: number;
  /** Fraction bits of the sums. */
  readonly sumFrac: number;
  readonly h: Fixed;
}

/** Rows k (r) and h' to r⊙h'. */
export interface GruResetSlot {
  readonly kind: 'gruReset';
  readonly zShift: number;
  readonly zClip: number | null;
  readonly gate: GateFunction;
  readonly h: Fixed;
}

/** Rows 2k + (z, n) and h' to h. */
export interface GruBeforeSlot {
  readonly kind: 'gruBefore';
  readonly zShift: number;
  readonly zClip: number | null;
  readonly gate: GateFunction;
  readonly h: Fixed;
}

/** Rows to elements; `shift` goes to the output's format, or with a table to z's. */
export interface AffineSlot {
  readonly kind: 'affine';
  readonly shift: number;
  readonly activation:
    | { readonly kind: 'none' }
    | { readonly kind: 'clip'; readonly low: number; readonly high: number }
    | { readonly kind: 'leaky'; readonly slope: number }
    | { readonly kind: 'table'; readonly table: 'sigmoid' | 'tanh' };
  readonly y: Fixed;
}

/** Step of the limit of a cell state, in units of the state: 1, or that of the upper 16 bits of a wide one. */
export function clipUnit({ bits }: Fixed): number {
  return 2 ** Math.max(bits - VALUE_BITS, 0);
}

/** What the cell unit does with the rows of a tile. */
export type SlotProgram = LstmSlot | GruAfterSlot | GruResetSlot | GruBeforeSlot | AffineSlot;
