import type { Frames } from '../frames.ts';
import { createFrames } from '../frames.ts';
import { FloatLstm } from '../golden/float_lstm.ts';
import type { LstmLayer } from '../model.ts';
import { Rng } from '../rng.ts';
import { ValueHistogram } from './value_histogram.ts';

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

/** Values of the vectors over a calibration set, from the double-precision model. */
export interface VectorValues {
  readonly x: ValueHistogram;
  readonly y: ValueHistogram;
  readonly c: ValueHistogram;
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

/**
 * Runs the float model over a calibration set, with the state reset at utterance borders.
 *
 * @returns the values of x, c and y over all frames
 */
export function measureVectors(layer: LstmLayer, set: CalibrationSet): VectorValues {
  const values = { x: new ValueHistogram(), y: new ValueHistogram(), c: new ValueHistogram() };
  const lstm = new FloatLstm(layer, {
    observer: ({ c, y }) => {
      values.c.add(c);
      values.y.add(y);
    },
  });
  lstm.run(set.frames, { utteranceStarts: set.utteranceStarts });
  values.x.add(set.frames.data);
  return values;
}

/** Largest magnitudes of the values. */
export function peaksOf({ x, y, c }: VectorValues): VectorPeaks {
  return { x: x.peak, y: y.peak, c: c.peak };
}
