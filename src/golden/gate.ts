import { PRODUCT_FRAC, TABLE_BITS, TABLE_FRAC, Z_BITS, Z_FRAC } from '../machine/formats.ts';
import { tableIndex, tableStepFrac } from '../program/act_table.ts';
import type { Program } from '../program/program.ts';
import type { GateFunction } from '../program/slot_program.ts';
import { roundHalfUp, saturate } from '../util/fixed.ts';

/** Fraction bits of the product of a gate and another gate. */
export { PRODUCT_FRAC, TABLE_FRAC };

/** Drains the rows of a tile: sums by row, state at `state` and destination at `to` of the memory. Returns how many values saturated. */
export type Drain = (sums: Float64Array, cells: number, values: Int32Array, state: number, to: number) => number;

/** A function of z, the pre-activation of 16 bits and 11 fraction bits; its value has 15 fraction bits. */
export type OfZ = (z: number) => number;

/** σ, tanh or the hard sigmoid of z. */
export function gateOf(gate: GateFunction, tables: Program['tables']): OfZ {
  if (gate === 'unitClip') {
    const scale = 2 ** (TABLE_FRAC - Z_FRAC);
    return (z) => Math.min(Math.max(z, 0) * scale, 2 ** (TABLE_BITS - 1) - 1);
  }
  const words = tables[gate];
  const shift = Z_FRAC - tableStepFrac(gate === 'sigmoid' ? tables.sigmoidRange : tables.tanhRange);
  return (z) => words[tableIndex(z >> shift)]!;
}

/** Sum of a gate to z: rounded, saturated to 16 bits, kept within ±clip. */
export function toZ(zShift: number, zClip: number | null): (sum: number) => number {
  const scale = 2 ** -zShift;
  if (zClip === null) return (sum) => saturate(roundHalfUp(sum * scale), Z_BITS);
  return (sum) => Math.max(-zClip, Math.min(zClip, saturate(roundHalfUp(sum * scale), Z_BITS)));
}
