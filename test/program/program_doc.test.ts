import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { programDoc } from '../../scripts/lib/program_doc.ts';
import { LOOP_WORD, SYNC_WORD, UNIT_WORDS } from '../../src/program/unit_words.ts';

test('docs/program.md has the listing and the fields of the code; npm run generate:program writes them', () => {
  const text = readFileSync(new URL('../../docs/program.md', import.meta.url), 'utf8');
  expect(text).toContain('loop t < steps');
  expect(programDoc(text)).toBe(text);
});

test('words of all units begin with the same fields, and their fields have names of their own', () => {
  for (const { name, fields } of [LOOP_WORD, ...Object.values(UNIT_WORDS)]) {
    const names = fields.map((field) => field.name);
    expect(new Set(names).size, name).toBe(names.length);
    const common = name === LOOP_WORD.name ? 1 : SYNC_WORD.fields.length;
    expect(fields.slice(0, common), name).toEqual(SYNC_WORD.fields.slice(0, common));
  }
});
