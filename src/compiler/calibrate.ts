import type { CalibrationSet } from '../data/calibration_set.ts';
import { FloatLstm } from '../model/reference/float_lstm.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';
import { quantize } from '../util/fixed.ts';
import { fractionFor } from './fraction_bits.ts';
import { ValueHistogram } from './value_histogram.ts';

/** Largest magnitudes of the vectors over a calibration set, from the double-precision model. */
export interface VectorPeaks {
  readonly x: number;
  readonly y: number;
  readonly c: number;
}

/** What the vectors do over a calibration set, from the double-precision model. */
export interface VectorValues {
  readonly x: ValueHistogram;
  readonly y: ValueHistogram;
  /** Largest magnitude of c. */
  readonly cellPeak: number;
  /** Fraction bits of c for a width, 0 to 15, see {@link measureVectors}. */
  readonly cellFraction: (bits: number) => number;
}

/** Error of y, in dB below y, that rounding of c may cause: well below what the tables cause. */
const CELL_NOISE_DB = 50;
/** Formats of c that are tried: from the one that its peak just fits in, each finer by a bit. */
const CELL_FORMATS = 6;
const MAX_CELL_FRAC = 15;

/**
 * Runs the float model over a calibration set, with the state reset at utterance borders.
 *
 * Fraction bits of c are tried out: what counts is not c but y. Rounding errors of c add up over time, while a cell that saturates
 * far beyond the reach of tanh hardly shows. The first format whose rounding and saturation stay 50 dB below y is taken, from the
 * one that the largest c just fits in to finer ones; where none does, that of least squared error of y.
 */
export function measureVectors(layer: StackedLayer, set: CalibrationSet): VectorValues {
  // One model for all runs: to sort out its weights takes as long as to run it.
  let round = (c: number) => c;
  const lstm = new FloatLstm(layer, { round: (c) => round(c) });
  const outputs = lstm.run(set.frames, { utteranceStarts: set.utteranceStarts });
  const x = new ValueHistogram();
  const y = new ValueHistogram();
  x.add(set.frames.data);
  y.add(outputs.data);
  const cellPeak = lstm.peaks.c;

  /** Squared error of y that a format of c causes. */
  const errorWith = (frac: number, bits: number): number => {
    const scale = 2 ** frac;
    round = (c) => quantize(c, frac, bits) / scale;
    const { data } = lstm.run(set.frames, { utteranceStarts: set.utteranceStarts });
    return data.reduce((sum, value, i) => sum + (value - outputs.data[i]!) ** 2, 0);
  };
  const allowed = outputs.data.reduce((sum, value) => sum + value * value, 0) * 10 ** (-CELL_NOISE_DB / 10);
  const search = (bits: number): number => {
    const first = clamp(fractionFor(cellPeak, bits), 0, MAX_CELL_FRAC);
    const last = Math.min(first + CELL_FORMATS - 1, MAX_CELL_FRAC);
    let best = first;
    let least = Number.POSITIVE_INFINITY;
    for (let frac = first; frac <= last && least > allowed; frac++) {
      const error = errorWith(frac, bits);
      if (error >= least) continue;
      least = error;
      best = frac;
    }
    return best;
  };
  const known = new Map<number, number>();
  const cellFraction = (bits: number): number => {
    const frac = known.get(bits) ?? search(bits);
    known.set(bits, frac);
    return frac;
  };
  return { x, y, cellPeak, cellFraction };
}

/** Largest magnitudes of the values. */
export function peaksOf({ x, y, cellPeak }: VectorValues): VectorPeaks {
  return { x: x.peak, y: y.peak, c: cellPeak };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
