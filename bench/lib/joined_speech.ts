import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DECIMATION_TAPS } from '../../src/speech/decimate.ts';
import { Rng } from '../../src/util/rng.ts';
import type { Recordings } from './test_strings.ts';

/** Which recordings: those that the list of test strings draws from, or the others. */
export type Split = 'test' | 'train';

/** Recordings of a speaker and digit from this number on are not of the test split. */
const TEST_RECORDINGS = 5;
const FULL_SCALE = 32768;

/**
 * Sound for a voice activity detector: recordings of all speakers in random order, with pauses of 0.2 to 2.5 s between them, and uniform
 * noise over all of it.
 *
 * @param seconds length
 * @param amplitude of the noise, in parts of full scale
 * @returns samples at 16 kHz, in parts of full scale
 */
export function joinedSpeech(
  folder: string,
  recordings: Recordings,
  split: Split,
  seconds: number,
  amplitude: number,
  seed: number,
): Float64Array {
  const names = readdirSync(join(folder, 'recordings'))
    .filter((file) => file.endsWith('.wav'))
    .map((file) => file.slice(0, -'.wav'.length))
    .filter((name) => (Number(name.split('_')[2]) < TEST_RECORDINGS ? 'test' : 'train') === split)
    .toSorted();
  const rng = new Rng(seed);
  const low = new Float64Array(8000 * seconds);
  for (let at = rng.integer(1600, 20_000); at < low.length; at += rng.integer(1600, 20_000)) {
    const sound = recordings(rng.pick(names)).subarray(0, low.length - at);
    low.set(sound, at);
    at += sound.length;
  }
  const samples = upsampleBy2(low);
  return samples.map((value) => Math.max(-1, Math.min(1, value / FULL_SCALE + amplitude * (2 * rng.uniform() - 1))));
}

/** Doubles the sampling rate: zeros in between, and the low-pass filter of the way back at twice its gain. */
export function upsampleBy2(samples: ArrayLike<number>): Float64Array {
  const output = new Float64Array(2 * samples.length);
  const centre = (DECIMATION_TAPS.length - 1) / 2;
  for (let n = 0; n < output.length; n++) {
    let sum = 0;
    // Output n meets tap k at input (n + k - centre) / 2.
    for (let k = (n + centre) % 2; k < DECIMATION_TAPS.length; k += 2) {
      sum += DECIMATION_TAPS[k]! * (samples[(n + k - centre) / 2] ?? 0);
    }
    output[n] = (2 * sum) / FULL_SCALE;
  }
  return output;
}
