import { type WordFormat, wordBits } from './field.ts';
import { LOOP_WORD, SYNC_WORD, UNIT_WORDS } from './unit_words.ts';

/** Table of the fields of a word, from one of them on. */
function fieldTable(format: WordFormat, title: string, first = 0): string {
  let at = 0;
  const rows = format.fields.map(({ name, bits, signed = false, meaning }) => {
    const place = bits === 1 ? `${at}` : `${at + bits - 1}:${at}`;
    at += bits;
    return `| ${place} | \`${name}\` | ${signed ? `${bits}, signed` : bits} | ${meaning} |`;
  });
  const head = `### ${title}\n\n${format.meaning}; ${wordBits(format)} bits.`;
  return `${head}\n\n| bits | field | width | meaning |\n|---|---|---|---|\n${rows.slice(first).join('\n')}\n`;
}

/** Tables of the fields of program words, as docs/program.md has them. */
export function fieldTables(): string {
  const common = SYNC_WORD.fields.length;
  return [
    fieldTable(SYNC_WORD, SYNC_WORD.name),
    fieldTable(LOOP_WORD, LOOP_WORD.name),
    ...Object.values(UNIT_WORDS).map((format) => fieldTable(format, format.name.toUpperCase(), common)),
  ].join('\n');
}
