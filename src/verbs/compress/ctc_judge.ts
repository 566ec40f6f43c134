import { z } from 'zod';
import type { Frames } from '../../data/frames.ts';
import { readLabels } from '../../design/host_files.ts';
import { greedyCtc, type WordErrors, wordErrors } from '../../speech/ctc.ts';
import { EsegenError } from '../../util/errors.ts';
import { readJson } from '../../util/read_json.ts';

const referencesSchema = z.object({ references: z.array(z.string()).min(1) });

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
    const what = `expected labels.json with ${classes} labels beside the model`;
    throw new EsegenError(path, what, 'It says what the classes mean');
  }
  const expected = readReferences(references, utterances).map((words) =>
    words.map((word) => {
      const label = labels.labels.indexOf(word);
      if (label < 0 || label === labels.blank) {
        throw new EsegenError(references, `${JSON.stringify(word.slice(0, 40))} is no label of the model`);
      }
      return label;
    }),
  );
  return (logits) =>
    wordErrors(logits.map((frames, n) => ({ reference: expected[n]!, hypothesis: greedyCtc(frames, labels.blank) })));
}

/**
 * Words of each utterance from a file of references.
 *
 * @throws EsegenError where it is not valid, or is for another number of utterances
 */
export function readReferences(path: string, utterances: number): readonly (readonly string[])[] {
  const result = referencesSchema.safeParse(readJson(path));
  if (!result.success) {
    throw new EsegenError(path, 'expected {"references": ["9 0 2", …]}, the words of each utterance');
  }
  const { references } = result.data;
  if (references.length !== utterances) {
    throw new EsegenError(path, `expected references of ${utterances} utterances, got ${references.length}`);
  }
  return references.map((text) => text.split(/\s+/).filter((word) => word !== ''));
}
