import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { upsampleBy2 } from '../../src/speech/upsample.ts';
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
