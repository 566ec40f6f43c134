import { TABLE_FRAC } from '../machine/formats.ts';
import type { Parameters, Program } from '../program/program.ts';
import type { GruAfterSlot, GruBeforeSlot, GruResetSlot } from '../program/slot_program.ts';
import { type Fixed, roundHalfUp, saturate } from '../util/fixed.ts';
import { type Drain, gateOf, PRODUCT_FRAC, toZ } from './gate.ts';

const ONE = 2 ** TABLE_FRAC;

/**
 * (1 - z)⊙n + z⊙h', exact, then rounded once to h's fraction bits. It lies between n and h', so it leaves h's format only where n is within half
 * a step of 1 and the format ends there: narrow vectors.
 */
function blend({ frac }: Fixed): (z: number, n: number, old: number) => number {
  const oldScale = 2 ** (TABLE_FRAC - frac);
  const scale = 2 ** (frac - PRODUCT_FRAC);
  return (z, n, old) => roundHalfUp(((ONE - z) * n + z * old * oldScale) * scale);
}

/**
 * A GRU whose reset gate stands after the product: sums r, z, nx, nh and h' to h. nh is rounded to its format before it meets r; nx
 * and r⊙nh are added exactly before they are rounded to z's format. Counts cells of which nh or h saturated.
 */
export function gruAfterSlot(slot: GruAfterSlot, { bias }: Parameters, tables: Program['tables']): Drain {
  const z = toZ(slot.zShift, slot.zClip);
  const gate = gateOf(slot.gate, tables);
  const tanh = gateOf('tanh', tables);
  const hiddenScale = 2 ** -slot.hiddenShift;
  const { bits, frac } = slot.hidden;
  const productScale = 2 ** (slot.sumFrac - TABLE_FRAC - frac);
  const mix = blend(slot.h);
  return (sums, cells, values, state, to) => {
    let saturated = 0;
    for (let cell = 0; cell < cells; cell++) {
      const row = 4 * cell;
      const r = gate(z(sums[row]! + bias[row]!));
      const update = gate(z(sums[row + 1]! + bias[row + 1]!));
      const exact = roundHalfUp((sums[row + 3]! + bias[row + 3]!) * hiddenScale);
      const hidden = saturate(exact, bits);
      const n = tanh(z(sums[row + 2]! + bias[row + 2]! + r * hidden * productScale));
      const rounded = mix(update, n, values[state + cell]!);
      const kept = saturate(rounded, slot.h.bits);
      if (hidden !== exact || kept !== rounded) saturated++;
      values[to + cell] = kept;
    }
    return saturated;
  };
}

/** The reset gate of a GRU that has it before the product: sums of r and h' to r⊙h', in h's format, which r below 1 never leaves. */
export function gruResetSlot(slot: GruResetSlot, { bias }: Parameters, tables: Program['tables']): Drain {
  const z = toZ(slot.zShift, slot.zClip);
  const gate = gateOf(slot.gate, tables);
  return (sums, cells, values, state, to) => {
    for (let cell = 0; cell < cells; cell++) {
      const r = gate(z(sums[cell]! + bias[cell]!));
      values[to + cell] = saturate(roundHalfUp((r * values[state + cell]!) / ONE), slot.h.bits);
    }
    return 0;
  };
}

/** Its other gates: sums z, n and h' to h. Counts cells of which h saturated. */
export function gruBeforeSlot(slot: GruBeforeSlot, { bias }: Parameters, tables: Program['tables']): Drain {
  const z = toZ(slot.zShift, slot.zClip);
  const gate = gateOf(slot.gate, tables);
  const tanh = gateOf('tanh', tables);
  const mix = blend(slot.h);
  return (sums, cells, values, state, to) => {
    let saturated = 0;
    for (let cell = 0; cell < cells; cell++) {
      const row = 2 * cell;
      const update = gate(z(sums[row]! + bias[row]!));
      const n = tanh(z(sums[row + 1]! + bias[row + 1]!));
      const rounded = mix(update, n, values[state + cell]!);
      const kept = saturate(rounded, slot.h.bits);
      if (kept !== rounded) saturated++;
      values[to + cell] = kept;
    }
    return saturated;
  };
}
