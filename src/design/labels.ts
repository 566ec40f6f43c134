import { z } from 'zod';
import { EsegenError } from '../util/errors.ts';
import { schemaError } from '../util/schema_error.ts';

/** Meaning of the classes of the output layer. */
export interface Labels {
  /** One text for each class. */
  readonly labels: readonly string[];
  /** Class of the CTC blank. */
  readonly blank: number;
}

const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

const labelsSchema = z.object({
  labels: z.array(z.string().regex(PRINTABLE, { error: 'expected 1 to 64 printable characters' })).min(1),
  blank: z.int(),
});

/**
 * Checks the content of a `labels.json` file: `labels`, the printable texts of the classes, and `blank`, the number of one
 * of them; other keys are ignored.
 *
 * @param value the parsed JSON
 * @param where file name for messages
 * @throws EsegenError naming the first key that is wrong
 */
export function parseLabels(value: unknown, where: string): Labels {
  const fix = 'Expected are labels, an array of texts, and blank, the number of one of them';
  const result = labelsSchema.safeParse(value);
  if (!result.success) throw schemaError(where, result.error, fix);
  const { labels, blank } = result.data;
  if (blank < 0 || blank >= labels.length) {
    throw new EsegenError(`${where}: blank`, `expected an integer from 0 to ${labels.length - 1}, got ${blank}`, fix);
  }
  return { labels, blank };
}
