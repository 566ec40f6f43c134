import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { duplicateKey } from '../util/duplicate_key.ts';
import { EsegenError } from '../util/errors.ts';
import { causeOf } from '../util/file_error.ts';
import { quoteName } from '../util/quote_name.ts';
import { keyPath } from '../util/schema_error.ts';
import type { Config } from './config.ts';
import { CONFIG_SCHEMA } from './config_schema.ts';

/**
 * Checks a config and fills in its defaults. The result is a fixed point: parsing it again gives an equal value.
 *
 * @param value what `JSON.parse` made of the config
 * @param where file name for messages
 * @throws EsegenError that lists every problem on a line of its own, e.g.
 *   `digits.json: array.lanes: expected a power of two from 1 to 128, got 12`; unknown keys are problems
 */
export function parseConfig(value: unknown, where: string): Config {
  const result = CONFIG_SCHEMA.safeParse(value);
  if (result.success) return result.data;
  throw new EsegenError(where, result.error.issues.flatMap(problems).join(`\n${where}: `));
}

/** What an issue says, one text for each problem, with the path in front. */
function problems(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${keyPath([...issue.path, key])}: unknown key`);
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${keyPath(issue.path)}: ${message}`);
  return [issue.path.length === 0 ? issue.message : `${keyPath(issue.path)}: ${issue.message}`];
}

/**
 * Reads a config file (JSON).
 *
 * @throws EsegenError where the file cannot be read, is not JSON or holds a key twice, or as {@link parseConfig}
 */
export function readConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
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
  return parseConfig(value, path);
}
