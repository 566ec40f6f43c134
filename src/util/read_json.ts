import { readFileSync, statSync } from 'node:fs';
import { EsegenError } from './errors.ts';
import { causeOf } from './file_error.ts';

/** Largest JSON file that is read, in bytes. */
const JSON_LIMIT = 2 ** 26;

/**
 * Reads a JSON file of at most 64 MiB.
 *
 * @throws EsegenError where it cannot be read, is larger or is not JSON
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
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EsegenError(path, `is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}
