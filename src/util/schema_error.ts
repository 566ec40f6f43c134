import type { z } from 'zod';
import { EsegenError } from './errors.ts';
import { quoteName } from './quote_name.ts';

/** `array.lanes`; keys that are not plain words are quoted. */
export function keyPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (/^\w{1,80}$/.test(String(key)) ? String(key) : quoteName(String(key)))).join('.');
}

/**
 * The first fault that a schema found, as an error.
 *
 * @param where file name for messages
 */
export function schemaError(where: string, error: z.ZodError, fix: string): EsegenError {
  const issue = error.issues[0]!;
  const keys = issue.code === 'unrecognized_keys' ? ` (${issue.keys.map(quoteName).join(', ')})` : '';
  const message = issue.code === 'invalid_key' ? issue.issues[0]!.message : `${issue.message}${keys}`;
  return new EsegenError([where, keyPath(issue.path)].filter((part) => part !== '').join(': '), message, fix);
}
