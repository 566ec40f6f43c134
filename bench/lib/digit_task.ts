import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readFrameSet, utterancesOf } from '../../src/data/frame_sets.ts';
import type { Frames } from '../../src/data/frames.ts';
import { elementsOf, type Graph } from '../../src/model/graph.ts';
import { greedyCtc, wordErrors } from '../../src/speech/ctc.ts';
import { featureSteps, MEL_BANDS, parseFeatureNorm, STACK, speechFeatures } from '../../src/speech/features.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { openRecordings, readTestStrings, synthesise } from './test_strings.ts';

const labelsSchema = z.object({ labels: z.array(z.string()), blank: z.int().min(0) });

/** Strings of digits as features, what they say, and how outputs are read. */
export interface DigitTask {
  /** Place of each string among all of them. */
  readonly numbers: readonly number[];
  /** Of each string. */
  readonly features: readonly Frames[];
  /** Frames that fix the number formats. */
  readonly calibration: readonly Frames[];
  /** What the logits of a string say. */
  readonly read: (logits: Frames) => string;
  /** Errors in the digits of all strings. */
  readonly errorsOf: (hypotheses: readonly string[]) => number;
}

/** JSON of a file that a schema allows. */
export function readChecked<T>(path: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!result.success) throw new EsegenError(path, z.prettifyError(result.error));
  return result.data;
}

/**
 * The task of a speech folder (test_strings.json, recordings/, models/).
 *
 * @param most strings, the first of the list
 * @param speakers of the strings among these that are taken; null: all
 */
export function readDigitTask(folder: string, most: number, speakers: readonly string[] | null): DigitTask {
  const chosen = [...readTestStrings(folder).slice(0, most).entries()].filter(
    ([, { speaker }]) => speakers?.includes(speaker) ?? true,
  );
  const { labels, blank } = readChecked(join(folder, 'models', 'labels.json'), labelsSchema);
  const normPath = join(folder, 'models', 'digits.norm.json');
  const norm = parseFeatureNorm(JSON.parse(readFileSync(normPath, 'utf8')), normPath);
  const recordings = openRecordings(folder);
  return {
    numbers: chosen.map(([number]) => number),
    features: chosen.map(([, entry]) => speechFeatures(synthesise(entry, recordings), norm)),
    calibration: utterancesOf(readFrameSet(join(folder, 'models', 'calibration.npy'), STACK * MEL_BANDS)),
    read: (logits) =>
      greedyCtc(logits, blank)
        .map((label) => labels[label]!)
        .join(''),
    errorsOf: (hypotheses) =>
      wordErrors(chosen.map(([, { digits }], n) => ({ reference: digits, hypothesis: hypotheses[n]! }))).errors,
  };
}

/** Frames as the input of a network takes them: stacked, or one by one. */
export function asInput(frames: Frames, graph: Graph): Frames {
  const width = elementsOf(graph.tensors.get(graph.inputs[0]!.tensor)!);
  const steps = featureSteps(frames, width);
  if (steps !== null) return steps;
  throw new EsegenError('model', `expected ${MEL_BANDS} or ${STACK * MEL_BANDS} inputs, got ${width}`);
}
