import { z } from 'zod';
import { expected, parseWith } from '../util/schema.ts';

/** Meaning of the classes of the output layer. */
export interface Labels {
  /** One text for each class. */
  readonly labels: readonly string[];
  /** Class of the CTC blank. */
  readonly blank: number;
}

const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

const LABEL = expected('a text of 1 to 64 printable characters');

const labelsSchema = z
  .object(
    {
      labels: z.array(z.string({ error: LABEL }).regex(PRINTABLE, { error: LABEL }), {
        error: expected('a list of texts, one for each class'),
      }),
      blank: z.int({ error: expected('the number of the class that is the CTC blank') }),
    },
    { error: expected('an object of labels and blank') },
  )
  .check(({ value: { labels, blank }, issues }) => {
    const error = expected(`an integer from 0 to ${labels.length - 1}`);
    if (labels.length === 0)
      issues.push({ code: 'custom', input: labels, path: ['labels'], message: 'expected at least one' });
    else if (blank < 0 || blank >= labels.length) {
      issues.push({ code: 'custom', input: blank, path: ['blank'], message: error({ input: blank }) });
    }
  });

/**
 * Checks the content of a `labels.json` file: `labels`, the printable texts of the classes, and `blank`, the number of one
 * of them; other keys are ignored.
 *
 * @param value the parsed JSON
 * @param where file name for messages
 * @throws EsegenError that lists every problem
 */
export function parseLabels(value: unknown, where: string): Labels {
  return parseWith(labelsSchema, value, where);
}
