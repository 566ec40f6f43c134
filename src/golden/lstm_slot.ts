import { TABLE_FRAC } from '../machine/formats.ts';
import { tableIndex, tableStepFrac } from '../program/act_table.ts';
import type { Parameters, Program } from '../program/program.ts';
import { clipUnit, type LstmSlot } from '../program/slot_program.ts';
import { roundHalfUp, saturate } from '../util/fixed.ts';
import { type Drain, gateOf, PRODUCT_FRAC, toZ } from './gate.ts';

/** Values inside the cell unit of one cell, for comparison with the hardware's checkpoints. */
export interface CellTrace {
  /** Gate pre-activations i, f, g, o. */
  readonly z: ArrayLike<number>;
  readonly c: number;
  readonly m: number;
}

/** Called for every LSTM cell of every step, in the order of the cells: its number within its layer, what is inside, and the layer. */
export type CellObserver = (cell: number, trace: CellTrace, layer: string) => void;

/** The same of one layer. */
export type LayerObserver = (cell: number, trace: CellTrace) => void;

/**
 * The cell of an LSTM: gate sums and the previous c to the new c, which takes its place, and m. docs/number-formats.md has the
 * formulas.
 *
 * @param first number of the first cell within its layer
 * @param observe is told every cell; null where nobody looks
 */
export function lstmSlot(
  slot: LstmSlot,
  { bias, peepholes }: Parameters,
  tables: Program['tables'],
  first: number,
  observe: LayerObserver | null,
): Drain {
  const { c: cFormat, m: mFormat } = slot;
  const z = toZ(slot.zShift, slot.zClip);
  const gate = gateOf(slot.gate, tables);
  const tanh = gateOf('tanh', tables);
  const peepScale = 2 ** (slot.peepShift ?? 0);
  // f c' has 15 + frac(c) fraction bits, i g has 30; up to 47 bits, exact in doubles.
  const oldScale = 2 ** (TABLE_FRAC - cFormat.frac);
  const stateScale = 2 ** (cFormat.frac - PRODUCT_FRAC);
  const outputScale = 2 ** (mFormat.frac - PRODUCT_FRAC);
  const indexScale = 2 ** (tableStepFrac(tables.tanhRange) - cFormat.frac);
  const cLimit = (slot.cellClip ?? Number.POSITIVE_INFINITY) * clipUnit(cFormat);
  const trace = { z: new Int32Array(4), c: 0, m: 0 };
  return (sums, cells, values, state, to) => {
    let saturated = 0;
    for (let cell = 0; cell < cells; cell++) {
      const row = 4 * cell;
      const old = values[state + cell]!;
      const pi = peepholes === null ? 0 : peepholes.i[cell]! * old * peepScale;
      const pf = peepholes === null ? 0 : peepholes.f[cell]! * old * peepScale;
      const zi = z(sums[row]! + bias[row]! + pi);
      const zf = z(sums[row + 1]! + bias[row + 1]! + pf);
      const zg = z(sums[row + 2]! + bias[row + 2]!);
      const exact = roundHalfUp((gate(zf) * old * oldScale + gate(zi) * tanh(zg)) * stateScale);
      const kept = saturate(exact, cFormat.bits);
      if (kept !== exact) saturated++;
      const c = Math.max(-cLimit, Math.min(cLimit, kept));
      const po = peepholes === null ? 0 : peepholes.o[cell]! * c * peepScale;
      const zo = z(sums[row + 3]! + bias[row + 3]! + po);
      const tanhC = tables.tanh[tableIndex(Math.floor(c * indexScale))]!;
      const m = saturate(roundHalfUp(gate(zo) * tanhC * outputScale), mFormat.bits);
      values[state + cell] = c;
      values[to + cell] = m;
      if (observe === null) continue;
      trace.z.set([zi, zf, zg, zo]);
      trace.c = c;
      trace.m = m;
      observe(first + cell, trace);
    }
    return saturated;
  };
}
