import { z } from 'zod';
import { createFrames, type Frames, frameAt } from '../data/frames.ts';
import { expected, parseWith } from '../util/schema.ts';

/** Sampling rate of the sound, Hz. */
export const FEATURE_RATE = 8000;
/** Samples under the window (25 ms). */
export const WINDOW = 200;
/** Samples from one frame to the next (10 ms). */
export const HOP = 80;
/** Points of the DFT; the window is followed by zeros. */
export const DFT_POINTS = 256;
/** DFT bins used, 0 to half the sampling rate. */
export const DFT_BINS = DFT_POINTS / 2 + 1;
/** Mel filters, log energies per frame. */
export const MEL_BANDS = 40;
/** Frames per LSTM step. */
export const STACK = 2;

const MEL_LOW_HZ = 64;
const MEL_HIGH_HZ = FEATURE_RATE / 2;
const LOG_FLOOR = 1e-6;

/** Normalisation of the log-mel energies, measured over the training set; the same for every utterance. */
export interface FeatureNorm {
  /** [40], natural logarithm of energy. */
  readonly mean: Float64Array;
  /** Inverse standard deviation, [40], positive. */
  readonly istd: Float64Array;
}

const ABOVE_ZERO = expected('a number above 0');
const BANDS = expected(`a list of ${MEL_BANDS} numbers`);

const normSchema = z.object(
  {
    mean: z.array(z.number({ error: expected('a number') }), { error: BANDS }).length(MEL_BANDS, { error: BANDS }),
    istd: z
      .array(z.number({ error: ABOVE_ZERO }).positive({ error: ABOVE_ZERO }), { error: BANDS })
      .length(MEL_BANDS, { error: BANDS }),
    stack: z.literal(STACK, { error: expected(String(STACK)) }),
  },
  { error: expected('an object of mean, istd and stack') },
);

/**
 * Checks the content of a `.norm.json` file: `mean` and `istd` with 40 numbers each and `stack` 2; other keys are ignored.
 *
 * @param value the parsed JSON
 * @param name what to call the file in error messages
 * @throws EsegenError that lists every problem
 */
export function parseFeatureNorm(value: unknown, name: string): FeatureNorm {
  const { mean, istd } = parseWith(normSchema, value, name);
  return { mean: Float64Array.from(mean), istd: Float64Array.from(istd) };
}

/**
 * Mel filter bank: 40 triangles in Hz of peak 1, whose 42 corners are equally spaced in `mel(f) = 1127 ln(1 + f/700)`
 * from 64 Hz to 4000 Hz; filter b rises from corner b to b+1 and falls to b+2.
 *
 * @returns weights of the DFT bins (31.25 Hz each), [40, 129] row-major, in [0, 1]
 */
export function melWeights(): Float64Array {
  const low = mel(MEL_LOW_HZ);
  const high = mel(MEL_HIGH_HZ);
  const corners = Float64Array.from({ length: MEL_BANDS + 2 }, (_, n) =>
    melToHz(low + ((high - low) * n) / (MEL_BANDS + 1)),
  );
  const weights = new Float64Array(MEL_BANDS * DFT_BINS);
  for (let band = 0; band < MEL_BANDS; band++) {
    const [left, centre, right] = [corners[band]!, corners[band + 1]!, corners[band + 2]!];
    for (let bin = 0; bin < DFT_BINS; bin++) {
      const hz = (bin * FEATURE_RATE) / DFT_POINTS;
      const weight = Math.min((hz - left) / (centre - left), (right - hz) / (right - centre));
      weights[band * DFT_BINS + bin] = Math.max(0, weight);
    }
  }
  return weights;
}

/**
 * Log-mel energies: 200-sample frames every 80 samples (a tail that does not fill a frame is dropped), samples as
 * fractions of 32768, periodic Hann window, 256-point DFT, `ln(sum_k weight[k] |X[k]|^2 + 1e-6)`. No dither,
 * pre-emphasis or padding. Computed in double precision.
 *
 * @param samples sound at 8 kHz, [N]
 * @returns [max(0, 1 + floor((N - 200) / 80)), 40]
 */
