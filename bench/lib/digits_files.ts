import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFrameSet, utterancesOf } from '../../src/data/frame_sets.ts';
import type { Frames } from '../../src/data/frames.ts';
import { featureSteps, MEL_BANDS, parseFeatureNorm, STACK, speechFeatures } from '../../src/speech/features.ts';
import { encodeNpy, type NpyArray } from '../../src/util/npy.ts';
import { readJson } from '../../src/util/read_json.ts';
import { writeFiles } from '../../src/util/write_files.ts';
import { openRecordings, readTestStrings, synthesise, type TestString } from './test_strings.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DS2_LAYERS = join(ROOT, 'examples', 'networks', 'ds2-p15.layers.json');

/** Strings of the digits task as files. */
export interface DigitsData {
  /** Folders by utterance: stacked frames [T, 80], and plain ones [40, T]. */
  readonly stacked: string;
  readonly plain: string;
  readonly labels: string;
}

/** The digits task as files: what `esegen explore` takes. */
export interface DigitsFiles {
  readonly models: readonly string[];
  /** The first of the test strings, which go round the speakers, and all others. */
  readonly sample: DigitsData;
  readonly rest: DigitsData;
  /** Stacked, and plain. */
  readonly calibrate: readonly [string, string];
}

/**
 * Makes the files of the digits task in a folder: the networks of `models/net` beside their labels, features of the test strings in both
 * forms that the networks take, references, calibration frames.
 *
 * @param speech folder with test_strings.json, recordings/, models/ and models/net/
 * @param sampled strings of the sample
 */
export function writeDigitsFiles(speech: string, folder: string, sampled: number): DigitsFiles {
  const models = join(folder, 'models');
  mkdirSync(models, { recursive: true });
  const net = join(speech, 'models', 'net');
  const files = readdirSync(net).filter((name) => extname(name) === '.safetensors');
  for (const name of files) {
    copyFileSync(join(net, name), join(models, name));
    if (name.startsWith('ds2')) copyFileSync(DS2_LAYERS, join(models, name.replace(/safetensors$/, 'layers.json')));
  }
  copyFileSync(join(speech, 'models', 'labels.json'), join(models, 'labels.json'));
  const strings = readTestStrings(speech);
  const sample = writeStrings(speech, join(folder, 'sample'), strings.slice(0, sampled));
  const rest = writeStrings(speech, join(folder, 'rest'), strings.slice(sampled));
  const calibration = join(folder, 'calibration.npy');
  const calibrationPlain = join(folder, 'calibration-plain');
  mkdirSync(calibrationPlain, { recursive: true });
  for (const file of ['calibration.npy', 'calibration.json']) {
    copyFileSync(join(speech, 'models', file), join(folder, file));
  }
  const made = new Map<string, Uint8Array>();
  for (const [n, frames] of utterancesOf(readFrameSet(calibration, STACK * MEL_BANDS)).entries()) {
    made.set(join(calibrationPlain, fileOf(n)), encodeNpy(columns(featureSteps(frames, MEL_BANDS)!)));
  }
  writeFiles(made);
  const paths = files.sort().map((name) => join(models, name));
  return { models: paths, sample, rest, calibrate: [calibration, calibrationPlain] };
}

/** Features of strings in both forms, and their references. */
function writeStrings(speech: string, folder: string, strings: readonly TestString[]): DigitsData {
  const [stacked, plain] = ['stacked', 'plain'].map((name) => join(folder, name)) as [string, string];
  for (const path of [stacked, plain]) mkdirSync(path, { recursive: true });
  const normFile = join(speech, 'models', 'digits.norm.json');
  const norm = parseFeatureNorm(readJson(normFile), normFile);
  const recordings = openRecordings(speech);
  const made = new Map<string, string | Uint8Array>();
  for (const [n, entry] of strings.entries()) {
    const features = speechFeatures(synthesise(entry, recordings), norm);
    made.set(join(stacked, fileOf(n)), encodeNpy(rows(featureSteps(features, STACK * MEL_BANDS)!)));
    made.set(join(plain, fileOf(n)), encodeNpy(columns(featureSteps(features, MEL_BANDS)!)));
  }
  const labels = join(folder, 'references.json');
  const references = strings.map(({ digits }) => [...digits].join(' '));
  made.set(labels, `${JSON.stringify({ references })}\n`);
  writeFiles(made);
  return { stacked, plain, labels };
}

function fileOf(utterance: number): string {
  return `${String(utterance).padStart(4, '0')}.npy`;
}

function rows({ frames, width, data }: Frames): NpyArray {
  return { dtype: 'float32', shape: [frames, width], data: Float32Array.from(data) };
}

/** [1, bands, steps]. */
function columns({ frames, width, data }: Frames): NpyArray {
  const turned = new Float32Array(data.length);
  for (let t = 0; t < frames; t++) for (let n = 0; n < width; n++) turned[n * frames + t] = data[t * width + n]!;
  return { dtype: 'float32', shape: [1, width, frames], data: turned };
}
