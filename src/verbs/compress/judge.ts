import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Frames, frameAt } from '../../data/frames.ts';
import { elementsOf, type Tensor } from '../../model/graph.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { readJson } from '../../util/read_json.ts';
import { ctcJudge, readReferences } from './ctc_judge.ts';

/**
 * How outputs are read: `ctc`, words by greedy CTC; or one label an utterance, the largest output of its last step, of the mean or
 * the maximum over its steps, or of the one value that the model gives for an utterance (`model`; a single number is the class).
 */
export const TASKS = ['ctc', 'last', 'mean', 'max', 'model'] as const;
export type TaskName = (typeof TASKS)[number];

/** Errors of the outputs of all utterances; of labels, each utterance is a word. */
export type Judge = (outputs: readonly Frames[]) => WordErrors;

const labelsSchema = z.object({ labels: z.array(z.string()).min(1) });

/**
 * What judges the outputs of a network.
 *
 * @param path of the model; `labels.json` beside it says what its classes mean
 * @param output of the network
 * @param task default `ctc`, or `model` where the network has one value for an utterance
 * @param references JSON: `{"references": ["9 0 2", …]}`, for each utterance its words, or its label
 * @throws EsegenError where a file is not valid, or the task does not go with the network
 */
export function readJudge(
  path: string,
  output: Tensor,
  task: TaskName | undefined,
  references: string,
  utterances: number,
): Judge {
  const own = output.time === null ? 'model' : 'ctc';
  const name = task ?? own;
  if ((name === 'model') !== (own === 'model')) {
    const what = own === 'model' ? 'one value for an utterance' : 'a value for each step';
    const fix = own === 'model' ? '--task model' : '--task ctc, last, mean or max';
    throw new EsegenError('--task', `${name} does not go with an output that has ${what}`, `Use ${fix}`);
  }
  const classes = elementsOf(output);
  if (name === 'ctc') return ctcJudge(path, dirname(path), classes, references, utterances);
  const expected = readLabelsOf(path, classes, references, utterances);
  return (outputs) => {
    const errors = outputs.filter((frames, n) => decide(frames, name) !== expected[n]).length;
    return { errors, words: outputs.length, rate: outputs.length === 0 ? 0 : errors / outputs.length };
  };
}

/** The class of an utterance; the lowest of equals. */
function decide(frames: Frames, task: Exclude<TaskName, 'ctc'>): number {
  if (task === 'model' && frames.width === 1) return Math.round(frames.data[0]!);
  if (frames.frames === 0) return -1;
  const values = Float64Array.from(frameAt(frames, frames.frames - 1));
  for (let t = 0; t < frames.frames - 1 && (task === 'mean' || task === 'max'); t++) {
    const step = frameAt(frames, t);
    for (let n = 0; n < values.length; n++) {
      values[n] = task === 'mean' ? values[n]! + step[n]! : Math.max(values[n]!, step[n]!);
    }
  }
  let best = 0;
  for (let n = 1; n < values.length; n++) if (values[n]! > values[best]!) best = n;
  return best;
}

/** Classes of the utterances: labels of the model where it has some for its classes, else numbers. */
function readLabelsOf(path: string, classes: number, references: string, utterances: number): readonly number[] {
  const file = join(dirname(path), 'labels.json');
  const parsed = existsSync(file) ? labelsSchema.safeParse(readJson(file)) : null;
  const labels = parsed?.success ? parsed.data.labels : [];
  const isNumber = classes === 1;
  return readReferences(references, utterances).map((words) => {
    const [word] = words;
    const known = labels.length === classes || isNumber ? labels.indexOf(word ?? '') : -1;
    const label = known >= 0 || !/^\d{1,9}$/.test(word ?? '') ? known : Number(word);
    if (words.length !== 1 || label < 0 || (!isNumber && label >= classes)) {
      const what = `expected one label of the model an utterance, got ${quoteName(words.join(' '))}`;
      throw new EsegenError(
        references,
        what,
        'labels.json beside the model names its classes; without it they are numbers',
      );
    }
    return label;
  });
}
