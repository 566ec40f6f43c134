import { type Field, type WordFormat, wordBits } from '../../program/field.ts';

/** A field of a word as a template prints it: `wire {{range}} {{name}} = word[{{slice}}];`. */
export interface FieldView extends Readonly<Record<string, string | number | boolean>> {
  readonly name: string;
  /** `[7:0]`; empty where the field is one bit. */
  readonly range: string;
  readonly slice: string;
}

/** Name of a field in Verilog. */
export function wireName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Least significant bit of a field. */
export function fieldStart({ fields, name }: WordFormat, wanted: string): number {
  const at = fields.findIndex((field) => field.name === wanted);
  if (at < 0) throw new Error(`${name} has no field ${wanted}`);
  return wordBits({ name, meaning: '', fields: fields.slice(0, at) });
}

/** Some fields of a word, as they stand in it. */
export function fieldViews(format: WordFormat, names: readonly string[], wireOf = wireName): FieldView[] {
  return names.map((name) => {
    const low = fieldStart(format, name);
    const { bits } = format.fields.find((field: Field) => field.name === name)!;
    return {
      name: wireOf(name),
      range: bits === 1 ? '' : `[${bits - 1}:0]`,
      slice: bits === 1 ? `${low}` : `${low + bits - 1}:${low}`,
    };
  });
}
