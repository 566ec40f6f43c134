import type { Access, Register } from '../control/register.ts';

/** What IP-XACT says of a field: access, and what a write does where it is not the value itself. */
const ACCESS: Readonly<Record<Access, readonly [access: string, write: string]>> = {
  const: ['read-only', ''],
  ro: ['read-only', ''],
  low: ['read-only', ''],
  high: ['read-only', ''],
  rw: ['read-write', ''],
  w1s: ['write-only', 'oneToSet'],
  push: ['write-only', ''],
  w1c: ['read-write', 'oneToClear'],
};

/** Registers as rows of a Tcl list: {name, offset, description, {{field, lsb, bits, access, write, description} …}}. */
export function registerTable(registers: readonly Register[]): { readonly name: string; readonly row: string }[] {
  return registers.map(({ name, offset, what, fields }) => {
    const rows = fields.map((field) => {
      const [access, write] = ACCESS[field.access];
      return tclWords(field.name, field.lsb, field.bits, access, write, field.what);
    });
    const own = tclWords(name, `0x${offset.toString(16).padStart(3, '0')}`, what);
    return { name, row: `${own} {\n${rows.map((row) => `        {${row}}\n`).join('')}    }` };
  });
}

/** Words of a Tcl list, in braces where they hold more than letters, digits and dashes. */
function tclWords(...words: readonly (string | number)[]): string {
  return words.map((word) => (/^[\w-]+$/.test(`${word}`) ? word : `{${word}}`)).join(' ');
}
