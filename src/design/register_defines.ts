import type { RegisterKind } from '../control/register.ts';
import { ID, mapVersion, registersOf } from '../control/registers.ts';
import type { DesignHash } from '../hdl/control_registers.ts';

/** A constant of the C header. */
export type Define = Readonly<Record<'name' | 'value', string>>;

function hex(value: number | bigint, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}u`;
}

/** Constants in a column, names padded to the same width. */
export function aligned(defines: readonly Define[]): Define[] {
  const width = Math.max(0, ...defines.map(({ name }) => name.length));
  return defines.map(({ name, value }) => ({ name: name.padEnd(width), value }));
}

/**
 * What the C header says of the register file.
 *
 * @param prefix of all names, e.g. `MY_LSTM`
 */
export function registerDefines(prefix: string, kind: RegisterKind, hash: DesignHash) {
  const registers = registersOf(kind);
  const parts = registers.flatMap(({ name, fields }) =>
    fields.filter(({ bits }) => bits < 32).map((field) => ({ name: `${name}_${field.name.toUpperCase()}`, field })),
  );
  return {
    id: hex(ID, 8),
    mapMajor: `${mapVersion(kind).major}u`,
    hashLo: hex(hash & 0xffff_ffffn, 8),
    hashHi: hex(hash >> 32n, 8),
    registers: aligned(registers.map(({ name, offset }) => ({ name: `${prefix}_REG_${name}`, value: hex(offset, 3) }))),
    fields: aligned(
      parts.flatMap(({ name, field: { lsb, bits } }) => [
        { name: `${prefix}_${name}_SHIFT`, value: `${lsb}` },
        { name: `${prefix}_${name}_MASK`, value: hex((2 ** bits - 1) * 2 ** lsb, 8) },
      ]),
    ),
  };
}
