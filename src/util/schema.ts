import { z } from 'zod';
import { EsegenError } from './errors.ts';
import { escapeControls, quoteName } from './quote_name.ts';
import { keyPath } from './schema_error.ts';

/** An error function of zod: `expected <what>, got <input>`. */
export function expected(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `expected ${what}, got ${show(input)}`;
}

/** A value of a JSON file as a message shows it: JSON, cut after 80 characters. */
function show(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (typeof input === 'string') return quoteName(input);
  if (typeof input === 'number') return String(input);
  const json = JSON.stringify(input) ?? String(input);
  return escapeControls(json.length > 80 ? `${json.slice(0, 80)}…` : json);
}

/** A whole number from `low` to `high`. */
export function integer(low: number, high: number, what = `an integer from ${low} to ${high}`) {
  const error = expected(what);
  return z.int({ error }).min(low, { error }).max(high, { error });
}

/** Settings of a strict object whose value is none: `expected an object of <keys>, got …`; its unknown keys keep their own. */
export function section(keys: string) {
  const error = expected(`an object of ${keys}`);
  return { error: (issue: z.core.$ZodRawIssue) => (issue.code === 'invalid_type' ? error(issue) : undefined) };
}

/** Most problems that are told of a file. */
const PROBLEM_LIMIT = 100;

/**
 * Checks what `JSON.parse` made of a file.
 *
 * @param where file for messages
 * @throws EsegenError that lists every problem (the first hundred) on a line of its own, e.g.
 *   `digits.json: array.lanes: expected a power of two from 1 to 128, got 12`; unknown keys are problems
 */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const all = result.error.issues.flatMap(problems);
  const more = all.length > PROBLEM_LIMIT ? [`and ${all.length - PROBLEM_LIMIT} more problems`] : [];
  throw new EsegenError(where, [...all.slice(0, PROBLEM_LIMIT), ...more].join(`\n${where}: `));
}

/** What an issue says, one text for each problem, with the path in front. */
function problems(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${keyPath([...issue.path, key])}: unknown key`);
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${keyPath(issue.path)}: ${message}`);
  return [issue.path.length === 0 ? issue.message : `${keyPath(issue.path)}: ${issue.message}`];
}
