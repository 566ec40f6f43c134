import { type Formats, PRODUCT_FRAC, TABLE_FRAC, Z_BITS, Z_FRAC } from '../machine/formats.ts';
import { GATES } from '../machine/tiles.ts';
import { tableIndex, tableShift, tableStepFrac } from '../program/act_table.ts';
import type { CellParameters } from '../program/design.ts';
import { roundHalfUp, saturate } from '../util/fixed.ts';
import type { Accumulators } from './arith_unit.ts';
import type { Saturation } from './saturation.ts';

/** Number of the gate g. */
const CANDIDATE = 2;

/** Values inside ElemMul of one cell, for comparison with the hardware's checkpoints. */
export interface CellTrace {
  /** Gate pre-activations i, f, g, o. */
  readonly z: ArrayLike<number>;
  readonly c: number;
  readonly m: number;
}

/**
 * Twin of elem_lane.v: gate sums of a cell and its previous state to the new state and the output. All values are integers in
 * the formats of the design. The results of a step stay in `z`, `c` and `m` until the next one.
 */
export class ElemLane {
  /** Gate pre-activations i, f, g, o. */
  readonly z = new Int32Array(GATES);
  c = 0;
  m = 0;
  /** Whether m was cut off. */
  mSaturated = false;

  readonly #saturation: Saturation;
  readonly #gateLimit: number;
  readonly #candidateLimit: number;
  readonly #cells: CellParameters;
  readonly #count: number;
  readonly #sigmoid: Int16Array;
  readonly #tanh: Int16Array;
  readonly #sigmoidShift: number;
  readonly #tanhShift: number;
  readonly #vectorBits: number;
  /** Powers of two of the formats: peephole alignment, sum to z, f c' to 30 fraction bits, state and output rounding, table step. */
  readonly #peepScale: number;
  readonly #zScale: number;
  readonly #oldScale: number;
  readonly #stateScale: number;
  readonly #outputScale: number;
  readonly #indexScale: number;

  constructor(
    formats: Formats,
    cells: CellParameters,
    tables: { readonly sigmoid: Int16Array; readonly tanh: Int16Array },
    saturation: Saturation,
  ) {
    this.#saturation = saturation;
    this.#gateLimit = formats.sigmoidRange * 2 ** Z_FRAC;
    this.#candidateLimit = formats.tanhRange * 2 ** Z_FRAC;
    this.#cells = cells;
    this.#count = cells.bias.length / GATES;
    this.#sigmoid = tables.sigmoid;
    this.#tanh = tables.tanh;
    this.#sigmoidShift = tableShift(formats.sigmoidRange);
    this.#tanhShift = tableShift(formats.tanhRange);
    this.#vectorBits = formats.vectorBits;
    this.#peepScale = 2 ** formats.peepShift;
    this.#zScale = 2 ** -formats.zShift;
    this.#oldScale = 2 ** (TABLE_FRAC - formats.cFrac);
    this.#stateScale = 2 ** (formats.cFrac - PRODUCT_FRAC);
    this.#outputScale = 2 ** (formats.mFrac - PRODUCT_FRAC);
    this.#indexScale = 2 ** (tableStepFrac(formats.tanhRange) - formats.cFrac);
  }

  /** Gate sum to z: bias and peephole product added, rounded, saturated to 16 bits. */
  #preActivation(sum: number, gate: number, cell: number, product: number): number {
    const exact = sum + this.#cells.bias[gate * this.#count + cell]! + product * this.#peepScale;
    const rounded = roundHalfUp(exact * this.#zScale);
    const z = saturate(rounded, Z_BITS);
    if (z !== rounded) this.#saturation.z.outside++;
    const limit = gate === CANDIDATE ? this.#candidateLimit : this.#gateLimit;
    if (rounded >= limit || rounded < -limit) {
      if (gate === CANDIDATE) this.#saturation.candidates.outside++;
      else this.#saturation.gates.outside++;
    }
    this.z[gate] = z;
    return z;
  }

  /**
   * @param sums accumulators; the gates i, f, g, o of this cell stand at `row` and behind it
   * @param state previous cell state c'
   */
  step(cell: number, sums: Accumulators, row: number, state: number): void {
    const peepholes = this.#cells.peepholes;
    const zi = this.#preActivation(sums[row]!, 0, cell, peepholes === null ? 0 : peepholes.i[cell]! * state);
    const zf = this.#preActivation(sums[row + 1]!, 1, cell, peepholes === null ? 0 : peepholes.f[cell]! * state);
    const zg = this.#preActivation(sums[row + 2]!, CANDIDATE, cell, 0);
    const i = this.#sigmoid[tableIndex(zi >> this.#sigmoidShift)]!;
    const f = this.#sigmoid[tableIndex(zf >> this.#sigmoidShift)]!;
    const g = this.#tanh[tableIndex(zg >> this.#tanhShift)]!;

    // f c' has 15 + cFrac fraction bits, i g has 30; up to 47 bits, exact in doubles.
    const exactC = roundHalfUp((f * state * this.#oldScale + i * g) * this.#stateScale);
    const c = saturate(exactC, this.#vectorBits);
    if (c !== exactC) this.#saturation.c.outside++;
    const zo = this.#preActivation(sums[row + 3]!, 3, cell, peepholes === null ? 0 : peepholes.o[cell]! * c);
    const o = this.#sigmoid[tableIndex(zo >> this.#sigmoidShift)]!;
    const tanhC = this.#tanh[tableIndex(Math.floor(c * this.#indexScale))]!;
    this.c = c;
    const exactM = roundHalfUp(o * tanhC * this.#outputScale);
    this.m = saturate(exactM, this.#vectorBits);
    this.mSaturated = this.m !== exactM;
  }
}
