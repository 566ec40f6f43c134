import { wordBits } from './field.ts';
import { SEMAPHORES } from './instruction.ts';
import { OPS, WORD_FORMATS } from './word_formats.ts';

/** `slotOffset` → `SLOT_OFFSET`. */
function upper(name: string): string {
  return name.replace(/[A-Z]|\d+$/g, (part) => `_${part}`).toUpperCase();
}

/** Localparams of Verilog: codes of the ops, numbers of the semaphores, and place and width of every field. */
export function fieldLocalparams(): string {
  const lines = [
    ...OPS.map((op, code) => `localparam OP_${upper(op)} = ${code};`),
    ...SEMAPHORES.map((semaphore, number) => `localparam SEM_${upper(semaphore)} = ${number};`),
  ];
  for (const { name, fields } of Object.values(WORD_FORMATS)) {
    let at = 0;
    for (const { name: own, bits } of fields) {
      const prefix = `${upper(name)}_${upper(own)}`;
      lines.push(`localparam ${prefix}_LSB = ${at};`, `localparam ${prefix}_BITS = ${bits};`);
      at += bits;
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Tables of the fields, as docs/program.md has them. */
export function fieldTables(): string {
  return Object.values(WORD_FORMATS)
    .map((format) => {
      let at = 0;
      const rows = format.fields.map((field) => {
        const { name, bits, meaning } = field;
        const place = bits === 1 ? `${at}` : `${at + bits - 1}:${at}`;
        at += bits;
        return `| ${place} | \`${name}\` | ${'signed' in field ? `${bits}, signed` : bits} | ${meaning} |`;
      });
      const title = `### ${format.name}\n\n${format.meaning}; ${wordBits(format)} bits.`;
      return `${title}\n\n| bits | field | width | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    })
    .join('\n');
}
