import type { FieldValues } from '../../../src/program/field.ts';
import { ACTIVATIONS, GATES_OF_SLOT, SLOT_KINDS } from '../../../src/program/slot_fields.ts';
import type { AffineSlot, SlotProgram } from '../../../src/program/slot_program.ts';

const limit = (value: number) => (value === 0xffff ? null : value);

function activationOf(f: FieldValues): AffineSlot['activation'] {
  const kind = ACTIVATIONS[f.activation!]!;
  if (kind === 'sigmoid' || kind === 'tanh') return { kind: 'table', table: kind };
  if (kind === 'clip') return { kind, low: f.low!, high: f.high! };
  return kind === 'leaky' ? { kind, slope: f.low! } : { kind };
}

/** The slot program of the fields of a word. */
export function slotOfFields(f: FieldValues): SlotProgram {
  const kind = SLOT_KINDS[f.kind!]!;
  const out = { bits: f.outBits!, frac: f.outFrac! };
  const state = { bits: f.stateBits!, frac: f.stateFrac! };
  if (kind === 'affine') return { kind, shift: f.shift!, activation: activationOf(f), y: out };
  const rule = { zShift: f.shift!, zClip: limit(f.zClip!), gate: GATES_OF_SLOT[f.gate!]! };
  if (kind === 'lstm') {
    const peepShift = f.peepholes === 1 ? f.peepShift! : null;
    return { kind, ...rule, peepShift, c: state, cellClip: limit(f.cellClip!), m: out };
  }
  if (kind !== 'gruAfter') return { kind, ...rule, h: state };
  return { kind, ...rule, hidden: out, hiddenShift: f.hiddenShift!, sumFrac: f.sumFrac!, h: state };
}
