/**
 * Word error rate of the digit models on the 300 test strings, for the float model and the golden model; whether features and
 * float hypotheses equal the reference; and RTL against golden model on some of the strings.
 *
 *     npm run bench:wer -- <speech folder> [--models dense,p20,p10] [--verilator 20] [--icarus 3]
 *
 * The speech folder holds test_strings.json, recordings/, models/, golden_features.json and hyp-fsdd.json. The test
 * speakers are training speakers and the strings are joins of isolated digits: the figures say how far hardware and
 * float agree, not how well strangers are understood.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { z } from 'zod';
import { cosimulate, runGolden } from '../sim-verilator/cosimulate.ts';
import { SIMULATORS, type SimulatorName } from '../sim-verilator/simulator.ts';
import { singleVoice } from '../sim-verilator/stimuli.ts';
import { type Frames, frameAt, type IntegerFrames } from '../src/data/frames.ts';
import { type LoadedDesign, loadDesign } from '../src/design/load_design.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { FloatLstm } from '../src/model/reference/float_lstm.ts';
import { greedyCtc, wordErrors } from '../src/speech/ctc.ts';
import { logMel, melWeights, parseFeatureNorm, speechFeatures } from '../src/speech/features.ts';
import { applyOutputLayer } from '../src/speech/output_layer.ts';
import { EsegenError } from '../src/util/errors.ts';
import { build } from '../src/verbs/build.ts';
import { quantizeFrames } from '../src/verbs/run/one_layer_golden.ts';
import { openRecordings, readTestStrings, synthesise } from './lib/test_strings.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const MODELS = ['dense', 'p20', 'p10'] as const;
const FEATURE_TOLERANCE = 1e-9;
/** Percentage points that 12/16-bit fixed point may lose against the float model of the same mask. */
const LOSS_LIMIT = 0.3;

const hypotheses = z.object({
  reference: z.array(z.string()),
  dense: z.array(z.string()),
  p20: z.array(z.string()),
  p10: z.array(z.string()),
});
const labels = z.object({ labels: z.array(z.string()), blank: z.int().min(0) });
const goldenString = z.object({
  id: z.int(),
  samples: z.int(),
  sum_samples: z.int(),
  sum_abs: z.int(),
  first_noise: z.array(z.int()),
  frames: z.int(),
  logmel_frame0: z.array(z.number()),
  logmel_frame40: z.array(z.number()),
  logmel_sum: z.number(),
});
const goldenBank = z.object({ mel_nonzero_per_filter: z.array(z.int()), mel_sum: z.number() });
const golden = z.array(z.union([goldenString, goldenBank])).min(1);

function readJson<T>(path: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!result.success) throw new EsegenError(path, z.prettifyError(result.error));
  return result.data;
}

function expectEqual(where: string, actual: readonly number[], expected: readonly number[]): void {
  if (actual.length !== expected.length || actual.some((value, n) => value !== expected[n])) {
    throw new EsegenError(where, `expected ${expected.join(' ')}, got ${actual.join(' ')}`);
  }
}

