import type { Field } from '../../program/field.ts';

/** A field as the partial `unit_fields` prints it: a wire of `fieldsOf`. */
export interface FieldView {
  readonly name: string;
  readonly slice: string;
  /** `[3:0]`; empty where it is one bit. */
  readonly range: string;
  readonly [key: string]: string;
}

/** `sourceSlotBits` → `source_slot_bits`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function bitsOf(lsb: number, bits: number): string {
  return bits === 1 ? `${lsb}` : `${lsb + bits - 1}:${lsb}`;
}

function lsbOf(fields: readonly Field[], name: string): number {
  const number = fields.findIndex((field) => field.name === name);
  if (number < 0) throw new Error(`a word has no field ${name}`);
  return fields.slice(0, number).reduce((sum, { bits }) => sum + bits, 0);
}

/**
 * Wires for the fields that a block uses.
 *
 * @param fields of the word, least significant first
 * @param used their names, and those of their wires where they are not the same in snake case
 */
export function fieldViews(
  fields: readonly Field[],
  used: readonly (string | readonly [field: string, wire: string])[],
): FieldView[] {
  return used.map((entry) => {
    const [name, wire] = typeof entry === 'string' ? [entry, snake(entry)] : entry;
    const lsb = lsbOf(fields, name);
    const { bits } = fields.find((field) => field.name === name)!;
    return { name: wire, slice: bitsOf(lsb, bits), range: bits === 1 ? '' : `[${bits - 1}:0]` };
  });
}

/** Slice of all fields from one to another: `121:30`. */
export function fieldSlice(fields: readonly Field[], from: string, to: string): string {
  const lsb = lsbOf(fields, from);
  return bitsOf(lsb, lsbOf(fields, to) + fields.find(({ name }) => name === to)!.bits - lsb);
}
