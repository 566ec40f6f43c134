import type { Frames } from '../frames.ts';
import { createFrames } from '../frames.ts';
import { FloatLstm } from '../golden/float_lstm.ts';
import type { LstmLayer } from '../model.ts';
import { Rng } from '../rng.ts';

/** Frames that fix the fraction bits, and where the state is reset in them. */
export interface CalibrationSet {
  /** [T, I]. */
  readonly frames: Frames;
  /** First frame of every utterance, ascending, beginning with 0. */
  readonly utteranceStarts: readonly number[];
  /** Where the frames come from, for the summary. */
  readonly origin: string;
}

/** Largest magnitudes of the vectors over a calibration set, from the double-precision model. */
export interface VectorPeaks {
  readonly x: number;
  readonly y: number;
  readonly c: number;
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

/** Runs the float model over a calibration set, with the state reset at utterance borders. */
export function measurePeaks(layer: LstmLayer, set: CalibrationSet): VectorPeaks {
  const lstm = new FloatLstm(layer);
  lstm.run(set.frames, { utteranceStarts: set.utteranceStarts });
  let x = 0;
  for (const v of set.frames.data) x = Math.max(x, Math.abs(v));
  return { x, y: lstm.peaks.y, c: lstm.peaks.c };
}
