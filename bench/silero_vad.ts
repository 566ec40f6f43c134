/**
 * Silero VAD in the golden model's integers against ONNX Runtime, step by step: how far speech probabilities are apart, and whether
 * decisions at 0.5 are the same.
 *
 *     npm run bench:silero-vad -- <speech folder> <folder of models> [--weight-bits 16] [--sigmoid-range 16] [--models silero_vad_16k_op15,…]
 *
 * The speech folder holds recordings/ and demo/; the folder of models the collected files of fixtures/public_models.ts. Convolutions
 * have 16-bit weights, vectors 16 bits. Formats are fixed by recordings that are not of the test split.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { COLLECTED, PACKAGED, type PublicModel, runtimeRun } from '../fixtures/public_models.ts';
import { compileNetwork } from '../src/compiler/pipeline.ts';
import type { Frames } from '../src/data/frames.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { importModel } from '../src/model/import/read_model.ts';
import { soundAt16kHz } from '../src/speech/upsample.ts';
import { readWav } from '../src/speech/wav.ts';
import { windowsOf } from '../src/speech/windows.ts';
import { GoldenEngine } from '../src/verbs/run/golden_engine.ts';
import { joinedSpeech } from './lib/joined_speech.ts';
import { openRecordings } from './lib/test_strings.ts';

const LIMIT = 0.02;
const THRESHOLD = 0.5;
const CONV_BITS = 16;
/** Noise, in parts of full scale: as of a quiet room, and 20 dB louder. */
const QUIET = 0.0005;
const LOUD = 0.005;

const options = await yargs(hideBin(process.argv))
  .usage('$0 <speech folder> <folder of models>')
  .demandCommand(2, 2)
  .option('models', {
    type: 'string',
    describe: 'comma-separated list',
    default: 'silero_vad_16k_op15,silero_vad_op18_ifless,silero_vad_v4_legacy,silero_vad_v5,silero_vad_v6',
  })
  .option('sigmoid-range', { type: 'number', default: 16 })
  .option('weight-bits', { type: 'number', default: 16, describe: 'bits of the weights that are not of convolutions' })
  .strictOptions()
  .parseAsync();
const [speech, folder] = options._.map(String) as [string, string];
const packaged = dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web'));

const recordings = openRecordings(speech);
const demos = readdirSync(join(speech, 'demo'))
  .filter((file) => file.endsWith('.wav'))
  .map((file): [string, Float64Array] => {
    return [file, soundAt16kHz(readWav(readFileSync(join(speech, 'demo', file)), file))];
  });
const sounds: [string, Float64Array][] = [
  ...demos,
  ['60 s, quiet noise', joinedSpeech(speech, recordings, 'test', 60, QUIET, 1)],
  ['60 s, loud noise', joinedSpeech(speech, recordings, 'test', 60, LOUD, 2)],
];
const training = [QUIET, LOUD].map((noise, n) => joinedSpeech(speech, recordings, 'train', 30, noise, 100 + n));

interface Difference {
  readonly worst: number;
  readonly rms: number;
  /** Steps on the other side of the threshold though not close to it. */
  readonly moved: number;
}

function differ(own: Frames, expected: Frames): Difference {
  let [worst, square, moved] = [0, 0, 0];
  for (const [t, value] of expected.data.entries()) {
    const error = Math.abs(own.data[t]! - value);
    // Not `>`: a NaN must not pass.
    worst = error <= worst ? worst : error;
    square += error ** 2;
    if (Math.abs(value - THRESHOLD) > LIMIT && own.data[t]! > THRESHOLD !== value > THRESHOLD) moved++;
  }
  return { worst, rms: Math.sqrt(square / expected.data.length), moved };
}

async function measure(model: PublicModel, path: string): Promise<boolean> {
  const bytes = readFileSync(path);
  const { graph } = importModel(path, model.options);
  const input = graph.inputs[0]!.tensor;
  const output = graph.outputs.find(({ name }) => name === model.output)!.tensor;
  const { weightBits, sigmoidRange } = options;
  const plain = { array: { lanes: 32 }, weightBits, vectorBits: 16, tables: { sigmoidRange, tanhRange: 4 } };
  const utterances = training.map((samples) => new Map([[input, windowsOf(samples, model.sound!)]]));
  const { nodes } = compileNetwork(graph, parseConfig(plain, 'bench'), utterances).quantized;
  const widths = nodes.filter(({ layer }) => layer.kind === 'affine').map(({ id }) => [id, { weightBits: CONV_BITS }]);
  const config = parseConfig({ ...plain, layers: Object.fromEntries(widths) }, 'bench');
  const compiled = compileNetwork(graph, config, utterances);
  const golden = new GoldenEngine(graph, compiled);
  let passes = true;
  for (const [name, samples] of sounds) {
    const x = windowsOf(samples, model.sound!);
    const { output: expected } = await runtimeRun(model, bytes, x);
    const { worst, rms, moved } = differ(golden.run(new Map([[input, x]])).outputs.get(output)!, expected);
    const speechSteps = expected.data.filter((value) => value > THRESHOLD).length;
    if (!(worst <= LIMIT && moved === 0)) passes = false;
    console.log(
      `${model.name}, ${name}: ${x.frames} steps, ${speechSteps} speech, worst ${worst.toFixed(4)}, rms ${rms.toFixed(5)}, ` +
        `${moved} decisions differ`,
    );
  }
  return passes;
}

const wanted = options.models.split(',');
let failed = false;
for (const model of [...COLLECTED, ...PACKAGED]) {
  if (!wanted.includes(model.name)) continue;
  const place = COLLECTED.includes(model) ? folder : packaged;
  if (!(await measure(model, join(place, `${model.name}.onnx`)))) failed = true;
}
process.exitCode = failed ? 1 : 0;
