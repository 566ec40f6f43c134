/**
 * Public models in the float reference against ONNX Runtime, call by call with their states handed on, on normal values and on sound.
 *
 *     npm run bench:public-models -- <folder of models> <16 kHz .wav> …
 *
 * The folder holds the files of `COLLECTED` in fixtures/public_models.ts; the npm package has those of `PACKAGED`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { COLLECTED, compare, PACKAGED, type PublicModel } from '../fixtures/public_models.ts';
import { createFrames, type Frames } from '../src/data/frames.ts';
import { importModel } from '../src/model/import/read_model.ts';
import { readWav } from '../src/speech/wav.ts';
import { windowsOf } from '../src/speech/windows.ts';
import { EsegenError } from '../src/util/errors.ts';
import { Rng } from '../src/util/rng.ts';

const LIMIT = 1e-5;
const RANDOM_CALLS = 200;

/** Magnitudes of the spectrum of 512 samples, 257 a call, hop 128: what DTLN's first core takes. */
function spectra(samples: Float64Array): Frames {
  const frames = createFrames(Math.max(0, Math.floor((samples.length - 512) / 128) + 1), 257);
  for (let t = 0; t < frames.frames; t++) {
    for (let bin = 0; bin < 257; bin++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < 512; n++) {
        const angle = (2 * Math.PI * ((bin * n) % 512)) / 512;
        re += samples[128 * t + n]! * Math.cos(angle);
        im -= samples[128 * t + n]! * Math.sin(angle);
      }
      frames.data[t * 257 + bin] = Math.hypot(re, im);
    }
  }
  return frames;
}

function ofSound({ sound, input }: PublicModel, samples: Float64Array): Frames {
  if (sound !== null) return windowsOf(samples, sound);
  return input.dims.at(-1) === 257 ? spectra(samples) : windowsOf(samples, { samples: 512, hop: 128 });
}

function normal(width: number): Frames {
  const rng = new Rng(7);
  const frames = createFrames(RANDOM_CALLS, width);
  for (let i = 0; i < frames.data.length; i++) frames.data[i] = rng.normal();
  return frames;
}

const [folder, ...sounds] = process.argv.slice(2);
if (folder === undefined || sounds.length === 0)
  throw new EsegenError('public models', 'expected a folder and .wav files');
const packaged = dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web'));
const recordings = sounds.map((path) => {
  const { samples } = readWav(readFileSync(path), path);
  return [path, Float64Array.from(samples, (value) => value / 32768)] as const;
});
let failed = false;
const models = [
  ...COLLECTED.map((model) => [folder, model] as const),
  ...PACKAGED.map((model) => [packaged, model] as const),
];
for (const [place, model] of models) {
  const path = join(place, `${model.name}.onnx`);
  const { graph } = importModel(path, model.options);
  const data: [string, Frames][] = [
    ['normal', normal(model.input.dims.at(-1)!)],
    ...recordings.map(([name, samples]): [string, Frames] => [name, ofSound(model, samples)]),
  ];
  for (const [name, x] of data) {
    const { calls, output, state, low, high } = await compare(model, readFileSync(path), graph, x);
    // Not `>`: a NaN must not pass.
    const isClose = output <= LIMIT && state <= LIMIT;
    if (!isClose) failed = true;
    const range = `outputs ${low.toPrecision(3)} to ${high.toPrecision(3)}`;
    console.log(
      `${model.name}, ${calls} calls of ${name}: output ${output.toExponential(1)}, state ${state.toExponential(1)}, ${range}${isClose ? '' : ', too far'}`,
    );
  }
}
process.exitCode = failed ? 1 : 0;
