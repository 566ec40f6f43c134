import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { EsegenError } from '../../src/util/errors.ts';
import { readJson } from '../../src/util/read_json.ts';
import { expected, parseWith } from '../../src/util/schema.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-json-'));
  path = join(root, 'c.json');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Message of a refusal, without the folder. */
function refusal(content: string | Uint8Array, read = () => readJson(path)): string {
  writeFileSync(path, content);
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message.replaceAll(`${root}/`, '');
  }
  throw new Error('expected an EsegenError, nothing was thrown');
}

test.each<[string, string | Uint8Array, RegExp]>([
  [
    'text with lines and terminal sequences',
    'hello\nworld \x1b[31mred',
    /is not JSON \(.*hello\\u\{a\}world \\u\{1b\}\[31m/,
  ],
  ['UTF-16', Buffer.from('{"a": 1}', 'utf16le'), /is not JSON \(Expected property name/],
  ['what is no text', Uint8Array.of(0x7b, 0xff, 0xfe), /is not JSON \(it is not in UTF-8\)/],
  ['an empty file', '', /is not JSON \(Unexpected end/],
  ['brackets without end', '['.repeat(1e6), /expected JSON of at most 64 nested levels, got more/],
  ['deep objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, /at most 64 nested levels/],
])('%s: one line, without what a terminal takes for a command', (_, content, message) => {
  const text = refusal(content);
  expect(text).toMatch(message);
  expect(text).not.toMatch(/\p{C}/u);
});

test('a byte order mark in front and 64 levels are no fault', () => {
  writeFileSync(path, `\ufeff${'['.repeat(64)}${']'.repeat(64)}`);
  expect(Array.isArray(readJson(path))).toBe(true);
});

test('values of another kind are shown without control characters', () => {
  const schema = z.strictObject({ a: z.number({ error: expected('a number') }) });
  const text = refusal('{"a": ["\u202e\u2028"]}', () => parseWith(schema, readJson(path), 'c.json'));
  expect(text).toBe('c.json: a: expected a number, got ["\\u{202e}\\u{2028}"]');
});

test('of very many problems a hundred are told', () => {
  const keys = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`k${n}`, 1]));
  const lines = refusal(JSON.stringify(keys), () => parseWith(z.strictObject({}), readJson(path), 'c.json')).split(
    '\n',
  );
  expect(lines.length).toBe(101);
  expect(lines[0]).toBe('c.json: k0: unknown key');
  expect(lines.at(-1)).toBe('c.json: and 1900 more problems');
});
