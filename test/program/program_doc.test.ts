import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { programDoc } from '../../scripts/lib/program_doc.ts';
import { WORD_BITS, wordBits } from '../../src/program/field.ts';
import { fieldLocalparams } from '../../src/program/fields_text.ts';
import { WORD_FORMATS } from '../../src/program/word_formats.ts';

test('docs/program.md has the listing and the fields of the code; npm run generate:program writes them', () => {
  const text = readFileSync(new URL('../../docs/program.md', import.meta.url), 'utf8');
  expect(text).toContain('loop t < steps');
  expect(programDoc(text)).toBe(text);
});

test('every word fits the program memory, and its fields have names of their own', () => {
  for (const format of Object.values(WORD_FORMATS)) {
    expect(wordBits(format), format.name).toBeLessThanOrEqual(WORD_BITS);
    const names = format.fields.map(({ name }) => name);
    expect(new Set(names).size, format.name).toBe(names.length);
  }
  const params = fieldLocalparams().trimEnd().split('\n');
  expect(params.every((line) => /^localparam [A-Z][A-Z0-9_]* = \d+;$/.test(line))).toBe(true);
  expect(new Set(params.map((line) => line.split(' ')[1])).size).toBe(params.length);
});
