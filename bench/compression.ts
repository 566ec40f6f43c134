/**
 * Word error rate over density, pruning rule, weight and vector bits on the digit strings, load balance, and cycles by rule.
 *
 *     npm run bench:compression -- <speech folder> [--strings 300] [--only balance,tuned,one-shot]
 *
 * Masks are the fine-tuned ones where the folder has them (rule "ese" at 20 and 10 %), and one-shot pruned from the dense model, without
 * any retraining, everywhere else.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { z } from 'zod';
import { measureVectors } from '../src/compiler/calibrate.ts';
import { tilesFor } from '../src/compiler/choose_tiles.ts';
import { compilePruned } from '../src/compiler/compile.ts';
import { type PrunedLayer, pruneLayer, selectWeights } from '../src/compiler/prune/prune_layer.ts';
import { estimateCycles } from '../src/cycles/estimate.ts';
import { readFrameSet, utterancesOf } from '../src/data/frame_sets.ts';
import { createFrames, type Frames } from '../src/data/frames.ts';
import { type Config, ENCODINGS } from '../src/machine/config.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { hardwareModel } from '../src/model/import/hardware_model.ts';
import { readModel } from '../src/model/import/read_model.ts';
import { networkOfTensors, parseSafetensors } from '../src/model/import/safetensors.ts';
import { FloatLstm } from '../src/model/reference/float_lstm.ts';
import type { OutputLayer, StackedLayer } from '../src/model/stacked_layer.ts';
import { greedyCtc, wordErrors } from '../src/speech/ctc.ts';
import { parseFeatureNorm, speechFeatures } from '../src/speech/features.ts';
import { applyOutputLayer } from '../src/speech/output_layer.ts';
import { goldenOutputs } from '../src/verbs/compress/outputs.ts';
import { ESE_SHAPE, eseModel } from './lib/ese_model.ts';
import { laneImbalance } from './lib/lane_load.ts';
import { maskLayer, plainMagnitude } from './lib/plain_magnitude.ts';
import { openRecordings, readTestStrings, synthesise } from './lib/test_strings.ts';

const WEIGHT_BITS = [16, 12, 10, 8, 6];
const VECTOR_BITS = [16, 8];
const ONE_SHOT = [1, 0.2, 0.15, 0.1, 0.05];
/** Widths that are to stay within 0.3 points of the float model. */
const BAR = '12/16';
const labelsSchema = z.object({ labels: z.array(z.string()), blank: z.int().min(0) });

const options = await yargs(hideBin(process.argv))
  .usage('$0 <speech folder>')
  .demandCommand(1, 1)
  .option('strings', { type: 'number', default: 300, describe: 'test strings, from the first on' })
  .option('only', { type: 'string', default: 'balance,tuned,one-shot', describe: 'what to measure' })
  .strictOptions()
  .parseAsync();
const folder = String(options._[0]);
const parts = options.only.split(',');
const modelPath = (name: string) => join(folder, 'models', `${name}.safetensors`);
const configOf = (more: Readonly<Record<string, unknown>>): Config =>
  parseConfig({ array: { lanes: 32 }, ...more }, 'bench');

/** Plain magnitude masks against balanced ones, on layers that the rules prune to the same density. */
function compareCycles(
  name: string,
  layer: StackedLayer,
  density: number,
  more: Readonly<Record<string, unknown>>,
): void {
  const frames = createFrames(1, layer.inputs);
  const values = measureVectors(layer, { frames, utteranceStarts: [0], origin: 'zeros' });
  const cycles = (pruned: PrunedLayer, config: Config) => estimateCycles(compilePruned(pruned, config, values).design);
  const dense = configOf(more);
  const whole = cycles(selectWeights(layer, dense), dense).cyclesPerFrame;
  console.log(
    `\n${name}, ${100 * density} %, 32 lanes, ${JSON.stringify(more)}: dense ${whole.toFixed(0)} cycles a frame`,
  );
  const base = configOf({ ...more, density });
  const plain = plainMagnitude(layer, base);
  const rows: [string, PrunedLayer, Config][] = [
    [
      'plain magnitude',
      { layer: maskLayer(layer, plain), pruned: true, masks: plain, tiles: tilesFor(layer, base) },
      base,
    ],
    ...ENCODINGS.map((encoding): [string, PrunedLayer, Config] => {
      const config = configOf({ ...more, density, encoding });
      return [encoding, selectWeights(layer, config), config];
    }),
  ];
  for (const [rule, pruned, config] of rows) {
    const { cyclesPerFrame } = cycles(pruned, config);
    const imbalance = laneImbalance(layer, pruned.masks, config);
    console.log(
      `  ${rule.padEnd(18)} imbalance ${imbalance.toFixed(3)}, ${cyclesPerFrame.toFixed(0)} cycles, ${(whole / cyclesPerFrame).toFixed(2)} x dense`,
    );
  }
}

