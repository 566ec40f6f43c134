import { Rng } from '../util/rng.ts';
import { createFrames, type Frames } from './frames.ts';

/** Frames that fix the fraction bits, and where the state is reset in them. */
export interface CalibrationSet {
  /** [T, I]. */
  readonly frames: Frames;
  /** First frame of every utterance, ascending, beginning with 0. */
  readonly utteranceStarts: readonly number[];
  /** Where the frames come from, for the summary. */
  readonly origin: string;
}

/** Utterances one behind the other. */
export function joinUtterances(utterances: readonly Frames[], origin: string): CalibrationSet {
  const utteranceStarts: number[] = [];
  let steps = 0;
  for (const { frames } of utterances) {
    utteranceStarts.push(steps);
    steps += frames;
  }
  const joined = createFrames(steps, utterances[0]?.width ?? 0);
  for (const [n, { data, width }] of utterances.entries()) joined.data.set(data, utteranceStarts[n]! * width);
  return { frames: joined, utteranceStarts, origin };
}

const RANDOM_FRAMES = 64;
const RANDOM_SEED = 20170222;

/** Seeded standard-normal frames, for a model that comes without data. */
export function randomCalibration(inputs: number): CalibrationSet {
  const rng = new Rng(RANDOM_SEED);
  const frames = createFrames(RANDOM_FRAMES, inputs);
  for (let i = 0; i < frames.data.length; i++) frames.data[i] = rng.normal();
  return { frames, utteranceStarts: [0], origin: `${RANDOM_FRAMES} seeded normal frames` };
}
