import { DECIMATION_TAPS } from './decimate.ts';
import type { Wav } from './wav.ts';

/** Sum of the taps: the gain of the filter. */
const UNIT = 32768;

/**
 * Doubles the sampling rate: zeros in between, and the low-pass filter of the way back at twice its gain. No delay.
 *
 * @param samples [N]
 * @returns [2 N]
 */
export function upsampleBy2(samples: ArrayLike<number>): Float64Array {
  const output = new Float64Array(2 * samples.length);
  const centre = (DECIMATION_TAPS.length - 1) / 2;
  for (let n = 0; n < output.length; n++) {
    let sum = 0;
    // Output n meets tap k at input (n + k - centre) / 2.
    for (let k = (n + centre) % 2; k < DECIMATION_TAPS.length; k += 2) {
      sum += DECIMATION_TAPS[k]! * (samples[(n + k - centre) / 2] ?? 0);
    }
    output[n] = (2 * sum) / UNIT;
  }
  return output;
}

/** The sound at 16 kHz, as it is or upsampled from 8 kHz, in parts of full scale. */
export function soundAt16kHz({ samples, sampleRate }: Wav): Float64Array {
  const sound = sampleRate === 16000 ? Float64Array.from(samples) : upsampleBy2(samples);
  return sound.map((value) => value / 32768);
}
