// Speech and silence of a recording, by Silero VAD in RTL: segments, and a picture. Run by
// `npm run demo:vad [-- --model silero_vad.onnx] [--audio recording.wav] [--svg picture.svg]`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { buildDetector, detect, publicModel, RATE } from '../examples/vad/detector.ts';
import { vadPicture } from '../examples/vad/picture.ts';
import { speechSegments } from '../examples/vad/segments.ts';
import { readConfig } from '../src/machine/config_file.ts';
import { soundAt16kHz } from '../src/speech/upsample.ts';
import { readWav } from '../src/speech/wav.ts';
import { EsegenError } from '../src/util/errors.ts';
import { writeFiles } from '../src/util/write_files.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const config = join(root, 'examples', 'vad', 'config.json');
const recordings = ['demo3-8k', 'demo5-16k'].map((name) => join(root, 'examples', 'digits', 'wav', `${name}.wav`));
/** Silence around each of several recordings, seconds. */
const PAUSE = 1;

const options = await yargs(hideBin(process.argv))
  .option('model', { type: 'string', describe: 'Silero VAD (.onnx); default: the copy in @ricky0123/vad-web' })
  .option('audio', { type: 'string', describe: 'WAV at 8 or 16 kHz; default: two of examples/digits, with pauses' })
  .option('svg', { type: 'string', default: join(root, 'build', 'vad.svg'), describe: 'picture to write' })
  .strict()
  .parseAsync();

/** Sounds one behind the other, with silence before, between and behind them. */
function joined(sounds: readonly Float64Array[]): number[] {
  const pause = new Array<number>(PAUSE * RATE).fill(0);
  return [...pause, ...sounds.flatMap((sound) => [...sound, ...pause])];
}

async function main(): Promise<void> {
  const start = performance.now();
  const read = (path: string) => soundAt16kHz(readWav(readFileSync(path), path));
  const examples = recordings.map(read);
  const out = join(root, 'build', 'vad');
  const { design, leftOut, seconds } = buildDetector(options.model ?? publicModel(), config, joined(examples), out);
  const { program, sizes } = design;
  const multipliers = sizes.channels * sizes.groups * sizes.lanes;
  console.log(`built    build/vad in ${seconds.toFixed(0)} s: ${multipliers} multipliers`);
  console.log(`on the host: ${new Set(leftOut).size} layers before the hardware, the magnitude of the spectrum (STFT)`);
  console.log(`in RTL:      convolutions, LSTM and output layer, on ${program.inputs[0]!.elements} values a step\n`);

  const sound = options.audio === undefined ? joined(examples) : read(options.audio);
  console.log('detecting speech through the RTL (Verilator; the first run compiles the simulation)');
  const found = await detect(out, sound);
  const { probabilities, step, cyclesPerFrame } = found;
  const segments = speechSegments(probabilities, step);
  for (const { from, to } of segments) console.log(`  speech from ${from.toFixed(2)} to ${to.toFixed(2)} s`);
  if (segments.length === 0) console.log('  no speech');
  writeFiles(new Map([[options.svg, vadPicture({ sound, rate: RATE, probabilities, step, segments })]]));
  const { clockMHz } = readConfig(config);
  const milliseconds = cyclesPerFrame / clockMHz / 1000;
  console.log(`picture  ${options.svg}`);
  console.log(`\nRTL and golden model: ${found.comparedWords} words compared, ${found.mismatches} mismatches`);
  console.log(
    `${cyclesPerFrame.toFixed(0)} cycles for a step of ${1000 * step} ms; at an assumed clock of ${clockMHz} MHz ${milliseconds.toFixed(3)} ms, ${Math.round((1000 * step) / milliseconds)} times real time`,
  );
  console.log(`This took ${((performance.now() - start) / 1000).toFixed(0)} s`);
  if (found.mismatches > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof EsegenError || (error instanceof Error && 'code' in error))) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
