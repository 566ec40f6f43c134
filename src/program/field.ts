import { EsegenError } from '../util/errors.ts';

/** A field of a word: unsigned, or two's complement where `signed`. */
export interface Field {
  readonly name: string;
  readonly bits: number;
  readonly signed?: boolean;
  /** What it means, for the documentation. */
  readonly meaning: string;
}

/** A kind of word: its fields, least significant first. */
export interface WordFormat {
  readonly name: string;
  readonly meaning: string;
  readonly fields: readonly Field[];
}

/** Values of the fields of a word, by name; integers. */
export type FieldValues = Readonly<Record<string, number>>;

/**
 * Packs a word.
 *
 * @throws EsegenError where a field has no value, or one that it cannot hold
 */
export function packWord(format: WordFormat, values: FieldValues, where: string): bigint {
  let word = 0n;
  let at = 0n;
  for (const { name, bits, signed = false } of format.fields) {
    const value = values[name];
    const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
    if (value === undefined || !Number.isInteger(value) || value < low || value > high) {
      throw new EsegenError(
        where,
        `${format.name}.${name}: expected an integer from ${low} to ${high}, got ${value ?? 'nothing'}`,
        'The network is too large for a program word',
      );
    }
    word |= BigInt.asUintN(bits, BigInt(value)) << at;
    at += BigInt(bits);
  }
  return word;
}

/** The values of the fields of a word. */
export function unpackWord(format: WordFormat, word: bigint): Record<string, number> {
  const values: Record<string, number> = {};
  let at = 0n;
  for (const { name, bits, signed = false } of format.fields) {
    const field = BigInt.asUintN(bits, word >> at);
    values[name] = Number(signed ? BigInt.asIntN(bits, field) : field);
    at += BigInt(bits);
  }
  return values;
}

/** Bits that the fields of a word take. */
export function wordBits({ fields }: WordFormat): number {
  return fields.reduce((sum, { bits }) => sum + bits, 0);
}
