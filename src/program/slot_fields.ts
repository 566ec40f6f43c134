import type { Field, FieldValues, WordFormat } from './field.ts';
import type { SlotProgram } from './slot_program.ts';

/** Codes of the fields of a slot program. */
export const SLOT_KINDS = ['lstm', 'gruAfter', 'gruReset', 'gruBefore', 'affine'] as const;
export const GATES_OF_SLOT = ['sigmoid', 'tanh', 'unitClip'] as const;
export const ACTIVATIONS = ['none', 'clip', 'leaky', 'sigmoid', 'tanh'] as const;

const field = (name: string, bits: number, meaning: string): Field => ({ name, bits, meaning });
const signed = (name: string, bits: number, meaning: string): Field => ({ name, bits, signed: true, meaning });
const list = (names: readonly string[]) => names.map((name, code) => `${code} ${name}`).join(', ');

/** What the cell unit does with the rows of a tile: a part of its words. What a kind does not have is 0. */
export const SLOT_FIELDS: WordFormat['fields'] = [
  field('kind', 3, list(SLOT_KINDS)),
  signed('shift', 7, 'right shift of a sum to z, or to the output'),
  field('gate', 2, list(GATES_OF_SLOT)),
  field('activation', 3, list(ACTIVATIONS)),
  field('peepholes', 1, 'has peepholes'),
  field('peepShift', 5, 'left shift of the peephole products'),
  field('zClip', 16, 'limit of |z|; all ones: none'),
  signed('stateFrac', 7, 'fraction bits of c or h'),
  field('stateBits', 5, 'bits of c or h'),
  field('cellClip', 16, 'limit of |c|, in units of 256 where c has 24 bits; all ones: none'),
  signed('outFrac', 7, 'fraction bits of m or y; of nh in a GRU'),
  field('outBits', 5, 'bits of m or y; of nh in a GRU'),
  signed('hiddenShift', 7, 'right shift of the sum nh'),
  signed('sumFrac', 7, 'fraction bits of the sums of a GRU'),
  signed('low', 16, 'lower limit, or the slope of a leaky ReLU'),
  signed('high', 16, 'upper limit'),
];

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
