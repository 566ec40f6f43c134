// A small DeepSpeech2 from recording to words: features on the host, convolutions, bidirectional LSTM and output layer in RTL. Run by
// `npm run demo:deepspeech`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/machine/config_file.ts';
import { buildModel } from '../src/verbs/build_network.ts';
import { recognise } from './lib/recognise.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const example = join(root, 'examples', 'deepspeech');
const out = join(root, 'build', 'deepspeech');
const config = readConfig(join(example, 'config.json'));

console.log(
  'esegen demo: convolutions, three bidirectional LSTM and an output layer become RTL that recognises digits\n',
);
const start = performance.now();
const built = buildModel({
  model: join(root, 'examples', 'networks', 'ds2-p15.safetensors'),
  config,
  calibrate: join(example, 'calibration.npy'),
  out,
});
console.log(`built       build/deepspeech: ${built.result.fileCount} files in ${built.result.seconds.toFixed(0)} s`);
console.log('\nrecognising recordings through the RTL (Verilator; the first run compiles the simulation)');
const { recordings, wrong, comparedWords, mismatches, seconds, frames, cycles } = await recognise(
  out,
  join(root, 'examples', 'digits', 'wav'),
);
const { clockMHz } = config;
console.log(`\nRTL and golden model: ${comparedWords} words compared, ${mismatches} mismatches`);
console.log(`${cycles} cycles for ${frames} frames of 10 ms, ${(cycles / frames).toFixed(0)} a frame`);
console.log(
  `At an assumed clock of ${clockMHz} MHz: ${(cycles / clockMHz / 1e3).toFixed(1)} ms for ${seconds.toFixed(1)} s of sound, ${Math.round((seconds * 1e6 * clockMHz) / cycles)} times real time`,
);
console.log(`This took ${((performance.now() - start) / 1000).toFixed(0)} s`);
const failed = wrong + mismatches > 0;
console.log(
  failed
    ? '\nThe demo FAILED.'
    : `\nAll ${recordings} recordings recognised, RTL equal to the golden model on every word.`,
);
if (failed) process.exitCode = 1;
