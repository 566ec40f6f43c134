import type { CellParameters } from '../compiler/design.ts';
import { type Formats, PRODUCT_FRAC, TABLE_FRAC, Z_BITS } from '../compiler/formats.ts';
import { tableShift } from '../compiler/quantize.ts';
import { roundShift, saturate } from '../fixed.ts';
import { tableIndex, tableStepFrac } from './act_table.ts';

/** Values inside ElemMul of one cell, for comparison with the hardware's checkpoints. */
export interface CellTrace {
  /** Gate pre-activations i, f, g, o. */
  readonly z: readonly [number, number, number, number];
  readonly c: number;
  readonly m: number;
}

/**
 * Twin of elem_lane.v: gate sums of a cell and its previous state to the new state and the output. All values are integers in
 * the formats of the design.
 */
export class ElemLane {
  readonly #formats: Formats;
  readonly #cells: CellParameters;
  readonly #count: number;
  readonly #sigmoid: Int16Array;
  readonly #tanh: Int16Array;
  readonly #sigmoidShift: number;
  readonly #tanhShift: number;
  readonly #stateScale: number;

  constructor(
    formats: Formats,
    cells: CellParameters,
    tables: { readonly sigmoid: Int16Array; readonly tanh: Int16Array },
  ) {
    this.#formats = formats;
    this.#cells = cells;
    this.#count = cells.bias.length / 4;
    this.#sigmoid = tables.sigmoid;
    this.#tanh = tables.tanh;
    this.#sigmoidShift = tableShift(formats.sigmoidRange);
    this.#tanhShift = tableShift(formats.tanhRange);
    this.#stateScale = 2 ** (tableStepFrac(formats.tanhRange) - formats.cFrac);
  }

  /** Gate sum to z: bias and peephole product added, rounded, saturated to 16 bits. */
  #preActivation(sum: number, gate: number, cell: number, peephole: Int16Array | null, state: number): number {
    const { peepShift, zShift } = this.#formats;
    const product = peephole === null ? 0 : peephole[cell]! * state * 2 ** peepShift;
    return saturate(roundShift(sum + this.#cells.bias[gate * this.#count + cell]! + product, zShift), Z_BITS);
  }

  /**
   * @param sums accumulators of the gates i, f, g, o of this cell
   * @param state previous cell state c'
   */
  step(cell: number, sums: readonly [number, number, number, number], state: number): CellTrace {
    const { cFrac, vectorBits, mFrac } = this.#formats;
    const peepholes = this.#cells.peepholes;
    const zi = this.#preActivation(sums[0], 0, cell, peepholes?.i ?? null, state);
    const zf = this.#preActivation(sums[1], 1, cell, peepholes?.f ?? null, state);
    const zg = this.#preActivation(sums[2], 2, cell, null, 0);
    const i = this.#sigmoid[tableIndex(zi >> this.#sigmoidShift)]!;
    const f = this.#sigmoid[tableIndex(zf >> this.#sigmoidShift)]!;
    const g = this.#tanh[tableIndex(zg >> this.#tanhShift)]!;

    // f c' has 15 + cFrac fraction bits, i g has 30; up to 47 bits, exact in doubles.
    const c = saturate(roundShift(f * state * 2 ** (TABLE_FRAC - cFrac) + i * g, PRODUCT_FRAC - cFrac), vectorBits);
    const zo = this.#preActivation(sums[3], 3, cell, peepholes?.o ?? null, c);
    const o = this.#sigmoid[tableIndex(zo >> this.#sigmoidShift)]!;
    const tanhC = this.#tanh[tableIndex(Math.floor(c * this.#stateScale))]!;
    const m = saturate(roundShift(o * tanhC, PRODUCT_FRAC - mFrac), vectorBits);
    return { z: [zi, zf, zg, zo], c, m };
  }
}
