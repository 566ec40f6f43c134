/**
 * Dense, sparse and block-circulant layers side by side on one array: stored words and bits, cycles of a step (cycle model), look-up tables and DSP blocks
 * (resource model), errors. ESE's layer with seeded weights, and the digits task with trained ones.
 *
 *     npm run bench:structures -- [speech folder] [--strings 300]
 *
 * The speech folder holds test_strings.json, recordings/, models/ and models/net/; without it the digits are left out.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { formatBits, formatCount, formatShare, formatTable } from '../src/cli/table.ts';
import { projectGraph } from '../src/compiler/prune/circulant.ts';
import { isRecurrent } from '../src/compiler/prune/config_density.ts';
import { pruneRecurrent } from '../src/compiler/prune/prune_graph.ts';
import { randomCalibration } from '../src/data/calibration_set.ts';
import type { Frames } from '../src/data/frames.ts';
import { SignalNoise } from '../src/data/signal_noise.ts';
import { GoldenNetwork } from '../src/golden/network.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import type { Graph } from '../src/model/graph.ts';
import { importModel } from '../src/model/import/read_model.ts';
import { FloatNetwork } from '../src/model/reference/float_network.ts';
import { quantize } from '../src/util/fixed.ts';
import { writeFiles } from '../src/util/write_files.ts';
import { asInput, readDigitTask } from './lib/digit_task.ts';
import { eseModel } from './lib/ese_model.ts';
import { measureStructure, type StructureFigures, type StructurePoint } from './lib/structure_points.ts';

const SEED = 2017;
const SPARSE = 0.1;
const BLOCKS = [8, 16];
/** Index of a sparse word; dense and block-circulant ones have none. */
const INDEX_BITS = 4;
const WIDTHS = { weightBits: 12, vectorBits: 16 };
/** 1,024 multipliers for one voice, lanes in step: masks are balanced by column. */
const ESE_ARRAY = {
  ...{ array: { groups: 16, lanes: 64 }, elemLanes: 64, outputBeat: 8, inputBeat: 8, fifoDepth: 8 },
  ...{ activationQueue: 'group', part: 'xcku115-flvb2104-2-e' },
};
/** 32 multipliers. */
const DIGITS_ARRAY = { array: { lanes: 32 }, elemLanes: 16, fifoDepth: 32, part: 'xc7a200t-fbg676-2' };
/** Cycles at 200 MHz of the papers' microseconds (DESIGN of E-RNN and C-LSTM: a frame from in to out, and a frame where three voices are interleaved). */
const PUBLISHED = [
  ['E-RNN, blocks of 8', '2,740', '864'],
  ['E-RNN, blocks of 16', '1,480', '466'],
  ['C-LSTM, blocks of 8', '3,340', '1,113'],
  ['C-LSTM, blocks of 16', '1,820', '606'],
  ['ESE, 11.2 %, 32 voices at a time', '16,540', '517'],
];

const options = await yargs(hideBin(process.argv))
  .usage('$0 [speech folder]')
  .option('strings', { type: 'number', default: 300, describe: 'test strings, the first of the list' })
  .demandCommand(0, 1)
  .strictOptions()
  .parseAsync();

/** Outputs of the golden model of a point, as reals. */
function goldenOutputs({ quantized, program }: StructureFigures['compiled'], inputs: readonly Frames[]): Frames[] {
  const golden = new GoldenNetwork(program);
  const [input, output] = [quantized.inputs[0]!, quantized.outputs[0]!];
  const [given, made] = [input, output].map(({ tensor }) => quantized.formats.get(tensor)!);
  return inputs.map((frames) => {
    const integers = Int16Array.from(frames.data, (value) => quantize(value, given!.frac, given!.bits));
    const y = golden.run(new Map([[input.name, integers]])).outputs.get(output.name)!;
    const width = y.length / frames.frames;
    return { frames: frames.frames, width, data: Float64Array.from(y, (value) => value / 2 ** made!.frac) };
  });
}

function floatOutputs(graph: Graph, inputs: readonly Frames[]): Frames[] {
  const float = new FloatNetwork(graph);
  const [input, output] = [graph.inputs[0]!.tensor, graph.outputs[0]!.tensor];
  return inputs.map((frames) => float.run(new Map([[input, frames]])).outputs.get(output)!);
}

function sqnrOf(exact: readonly Frames[], made: readonly Frames[]): string {
  const noise = new SignalNoise();
  for (const [n, { data }] of exact.entries()) noise.add(data, made[n]!.data);
  return noise.db === null ? 'exact' : `${noise.db.toFixed(1)} dB`;
}