export function logMel(samples: Int16Array): Frames {
  const result = createFrames(Math.max(0, 1 + Math.floor((samples.length - WINDOW) / HOP)), MEL_BANDS);
  const re = new Float64Array(DFT_POINTS);
  const im = new Float64Array(DFT_POINTS);
  const power = new Float64Array(DFT_BINS);
  for (let t = 0; t < result.frames; t++) {
    re.fill(0);
    im.fill(0);
    for (let n = 0; n < WINDOW; n++) re[BIT_REVERSED[n]!] = HANN[n]! * (samples[t * HOP + n]! / 32768);
    transform(re, im);
    for (let bin = 0; bin < DFT_BINS; bin++) power[bin] = re[bin]! * re[bin]! + im[bin]! * im[bin]!;
    const row = frameAt(result, t);
    for (let band = 0; band < MEL_BANDS; band++) {
      let energy = 0;
      for (let bin = FIRST_BIN[band]!; bin < END_BIN[band]!; bin++) {
        energy += MEL_WEIGHTS[band * DFT_BINS + bin]! * power[bin]!;
      }
      row[band] = Math.log(energy + LOG_FLOOR);
    }
  }
  return result;
}

/**
 * LSTM inputs: log-mel energies normalised per band, `(F - mean) * istd`, and stacked in pairs: step t is frame 2t
 * followed by frame 2t+1 (20 ms per step); an odd last frame is dropped.
 *
 * @param samples sound at 8 kHz, [N]
 * @returns [floor(frames / 2), 80]
 */
export function speechFeatures(samples: Int16Array, norm: FeatureNorm): Frames {
  const energies = logMel(samples);
  const result = createFrames(Math.floor(energies.frames / STACK), STACK * MEL_BANDS);
  for (let n = 0; n < result.data.length; n++) {
    const band = n % MEL_BANDS;
    result.data[n] = (energies.data[n]! - norm.mean[band]!) * norm.istd[band]!;
  }
  return result;
}

/**
 * Features as a network takes them in a step: stacked, or frame by frame.
 *
 * @param features as `speechFeatures` gives them
 * @param width elements of a step of its input
 * @returns null where it takes neither
 */
export function featureSteps(features: Frames, width: number): Frames | null {
  if (width === features.width) return features;
  return width === MEL_BANDS ? { frames: features.frames * STACK, width, data: features.data } : null;
}

function mel(hz: number): number {
  return 1127 * Math.log(1 + hz / 700);
}

function melToHz(value: number): number {
  return 700 * (Math.exp(value / 1127) - 1);
}

const HANN = Float64Array.from({ length: WINDOW }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW));
const COS = Float64Array.from({ length: DFT_POINTS / 2 }, (_, n) => Math.cos((2 * Math.PI * n) / DFT_POINTS));
const SIN = Float64Array.from({ length: DFT_POINTS / 2 }, (_, n) => Math.sin((2 * Math.PI * n) / DFT_POINTS));
const BIT_REVERSED = Uint8Array.from({ length: DFT_POINTS }, (_, n) => {
  let reversed = 0;
  for (let bit = 1; bit < DFT_POINTS; bit <<= 1) reversed = (reversed << 1) | ((n & bit) === 0 ? 0 : 1);
  return reversed;
});

const MEL_WEIGHTS = melWeights();
/** First bin of each filter with a weight above 0. */
const FIRST_BIN = Uint8Array.from({ length: MEL_BANDS }, (_, band) =>
  MEL_WEIGHTS.subarray(band * DFT_BINS, (band + 1) * DFT_BINS).findIndex((weight) => weight > 0),
);
/** One past the last bin of each filter with a weight above 0. */
const END_BIN = Uint8Array.from({ length: MEL_BANDS }, (_, band) => {
  const row = MEL_WEIGHTS.subarray(band * DFT_BINS, (band + 1) * DFT_BINS);
  return 1 + row.findLastIndex((weight) => weight > 0);
});

/** In-place radix-2 DFT (decimation in time) of 256 points given in bit-reversed order; result in natural order. */
function transform(re: Float64Array, im: Float64Array): void {
  for (let half = 1; half < DFT_POINTS; half *= 2) {
    const stride = DFT_POINTS / (2 * half);
    for (let start = 0; start < DFT_POINTS; start += 2 * half) {
      for (let n = 0; n < half; n++) {
        const a = start + n;
        const b = a + half;
        const wr = COS[n * stride]!;
        const wi = SIN[n * stride]!;
        const tr = wr * re[b]! + wi * im[b]!;
        const ti = wr * im[b]! - wi * re[b]!;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a] = re[a]! + tr;
        im[a] = im[a]! + ti;
      }
    }
  }
}