/** Compares sound and features with the reference values; returns the largest absolute difference of a log-mel value. */
function checkFeatures(folder: string, sounds: ReadonlyMap<number, Int16Array>): number {
  const path = join(folder, 'golden_features.json');
  let largest = 0;
  const compare = (actual: ArrayLike<number>, expected: readonly number[]): void => {
    expected.forEach((value, n) => {
      const difference = Math.abs(actual[n]! - value);
      // Not Math.max: a NaN must not pass.
      if (!(difference <= largest)) largest = difference;
    });
  };
  for (const entry of readJson(path, golden)) {
    if ('mel_sum' in entry) {
      const weights = melWeights();
      const width = weights.length / entry.mel_nonzero_per_filter.length;
      const counts = entry.mel_nonzero_per_filter.map(
        (_, band) => weights.subarray(band * width, (band + 1) * width).filter((weight) => weight > 0).length,
      );
      expectEqual(`${path}: mel_nonzero_per_filter`, counts, entry.mel_nonzero_per_filter);
      compare([weights.reduce((sum, weight) => sum + weight, 0)], [entry.mel_sum]);
      continue;
    }
    const sound = sounds.get(entry.id);
    if (sound === undefined) throw new EsegenError(path, `no test string ${entry.id}`);
    const energies = logMel(sound);
    const where = `${path}: string ${entry.id}`;
    expectEqual(`${where}: samples, frames`, [sound.length, energies.frames], [entry.samples, entry.frames]);
    const sum = sound.reduce((total, sample) => total + sample, 0);
    const sumAbs = sound.reduce((total, sample) => total + Math.abs(sample), 0);
    expectEqual(`${where}: sum_samples, sum_abs`, [sum, sumAbs], [entry.sum_samples, entry.sum_abs]);
    expectEqual(`${where}: first_noise`, [...sound.subarray(0, entry.first_noise.length)], entry.first_noise);
    compare(frameAt(energies, 0), entry.logmel_frame0);
    compare(frameAt(energies, 40), entry.logmel_frame40);
    // The sum adds up the differences of all values; compare per value.
    const total = energies.data.reduce((partial, value) => partial + value, 0);
    compare([total / energies.data.length], [entry.logmel_sum / energies.data.length]);
  }
  return largest;
}

/** Builds the design of a model, as it is (density 1 keeps a dense model dense), calibrated on the folder's own frames. */
function buildDesign(folder: string, name: string): LoadedDesign {
  const out = join(root, 'build', 'wer', name);
  const config = parseConfig({ name: `digits_${name}`, array: { lanes: 32 }, elemLanes: 8, density: 1 }, 'wer');
  build({ model: join(folder, 'models', `digits-${name}.safetensors`), config, out });
  return loadDesign(out);
}

function dequantize(y: Int16Array, width: number, frac: number): Frames {
  return { frames: y.length / width, width, data: Float64Array.from(y, (v) => v / 2 ** frac) };
}

/** All frames of some utterances in one run, and where each begins. */
function concatenate(utterances: readonly IntegerFrames[]): { input: IntegerFrames; starts: number[] } {
  const width = utterances[0]!.width;
  const frames = utterances.reduce((sum, u) => sum + u.frames, 0);
  const data = new Int16Array(frames * width);
  const starts: number[] = [];
  let at = 0;
  for (const utterance of utterances) {
    starts.push(at);
    data.set(utterance.data, at * width);
    at += utterance.frames;
  }
  return { input: { frames, width, data }, starts };
}

interface Options {
  readonly folder: string;
  readonly models: readonly (typeof MODELS)[number][];
  /** Strings that go through the RTL as well, per simulator. */
  readonly rtl: Readonly<Record<SimulatorName, number>>;
}

