import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readWav } from '../../src/speech/wav.ts';
import { EsegenError } from '../../src/util/errors.ts';

/** One connected-digit string, joined from isolated recordings of one speaker with noise in between. */
export interface TestString {
  readonly id: number;
  readonly speaker: string;
  /** The reference, one character per digit. */
  readonly digits: string;
  /** Names of the recordings without `.wav`, one per digit. */
  readonly files: readonly string[];
  /** Noise samples before each recording and after the last, [files + 1]. */
  readonly gaps: readonly number[];
  /** The noise is uniform in [-amp, amp]. */
  readonly amp: number;
  /** Start value of the noise generator, 32 bits. */
  readonly seed: number;
}

/** Gives the samples (8 kHz) of a recording by its name. */
export type Recordings = (name: string) => Int16Array;

const uint32 = z.int().min(0).max(0xffffffff);
const testStrings = z.array(
  z
    .object({
      id: z.int(),
      speaker: z.string(),
      digits: z.string().regex(/^[0-9]+$/),
      files: z.array(z.string().regex(/^\w+$/)).min(1),
      gaps: z.array(z.int().min(0)),
      amp: z.int().min(0).max(32767),
      seed: uint32,
    })
    .refine((entry) => entry.gaps.length === entry.files.length + 1, 'expected one gap more than files'),
);

/**
 * Reads `test_strings.json` of the speech folder.
 *
 * @throws EsegenError if the list does not have the expected form
 */
export function readTestStrings(speechFolder: string): TestString[] {
  const path = join(speechFolder, 'test_strings.json');
  const result = testStrings.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!result.success) throw new EsegenError(path, z.prettifyError(result.error));
  return result.data;
}

/**
 * The recordings in the speech folder, each read once.
 *
 * @returns a function that throws EsegenError where a recording is not mono 16-bit PCM at 8 kHz
 */
export function openRecordings(speechFolder: string): Recordings {
  const known = new Map<string, Int16Array>();
  return (name) => {
    let samples = known.get(name);
    if (samples === undefined) {
      const path = join(speechFolder, 'recordings', `${name}.wav`);
      const wav = readWav(readFileSync(path), path);
      if (wav.sampleRate !== 8000) throw new EsegenError(path, `sampling rate ${wav.sampleRate} Hz, expected 8000 Hz`);
      samples = wav.samples;
      known.set(name, samples);
    }
    return samples;
  };
}

/**
 * The sound of a test string: gap, recording, gap, ..., gap. One 32-bit LCG runs through all gaps,
 * `s = 1664525 s + 1013904223 mod 2^32` (stepped before use), `sample = floor((s >>> 16) (2 amp + 1) / 65536) - amp`.
 *
 * @returns samples at 8 kHz
 */
export function synthesise(entry: TestString, recordings: Recordings): Int16Array {
  const sounds = entry.files.map(recordings);
  const total = [...entry.gaps, ...sounds.map((sound) => sound.length)].reduce((sum, length) => sum + length, 0);
  const samples = new Int16Array(total);
  let state = entry.seed;
  let at = 0;
  entry.gaps.forEach((gap, index) => {
    for (let n = 0; n < gap; n++) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      samples[at++] = Math.floor(((state >>> 16) * (2 * entry.amp + 1)) / 65536) - entry.amp;
    }
    const sound = sounds[index];
    if (sound !== undefined) {
      samples.set(sound, at);
      at += sound.length;
    }
  });
  return samples;
}
