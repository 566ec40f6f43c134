/**
 * The trained networks of the speech folder in the float reference: logits against those of PyTorch in double precision, and
 * hypotheses of all 300 strings against those of the reference.
 *
 *     npm run bench:networks-float -- <speech folder> [--models gru2-p15,ds2-p15] [--strings 300]
 *
 * The speech folder holds test_strings.json, recordings/, models/ and models/net/.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { z } from 'zod';
import type { Frames } from '../src/data/frames.ts';
import { elementsOf, type Graph } from '../src/model/graph.ts';
import { importModel } from '../src/model/import/read_model.ts';
import { FloatNetwork } from '../src/model/reference/float_network.ts';
import { greedyCtc, wordErrors } from '../src/speech/ctc.ts';
import { parseFeatureNorm, STACK, speechFeatures } from '../src/speech/features.ts';
import { EsegenError } from '../src/util/errors.ts';
import { readNpy } from '../src/util/npy.ts';
import { readArray } from '../src/verbs/run/array_reading.ts';
import { openRecordings, readTestStrings, synthesise } from './lib/test_strings.ts';

const LIMIT = 1e-9;
const BLANK = 10;
const MODELS = [
  ...['lstmp-dense', 'lstmp-p20', 'lstmp-p15', 'lstmp-p10', 'lstmp-p05', 'lstmp-c8', 'lstmp-c16'],
  ...['lstmp3-dense', 'lstmp3-p18', 'gru2-dense', 'gru2-p15', 'gru2-c8', 'ds2-dense', 'ds2-p15', 'ds2-unseen-p15'],
];
const LAYERS = fileURLToPath(new URL('../examples/networks/ds2-p15.layers.json', import.meta.url));
const reference = z.record(z.string(), z.object({ errors: z.int(), hypotheses: z.array(z.string()) }));

/** Stacked frames as the network takes them: side by side, or one frame of all bands a step. */
function asInput(frames: Frames, graph: Graph): Frames {
  const width = elementsOf(graph.tensors.get(graph.inputs[0]!.tensor)!);
  return width === frames.width ? frames : { frames: frames.frames * STACK, width, data: frames.data };
}

function logitsOf(network: FloatNetwork, x: Frames): Frames {
  const { inputs, outputs } = network.graph;
  return network.run(new Map([[inputs[0]!.tensor, x]])).outputs.get(outputs[0]!.tensor)!;
}

/** Largest difference from the logits of PyTorch over the strings 0 and 1. */
function checkLogits(network: FloatNetwork, net: string, name: string): number {
  const family = ['lstmp3-dense', 'lstmp-dense', 'gru2-dense', 'ds2-dense'].find((first) =>
    name.startsWith(first.split('-')[0]!),
  );
  const [port] = network.graph.inputs;
  let largest = 0;
  for (const string of [0, 1]) {
    const path = join(net, `${family}.x${string}.npy`);
    const { voices } = readArray(path, readNpy(path), port!, network.graph.tensors.get(port!.tensor)!);
    const y = logitsOf(network, voices[0]!);
    const expected = readNpy(join(net, `${name}.y${string}.npy`)).data;
    if (expected.length !== y.data.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs(y.data[i]! - expected[i]!);
      // Not Math.max: a NaN must not pass.
      if (!(difference <= largest)) largest = difference;
    }
  }
  return largest;
}

function main(folder: string, models: readonly string[], most: number): boolean {
  const net = join(folder, 'models', 'net');
  const strings = readTestStrings(folder).slice(0, most);
  const expected = reference.parse(JSON.parse(readFileSync(join(net, 'hypotheses.json'), 'utf8')));
  const normPath = join(folder, 'models', 'digits.norm.json');
  const norm = parseFeatureNorm(JSON.parse(readFileSync(normPath, 'utf8')), normPath);
  const recordings = openRecordings(folder);
  const features = strings.map((entry) => speechFeatures(synthesise(entry, recordings), norm));
  let failed = false;
  for (const name of models) {
    const path = join(net, `${name}.safetensors`);
    if (!existsSync(path)) throw new EsegenError(path, 'does not exist');
    const network = new FloatNetwork(importModel(path, name.startsWith('ds2') ? { layers: LAYERS } : {}).graph);
    const largest = checkLogits(network, net, name);
    const since = performance.now();
    const pairs = features.map((frames, n) => ({
      reference: strings[n]!.digits,
      hypothesis: greedyCtc(logitsOf(network, asInput(frames, network.graph)), BLANK).join(''),
    }));
    const seconds = (performance.now() - since) / 1000;
    const unlike = pairs.filter(({ hypothesis }, n) => hypothesis !== expected[name]!.hypotheses[n]).length;
    const { errors, words } = wordErrors(pairs);
    failed ||= !(largest <= LIMIT) || unlike > 0;
    const logits = `logits within ${largest.toExponential(1)}`;
    console.log(
      `${name}: ${logits}, ${unlike} of ${pairs.length} hypotheses unlike, ${errors} errors of ${words}, ${seconds.toFixed(1)} s`,
    );
  }
  return !failed;
}

const options = await yargs(hideBin(process.argv))
  .usage('$0 <speech folder>')
  .demandCommand(1, 1)
  .option('models', { type: 'string', default: MODELS.join(), describe: 'comma-separated list' })
  .option('strings', { type: 'number', default: 300, describe: 'how many of the strings' })
  .strictOptions()
  .parseAsync();
process.exitCode = main(String(options._[0]), options.models.split(','), options.strings) ? 0 : 1;
