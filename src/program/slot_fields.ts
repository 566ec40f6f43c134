import type { FieldValues } from './field.ts';
import type { SlotProgram } from './slot_program.ts';
import { ACTIVATIONS, GATES_OF_SLOT, SLOT_KINDS } from './word_formats.ts';

const NO_LIMIT = 0xffff;

const EMPTY_SLOT: FieldValues = {
  ...{ gate: 0, activation: 0, peepholes: 0, peepShift: 0, zClip: NO_LIMIT, stateFrac: 0, stateBits: 0 },
  ...{ cellClip: NO_LIMIT, outFrac: 0, outBits: 0, hiddenShift: 0, sumFrac: 0, low: 0, high: 0 },
};

/** Fields of a slot program, as `WORD_FORMATS.slot` has them; what a kind does not have is 0. */
export function slotFields(slot: SlotProgram): FieldValues {
  const kind = SLOT_KINDS.indexOf(slot.kind);
  if (slot.kind === 'affine') {
    const { activation, shift, y } = slot;
    const name = activation.kind === 'table' ? activation.table : activation.kind;
    const limits =
      activation.kind === 'clip'
        ? { low: activation.low, high: activation.high }
        : activation.kind === 'leaky'
          ? { low: activation.slope }
          : {};
    const out = { outFrac: y.frac, outBits: y.bits };
    return { ...EMPTY_SLOT, kind, shift, activation: ACTIVATIONS.indexOf(name), ...out, ...limits };
  }
  const { zShift: shift, zClip } = slot;
  const rule = { ...EMPTY_SLOT, kind, shift, zClip: zClip ?? NO_LIMIT, gate: GATES_OF_SLOT.indexOf(slot.gate) };
  if (slot.kind === 'lstm') {
    const { peepShift, c, cellClip, m } = slot;
    const peep = { peepholes: Number(peepShift !== null), peepShift: peepShift ?? 0 };
    const state = { stateFrac: c.frac, stateBits: c.bits, cellClip: cellClip ?? NO_LIMIT };
    return { ...rule, ...peep, ...state, outFrac: m.frac, outBits: m.bits };
  }
  const state = { ...rule, stateFrac: slot.h.frac, stateBits: slot.h.bits };
  if (slot.kind !== 'gruAfter') return state;
  const { hidden, hiddenShift, sumFrac } = slot;
  return { ...state, outFrac: hidden.frac, outBits: hidden.bits, hiddenShift, sumFrac };
}