/** Prints the comparison; returns whether everything that must hold does. */
async function main({ folder, models, rtl }: Options): Promise<boolean> {
  const strings = readTestStrings(folder);
  const reference = readJson(join(folder, 'hyp-fsdd.json'), hypotheses);
  const { labels: names, blank } = readJson(join(folder, 'models', 'labels.json'), labels);
  const normPath = join(folder, 'models', 'digits.norm.json');
  const norm = parseFeatureNorm(JSON.parse(readFileSync(normPath, 'utf8')), normPath);

  let since = performance.now();
  const seconds = (): string => {
    const elapsed = (performance.now() - since) / 1000;
    since = performance.now();
    return `${elapsed.toFixed(1)} s`;
  };

  const recordings = openRecordings(folder);
  const sounds = new Map(strings.map((entry) => [entry.id, synthesise(entry, recordings)]));
  const difference = checkFeatures(folder, sounds);
  let passed = difference <= FEATURE_TOLERANCE;
  const digits = strings.map((entry) => entry.digits);
  if (digits.join() !== reference.reference.join()) {
    throw new EsegenError('hyp-fsdd.json', 'is not about the strings of test_strings.json');
  }
  const features = [...sounds.values()].map((sound) => speechFeatures(sound, norm));
  const steps = features.reduce((sum, frames) => sum + frames.frames, 0);
  console.log(`features: largest difference ${difference.toExponential(2)} ${passed ? '(ok)' : '(TOO LARGE)'}`);
  console.log(`${strings.length} strings, ${steps} steps of 20 ms, synthesis and features in ${seconds()}`);

  for (const name of models) {
    const loaded = buildDesign(folder, name);
    const { design } = loaded;
    const { formats, dimensions } = design;
    const model = loaded.readModel();
    const { outputLayer } = model;
    if (outputLayer === null) throw new EsegenError(`digits-${name}.safetensors`, 'has no output layer');
    const utterances = features.map((frames) => quantizeFrames(frames, formats));

    /** Prints a row; returns the word error rate and the strings that read differently from the float reference. */
    const evaluate = (engine: string, run: (n: number) => Frames): { percent: number; different: number[] } => {
      const results = strings.map((_, n) =>
        greedyCtc(applyOutputLayer(outputLayer, run(n)), blank)
          .map((label) => names[label]!)
          .join(''),
      );
      const different = results.flatMap((result, n) => (result === reference[name][n] ? [] : [n]));
      const { errors, words, rate } = wordErrors(digits.map((d, n) => ({ reference: d, hypothesis: results[n]! })));
      const same = `${strings.length - different.length}/${strings.length} hypotheses as float reference`;
      console.log(
        `${engine} ${name}: WER ${(100 * rate).toFixed(2)} % (${errors}/${words} digits), ${same}, ${seconds()}`,
      );
      for (const n of different) {
        console.log(`  string ${strings[n]!.id}: ${digits[n]}, float ${reference[name][n]}, ${engine} ${results[n]}`);
      }
      return { percent: 100 * rate, different };
    };

    const lstm = new FloatLstm(model.layer);
    const float = evaluate('float', (n) => lstm.run(features[n]!));
    const golden = evaluate('golden', (n) =>
      dequantize(runGolden(design, singleVoice(utterances[n]!)), dimensions.outputs, formats.yFrac),
    );
    passed &&= float.different.length === 0 && golden.percent <= float.percent + LOSS_LIMIT;

    for (const simulator of SIMULATORS) {
      const chosen = utterances.slice(0, rtl[simulator]);
      if (chosen.length === 0) continue;
      const { input, starts } = concatenate(chosen);
      const run = { simulator, seed: 1, stalls: 0 };
      const { comparedWords, mismatches } = await cosimulate(loaded.dir, design, singleVoice(input, starts), run);
      console.log(
        `RTL ${name} on ${simulator}: ${chosen.length} strings, ${input.frames} steps, ${comparedWords} words compared, ${mismatches} mismatches, ${seconds()}`,
      );
      passed &&= mismatches === 0;
    }
  }
  return passed;
}

const options = await yargs(hideBin(process.argv))
  .usage('$0 <speech folder>')
  .demandCommand(1, 1)
  .option('models', { type: 'string', default: MODELS.join(), describe: 'comma-separated list' })
  .option('verilator', { type: 'number', default: 20, describe: 'strings through the RTL under Verilator' })
  .option('icarus', { type: 'number', default: 3, describe: 'strings through the RTL under Icarus' })
  .strictOptions()
  .parseAsync();

try {
  const models = options.models.split(',').map((name) => {
    const known = MODELS.find((model) => model === name);
    if (known === undefined)
      throw new EsegenError('--models', `unknown model '${name}', known are ${MODELS.join(', ')}`);
    return known;
  });
  const rtl = { verilator: options.verilator, icarus: options.icarus };
  if (!(await main({ folder: String(options._[0]), models, rtl }))) process.exitCode = 1;
} catch (error) {
  // System errors (a missing folder) carry a code; anything else is a fault of this program.
  if (!(error instanceof EsegenError || (error instanceof Error && 'code' in error))) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
