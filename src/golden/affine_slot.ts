import { TABLE_FRAC } from '../machine/formats.ts';
import type { Parameters, Program } from '../program/program.ts';
import type { AffineSlot } from '../program/slot_program.ts';
import { roundHalfUp, saturate } from '../util/fixed.ts';
import { type Drain, gateOf, toZ } from './gate.ts';

/** Rows to elements: bias added, rounded, activated. The values that an activation cuts off do not count as saturated. */
export function affineSlot(slot: AffineSlot, { bias }: Parameters, tables: Program['tables']): Drain {
  const { activation, y } = slot;
  if (activation.kind === 'table') {
    const z = toZ(slot.shift, null);
    const f = gateOf(activation.table, tables);
    const scale = 2 ** (y.frac - TABLE_FRAC);
    return (sums, rows, values, _state, to) => {
      for (let row = 0; row < rows; row++) {
        values[to + row] = saturate(roundHalfUp(f(z(sums[row]! + bias[row]!)) * scale), y.bits);
      }
      return 0;
    };
  }
  const scale = 2 ** -slot.shift;
  const most = 2 ** (y.bits - 1) - 1;
  const high = activation.kind === 'clip' ? Math.min(activation.high, most) : most;
  const low = activation.kind === 'clip' ? Math.max(activation.low, -most - 1) : -most - 1;
  const countsHigh = high === most;
  const countsLow = low === -most - 1;
  const slope = activation.kind === 'leaky' ? activation.slope / ONE : 1;
  return (sums, rows, values, _state, to) => {
    let saturated = 0;
    for (let row = 0; row < rows; row++) {
      const exact = roundHalfUp((sums[row]! + bias[row]!) * scale);
      const kept = Math.max(low, Math.min(high, exact));
      if ((countsHigh && exact > high) || (countsLow && exact < low)) saturated++;
      values[to + row] = slope !== 1 && kept < 0 ? roundHalfUp(kept * slope) : kept;
    }
    return saturated;
  };
}

const ONE = 2 ** TABLE_FRAC;
