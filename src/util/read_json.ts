import { readFileSync, statSync } from 'node:fs';
import { duplicateKey } from './duplicate_key.ts';
import { EsegenError } from './errors.ts';
import { causeOf } from './file_error.ts';
import { quoteName } from './quote_name.ts';

/** Largest JSON file that is read, in bytes. */
const JSON_LIMIT = 2 ** 26;

/**
 * Reads a JSON file of at most 64 MiB.
 *
 * @throws EsegenError where it cannot be read, is larger, is not JSON or holds a key twice
 */
export function readJson(path: string): unknown {
  let text: string;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new EsegenError(path, 'expected a file', 'Name a JSON file');
    if (stat.size > JSON_LIMIT) throw new EsegenError(path, `expected at most ${JSON_LIMIT} bytes, got ${stat.size}`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof EsegenError) throw error;
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Check the path and its permissions');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new EsegenError(path, `is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const twice = duplicateKey(text);
  if (twice !== null) throw new EsegenError(path, `holds the key ${quoteName(twice)} twice`, 'Remove one of them');
  return value;
}