const HEAD = ['structure', 'words', 'stored', 'of dense', 'cycles', 'LUT', 'DSP', 'BRAM36', 'of transforms', 'part'];

function lineOf({ name, config }: StructurePoint, own: StructureFigures, dense: StructureFigures): string[] {
  const { words, bits, cycles, resources, transforms, fits } = own;
  return [
    name,
    formatCount(words),
    formatBits(bits),
    formatShare(bits / dense.bits),
    formatCount(Math.round(cycles)),
    formatCount(Math.round(resources.lut)),
    formatCount(Math.round(resources.dsp)),
    formatCount(resources.bram),
    transforms.dsp === 0 ? '' : `${formatCount(Math.round(transforms.lut))} LUT, ${transforms.dsp} DSP`,
    `${fits ?? 'unknown'}: ${config.part.split('-')[0]}`,
  ];
}

function configOf(name: string, array: object, indexBits: number) {
  return parseConfig({ name, ...array, ...WIDTHS, indexBits, encoding: 'column-balanced' }, 'bench');
}

/** Graphs with each structure, of one that is dense. */
function structured(dense: Graph, array: object): StructurePoint[] {
  const config = configOf('structures', array, 0);
  const sparse = configOf('structures', array, INDEX_BITS);
  return [
    { name: 'dense', graph: dense, config },
    { name: formatShare(SPARSE), graph: pruneRecurrent(dense, sparse, SPARSE), config: sparse },
    ...BLOCKS.map((block) => ({
      name: `blocks of ${block}`,
      graph: projectGraph(dense, ({ layer }) => (isRecurrent(layer) ? block : null)).graph,
      config,
    })),
  ];
}

function eseLayer(): void {
  const work = fileURLToPath(new URL('../build/structures', import.meta.url));
  mkdirSync(work, { recursive: true });
  const path = join(work, 'ese.safetensors');
  writeFiles(new Map([[path, eseModel(SEED)]]));
  const { graph } = importModel(path);
  const { frames } = randomCalibration(153);
  const utterances = [new Map([[graph.inputs[0]!.tensor, frames]])];
  let dense: StructureFigures | null = null;
  const lines = structured(graph, ESE_ARRAY).map((point) => {
    const own = measureStructure(point, utterances);
    dense ??= own;
    const sqnr = sqnrOf(floatOutputs(point.graph, [frames]), goldenOutputs(own.compiled, [frames]));
    return [...lineOf(point, own, dense), sqnr];
  });
  console.log(
    '153 → 1024 → 512 with peepholes, seeded weights, one voice, 1 x 16 x 64 in step, 12-bit weights, 16-bit vectors, on chip\n',
  );
  console.log(formatTable([[...HEAD, 'SQNR of fixed point'], ...lines]));
  console.log('Published for this layer, at 200 MHz: cycles of the microseconds in the papers\n');
  console.log(formatTable([['', 'a frame', 'a frame with several voices'], ...PUBLISHED]));
}

/** Networks of the folder models/net: an LSTMP layer 80 → 256 → 128 and an output layer, trained toward each structure. */
const TRAINED = [
  ['dense', 'lstmp-dense', 0],
  ['10 %', 'lstmp-p10', INDEX_BITS],
  ['blocks of 8', 'lstmp-c8', 0],
  ['blocks of 16', 'lstmp-c16', 0],
] as const;

function digits(folder: string): void {
  const task = readDigitTask(folder, options.strings, null);
  let dense: StructureFigures | null = null;
  const lines = TRAINED.map(([name, file, indexBits]) => {
    const { graph } = importModel(join(folder, 'models', 'net', `${file}.safetensors`));
    const utterances = task.calibration.map((own) => new Map([[graph.inputs[0]!.tensor, asInput(own, graph)]]));
    const point = { name: `${name} (${file})`, graph, config: configOf('digits', DIGITS_ARRAY, indexBits) };
    const own = measureStructure(point, utterances);
    dense ??= own;
    const inputs = task.features.map((frames) => asInput(frames, graph));
    const [exact, made] = [floatOutputs(graph, inputs), goldenOutputs(own.compiled, inputs)];
    const errors = [exact, made].map((outputs) => String(task.errorsOf(outputs.map(task.read))));
    return [...lineOf(point, own, dense), sqnrOf(exact, made), ...errors];
  });
  const { length } = task.features;
  console.log(`Digits, ${length} strings, LSTMP 80 → 256 → 128 and an output layer, 1 x 1 x 32, the same widths\n`);
  console.log(formatTable([[...HEAD, 'SQNR of the logits', 'errors, float', 'golden'], ...lines]));
}

eseLayer();
const [folder] = options._;
if (folder !== undefined) digits(String(folder));
