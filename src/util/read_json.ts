import { readFileSync, statSync } from 'node:fs';
import { duplicateKey } from './duplicate_key.ts';
import { EsegenError } from './errors.ts';
import { causeOf } from './file_error.ts';
import { nestsDeeper } from './json_depth.ts';
import { escapeControls, quoteName } from './quote_name.ts';

/** Largest JSON file that is read, in bytes. */
const JSON_LIMIT = 2 ** 26;

/** Deepest nesting of objects and arrays that is read. */
const DEPTH_LIMIT = 64;

/**
 * Reads a JSON file in UTF-8 of at most 64 MiB, whose objects and arrays nest at most 64 levels deep.
 *
 * @throws EsegenError where it cannot be read, is larger or deeper, is not JSON or holds a key twice
 */
export function readJson(path: string): unknown {
  let bytes: Buffer;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new EsegenError(path, 'expected a file', 'Name a JSON file');
    if (stat.size > JSON_LIMIT) throw new EsegenError(path, `expected at most ${JSON_LIMIT} bytes, got ${stat.size}`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof EsegenError) throw error;
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Check the path and its permissions');
  }
  if (nestsDeeper(bytes, DEPTH_LIMIT)) {
    throw new EsegenError(path, `expected JSON of at most ${DEPTH_LIMIT} nested levels, got more`);
  }
  let text: string;
  let value: unknown;
  try {
    // Some editors begin a file with a byte order mark; the decoder leaves it out.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    const cause = error instanceof SyntaxError ? escapeControls(error.message) : 'it is not in UTF-8';
    throw new EsegenError(path, `is not JSON (${cause})`, 'Mend or write it again');
  }
  const twice = duplicateKey(text);
  if (twice !== null) throw new EsegenError(path, `holds the key ${quoteName(twice)} twice`, 'Remove one of them');
  return value;
}