function balance(): void {
  const given = readModel(modelPath('unbalanced-p10')).layer;
  const own = pruneLayer(given, configOf({}));
  console.log(`unbalanced-p10 as trained: imbalance ${laneImbalance(given, own.masks, configOf({})).toFixed(3)}`);
  const dense = readModel(modelPath('digits-dense')).layer;
  const { tensors } = parseSafetensors(eseModel(2017), 'ese');
  const ese = hardwareModel('ese', networkOfTensors('ese', tensors)).layer;
  for (const settings of [{}, { indexBits: 5, fifoDepth: 32 }]) {
    compareCycles('digits', dense, 0.1, settings);
    compareCycles(`ESE's layer ${Object.values(ESE_SHAPE).join('-')}, normal weights`, ese, 0.1, settings);
  }
}

/** Features of the strings one after the other, with their words. */
function readStrings() {
  const strings = readTestStrings(folder).slice(0, options.strings);
  const recordings = openRecordings(folder);
  const normPath = join(folder, 'models', 'digits.norm.json');
  const norm = parseFeatureNorm(JSON.parse(readFileSync(normPath, 'utf8')), normPath);
  const features = strings.map((entry) => speechFeatures(synthesise(entry, recordings), norm));
  const frames = createFrames(
    features.reduce((sum, part) => sum + part.frames, 0),
    features[0]!.width,
  );
  const utteranceStarts: number[] = [];
  let at = 0;
  for (const part of features) {
    utteranceStarts.push(at);
    frames.data.set(part.data, at * frames.width);
    at += part.frames;
  }
  return { set: { frames, utteranceStarts, origin: 'test strings' }, digits: strings.map((entry) => entry.digits) };
}

function wordErrorRates({ set, digits }: ReturnType<typeof readStrings>, tuned: boolean): void {
  const calibration = readFrameSet(join(folder, 'models', 'calibration.npy'), set.frames.width);
  const labelsPath = join(folder, 'models', 'labels.json');
  const { labels, blank } = labelsSchema.parse(JSON.parse(readFileSync(labelsPath, 'utf8')));
  const errorsOf = (outputLayer: OutputLayer, y: Frames): number => {
    const hypotheses = utterancesOf({ ...set, frames: y }).map((frames) =>
      greedyCtc(applyOutputLayer(outputLayer, frames), blank)
        .map((label) => labels[label]!)
        .join(''),
    );
    return wordErrors(digits.map((reference, n) => ({ reference, hypothesis: hypotheses[n]! }))).errors;
  };
  const words = digits.reduce((sum, text) => sum + text.length, 0);
  console.log(`\nWord error rate, %, over ${digits.length} strings (${words} digits), golden model\n`);
  const head = VECTOR_BITS.flatMap((vector) => WEIGHT_BITS.map((weight) => `${weight}/${vector}`));
  console.log(`| masks | float | ${head.join(' | ')} | ${BAR} less float |\n|---|${'---:|'.repeat(head.length + 2)}`);
  const percent = (errors: number) => ((100 * errors) / words).toFixed(2);
  const row = (name: string, outputLayer: OutputLayer, pruned: PrunedLayer, config: Config) => {
    const values = measureVectors(pruned.layer, calibration);
    const float = errorsOf(
      outputLayer,
      new FloatLstm(pruned.layer).run(set.frames, { utteranceStarts: set.utteranceStarts }),
    );
    const errors: number[] = [];
    for (const vectorBits of VECTOR_BITS) {
      for (const weightBits of WEIGHT_BITS) {
        const { design } = compilePruned(pruned, { ...config, weightBits, vectorBits }, values);
        errors.push(errorsOf(outputLayer, goldenOutputs(design, set)));
      }
    }
    const difference = percent(errors[head.indexOf(BAR)]! - float);
    console.log(`| ${name} | ${[float, ...errors].map(percent).join(' | ')} | ${difference} |`);
  };
  const trained = [
    ['digits-p10', '10 %, ese, fine-tuned'],
    ['digits-p20', '20 %, ese, fine-tuned'],
  ] as const;
  for (const [name, title] of tuned ? trained : []) {
    const model = readModel(modelPath(name));
    row(title, model.outputLayer!, pruneLayer(model.layer, configOf({})), configOf({}));
  }
  const dense = readModel(modelPath('digits-dense'));
  for (const density of tuned ? [] : ONE_SHOT) {
    for (const encoding of density === 1 ? ENCODINGS.slice(0, 1) : ENCODINGS) {
      const config = configOf({ density, encoding });
      row(`${100 * density} %, ${encoding}, one-shot`, dense.outputLayer!, selectWeights(dense.layer, config), config);
    }
  }
}

if (parts.includes('balance')) balance();
if (parts.includes('tuned') || parts.includes('one-shot')) {
  const strings = readStrings();
  if (parts.includes('tuned')) wordErrorRates(strings, true);
  if (parts.includes('one-shot')) wordErrorRates(strings, false);
}
