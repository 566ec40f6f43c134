/**
 * Networks at work through their RTL under Verilator, every word compared with the golden model: strings of digits by ds2-p15, and
 * speech in noise by Silero VAD.
 *
 *     npm run bench:network-rtl -- <speech folder> [--strings 20] [--seconds 30] [--model silero_vad.onnx]
 *
 * The speech folder holds test_strings.json, recordings/ and models/. Nought strings or seconds leave that part out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { buildDetector, detect, publicModel } from '../examples/vad/detector.ts';
import { speechSegments } from '../examples/vad/segments.ts';
import { elementsOf } from '../src/model/graph.ts';
import { greedyCtc, wordErrors } from '../src/speech/ctc.ts';
import { featureSteps, speechFeatures } from '../src/speech/features.ts';
import { buildModel } from '../src/verbs/build_network.ts';
import { openDesign } from '../src/verbs/opened/open_design.ts';
import { joinedSpeech } from './lib/joined_speech.ts';
import { openRecordings, readTestStrings, synthesise } from './lib/test_strings.ts';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
/** Noise, in parts of full scale: of a quiet room. */
const QUIET = 0.0005;

const options = await yargs(hideBin(process.argv))
  .usage('$0 <speech folder>')
  .demandCommand(1, 1)
  .option('strings', { type: 'number', default: 20, describe: 'test strings, the first of the list' })
  .option('seconds', { type: 'number', default: 30, describe: 'seconds of joined speech' })
  .option('model', { type: 'string', describe: 'Silero VAD (.onnx); default: the copy in @ricky0123/vad-web' })
  .strictOptions()
  .parseAsync();
const speech = String(options._[0]);
const recordings = openRecordings(speech);
const report = { progress: (what: string) => console.log(`  ${what}`) };

/** Strings of digits: convolutions, bidirectional LSTM and output layer in RTL. */
async function strings(work: string): Promise<number> {
  const out = join(work, 'deepspeech');
  buildModel({
    model: join(EXAMPLES, 'networks', 'ds2-p15.safetensors'),
    config: join(EXAMPLES, 'deepspeech', 'config.json'),
    calibrate: join(EXAMPLES, 'deepspeech', 'calibration.npy'),
    out,
  });
  const design = openDesign(out);
  const [norm, labels] = [design.readNorm()!, design.readLabels()!];
  const { inputs, outputs, tensors } = design.graph;
  const { tensor } = inputs[0]!;
  const chosen = readTestStrings(speech).slice(0, options.strings);
  const before = chosen.map((entry) => {
    const features = speechFeatures(synthesise(entry, recordings), norm);
    return design.before(new Map([[tensor, featureSteps(features, elementsOf(tensors.get(tensor)!))!]]));
  });
  const start = performance.now();
  const run = await design.cosimulate(before, { seed: 1, stalls: 0, ...report });
  const { errors, words } = wordErrors(
    chosen.map(({ digits }, n) => {
      const logits = design.behind(before[n]!, run.rtl[n]!).get(outputs[0]!.tensor)!;
      const hypothesis = greedyCtc(logits, labels.blank).map((label) => labels.labels[label]!);
      return { reference: [...digits], hypothesis };
    }),
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `ds2-p15, ${chosen.length} strings: ${run.frames} frames, ${run.cycles} cycles, ${run.cyclesPerFrame.toFixed(1)} a frame (ideal ${run.idealCyclesPerFrame.toFixed(1)}); ` +
      `${errors} errors in ${words} digits; ${run.comparedWords} words compared, ${run.mismatches} mismatches; ${seconds} s`,
  );
  return run.mismatches;
}

/** Speech in noise: all of Silero VAD behind its spectrum in RTL. */
async function voices(work: string): Promise<number> {
  const out = join(work, 'vad');
  const training = joinedSpeech(speech, recordings, 'train', 30, QUIET, 100);
  const config = join(EXAMPLES, 'vad', 'config.json');
  buildDetector(options.model ?? publicModel(), config, training, out);
  const sound = joinedSpeech(speech, recordings, 'test', options.seconds, QUIET, 1);
  const start = performance.now();
  const found = await detect(out, sound, report);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const { probabilities, step, cycles, cyclesPerFrame, comparedWords, mismatches } = found;
  const spoken = speechSegments(probabilities, step).reduce((sum, { from, to }) => sum + to - from, 0);
  console.log(
    `Silero VAD, ${options.seconds} s: ${probabilities.length} steps, ${cycles} cycles, ${cyclesPerFrame.toFixed(1)} a step; ` +
      `${spoken.toFixed(1)} s of speech; ${comparedWords} words compared, ${mismatches} mismatches; ${seconds} s`,
  );
  return mismatches;
}

const work = mkdtempSync(join(tmpdir(), 'esegen-bench-'));
try {
  let mismatches = 0;
  if (options.strings > 0) mismatches += await strings(work);
  if (options.seconds > 0) mismatches += await voices(work);
  if (mismatches > 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
