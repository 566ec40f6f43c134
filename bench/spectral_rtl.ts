/**
 * Block-circulant layers through their RTL under Verilator: every word is compared with the golden model, every frame's cycle with the cycle model. ESE's layer with
 * blocks of 8 and of 16 and a GRU 153 → 1024 with blocks of 16, seeded weights; of a speech folder, strings of digits by networks that were trained toward blocks.
 *
 *     npm run bench:spectral-rtl -- [speech folder] [--strings 20] [--steps 8] [--only ese-k16]
 *
 * The speech folder holds test_strings.json, recordings/, models/ and models/net/; without it the digits are left out.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { GraphBuilder } from '../fixtures/graph_builder.ts';
import { withNetworkDir } from '../fixtures/network_dir.ts';
import { randomGru } from '../fixtures/random_weights.ts';
import { cosimulateNetwork } from '../sim-verilator/network_cosim.ts';
import { compileNetwork } from '../src/compiler/pipeline.ts';
import { projectGraph } from '../src/compiler/prune/circulant.ts';
import { estimateNetworkCycles } from '../src/cycles/network/estimate.ts';
import { networkCycles } from '../src/cycles/network/network_cycles.ts';
import { randomCalibration } from '../src/data/calibration_set.ts';
import type { Frames } from '../src/data/frames.ts';
import type { Config } from '../src/machine/config.ts';
import { readConfig } from '../src/machine/config_file.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import type { Graph } from '../src/model/graph.ts';
import { importModel } from '../src/model/import/read_model.ts';
import { networkDesign } from '../src/program/network_design.ts';
import { quantize } from '../src/util/fixed.ts';
import { Rng } from '../src/util/rng.ts';
import { writeFiles } from '../src/util/write_files.ts';
import { asInput, readDigitTask } from './lib/digit_task.ts';
import { eseModel } from './lib/ese_model.ts';

const SEED = 2017;

const options = await yargs(hideBin(process.argv))
  .usage('$0 [speech folder]')
  .option('strings', { type: 'number', default: 20, describe: 'test strings, the first of the list' })
  .option('steps', { type: 'number', default: 8, describe: 'frames of a layer with seeded weights' })
  .option('only', { type: 'string', describe: 'one of the networks' })
  .demandCommand(0, 1)
  .strictOptions()
  .parseAsync();

function configOf(name: string): Config {
  return readConfig(fileURLToPath(new URL(`../configs/${name}.json`, import.meta.url)));
}

/** ESE's layer, every matrix block-circulant. */
function eseGraph(block: number): Graph {
  const work = fileURLToPath(new URL('../build/spectral-rtl', import.meta.url));
  mkdirSync(work, { recursive: true });
  const path = join(work, 'ese.safetensors');
  writeFiles(new Map([[path, eseModel(SEED)]]));
  return projectGraph(importModel(path).graph, () => block).graph;
}

function gruGraph(block: number): Graph {
  const builder = new GraphBuilder();
  const gru = randomGru(new Rng(SEED), { inputs: 153, cells: 1024, reverse: false });
  builder.output(builder.node({ ...gru, resetAfter: true, initial: null }, [builder.input([153])]));
  return projectGraph(builder.build(), () => block).graph;
}

/** Runs utterances of one voice; returns the mismatches. */
async function measure(name: string, graph: Graph, config: Config, calibration: Frames[], given: Frames[]) {
  if (options.only !== undefined && options.only !== name) return 0;
  const [input] = graph.inputs;
  const { tensor } = input!;
  const utterances = calibration.map((frames) => new Map([[tensor, frames]]));
  const { program, quantized } = compileNetwork(graph, config, utterances);
  const design = networkDesign(program, config);
  const { frac, bits } = quantized.formats.get(tensor)!;
  const inputs = given.map(
    ({ data }) => new Map([[input!.name, Int16Array.from(data, (x) => quantize(x, frac, bits))]]),
  );
  const { cycles } = estimateNetworkCycles(design)!;
  const { mismatches, comparedWords, stats } = await withNetworkDir(design, (dir) =>
    cosimulateNetwork(dir, design, inputs, { simulator: 'verilator', seed: 1, stalls: 0 }),
  );
  // One voice: a batch is a frame.
  const batches = given.flatMap(({ frames }) => new Array<boolean[]>(frames).fill([true]));
  const expected = networkCycles(design, { batches }).filter(({ last }) => last);
  const others = stats.filter(({ cycle }, at) => cycle !== expected[at]!.cycle).length;
  const step = ((stats.at(-1)!.cycle - stats[0]!.cycle) / (stats.length - 1)).toFixed(1);
  console.log(
    `${name}: ${stats.length} frames, ${step} cycles a frame (model in steady state ${cycles}); ` +
      `${comparedWords} words compared, ${mismatches} mismatches; ${others} frames in other cycles than the model's`,
  );
  return mismatches + others;
}

/** Networks of the folder models/net, by their configs. */
function digitNetworks(): [string, Config][] {
  const array = { array: { lanes: 32 }, elemLanes: 16, fifoDepth: 32 };
  const lstmp = parseConfig({ name: 'digits', ...array, weightBits: 12, indexBits: 0, vectorBits: 16 }, 'bench');
  return [
    ['lstmp-c8', lstmp],
    ['lstmp-c16', lstmp],
    ['gru2-c8', configOf('circulant-gru2')],
  ];
}

const { frames } = randomCalibration(153);
const few: Frames = { ...frames, frames: options.steps, data: frames.data.subarray(0, options.steps * frames.width) };
let wrong = 0;
for (const [name, graph, config] of [
  ['ese-k16', () => eseGraph(16), 'circulant-ese-k16'],
  ['ese-k8', () => eseGraph(8), 'circulant-ese-k8'],
  ['gru-k16', () => gruGraph(16), 'circulant-ese-k16'],
] as const) {
  if (options.only !== undefined && options.only !== name) continue;
  wrong += await measure(name, graph(), configOf(config), [frames], [few]);
}
const [folder] = options._;
if (folder !== undefined) {
  const task = readDigitTask(String(folder), options.strings, null);
  for (const [name, config] of digitNetworks()) {
    const { graph } = importModel(join(String(folder), 'models', 'net', `${name}.safetensors`));
    const [calibration, given] = [task.calibration, task.features].map((all) => all.map((own) => asInput(own, graph)));
    wrong += await measure(name, graph, config, calibration!, given!);
  }
}
if (wrong > 0) process.exitCode = 1;
