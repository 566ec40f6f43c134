import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Frames } from '../../data/frames.ts';
import { readLabels } from '../../design/host_files.ts';
import { parseLabels } from '../../design/labels.ts';
import { greedyCtc, type WordErrors, wordErrors } from '../../speech/ctc.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { readJson } from '../../util/read_json.ts';
import { expected, parseWith } from '../../util/schema.ts';

const REFERENCES = expected('a list of texts, the words of each utterance, such as ["9 0 2"]');

const referencesSchema = z.object(
  {
    references: z
      .array(z.string({ error: expected('a text, the words of an utterance') }), { error: REFERENCES })
      .min(1, { error: REFERENCES }),
  },
  { error: expected('{ "references": ["9 0 2", …] }') },
);

/**
 * Word errors of logits by greedy CTC.
 *
 * @param path of the model, for messages
 * @param folder where `labels.json` says what the classes mean
 * @param utterances how many there are
 * @throws EsegenError where a file is not valid, or the model has no classes for the words
 */
export function ctcJudge(
  path: string,
  folder: string,
  classes: number,
  references: string,
  utterances: number,
): (logits: readonly Frames[]) => WordErrors {
  const labels = readLabels(folder, classes);
  if (labels === null) {
    const file = join(folder, 'labels.json');
    const got = existsSync(file) ? parseLabels(readJson(file), file).labels.length : 'none';
    const what = `expected labels.json with ${classes} labels beside the model, got ${got}`;
    throw new EsegenError(path, what, 'It says what the classes mean');
  }
  const wanted = readReferences(references, utterances).map((words) =>
    words.map((word) => {
      const label = labels.labels.indexOf(word);
      if (label < 0 || label === labels.blank) {
        throw new EsegenError(
          references,
          `${quoteName(word)} is no label of the model`,
          'labels.json beside the model has them',
        );
      }
      return label;
    }),
  );
  return (logits) =>
    wordErrors(logits.map((frames, n) => ({ reference: wanted[n]!, hypothesis: greedyCtc(frames, labels.blank) })));
}

/**
 * Words of each utterance from a file of references.
 *
 * @throws EsegenError where it is not valid, or is for another number of utterances
 */
export function readReferences(path: string, utterances: number): readonly (readonly string[])[] {
  const { references } = parseWith(referencesSchema, readJson(path), path);
  if (references.length !== utterances) {
    throw new EsegenError(path, `expected references of ${utterances} utterances, got ${references.length}`);
  }
  return references.map((text) => text.split(/\s+/).filter((word) => word !== ''));
}
