/**
 * Word errors of networks on the 300 test strings, in double precision and in the golden model's integers, and the SQNR of what
 * each layer hands on.
 *
 *     npm run bench:network-wer -- <speech folder> [--models gru2-p15,ds2-p15] [--weight-bits 12] [--conv-bits 12] [--strings 300]
 *         [--speakers lucas,theo]
 *
 * The speech folder holds test_strings.json, recordings/, models/ and models/net/. The figures say how far hardware and float
 * agree, not how well strangers are understood (see bench/wer.ts).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { z } from 'zod';
import { compileNetwork } from '../src/compiler/pipeline.ts';
import { GoldenNetwork } from '../src/golden/network.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { importModel } from '../src/model/import/read_model.ts';
import { FloatNetwork } from '../src/model/reference/float_network.ts';
import { EsegenError } from '../src/util/errors.ts';
import { quantize } from '../src/util/fixed.ts';
import { asInput, readChecked, readDigitTask } from './lib/digit_task.ts';

/** Networks of the folder `models/net`; each is a `.safetensors` or `.onnx` file. */
const MODELS = [
  ...['lstmp-dense', 'lstmp-p20', 'lstmp-p15', 'lstmp-p10', 'lstmp-p05', 'lstmp-c8', 'lstmp-c16'],
  ...['lstmp3-dense', 'lstmp3-p18', 'gru2-dense', 'gru2-p15', 'gru2-c8', 'ds2-dense', 'ds2-p15', 'ds2-unseen-p15'],
];

const DS2_LAYERS = fileURLToPath(new URL('../examples/networks/ds2-p15.layers.json', import.meta.url));

const reference = z.record(z.string(), z.object({ errors: z.int(), hypotheses: z.array(z.string()) }));
interface Options {
  readonly folder: string;
  readonly models: readonly string[];
  readonly weightBits: number;
  readonly vectorBits: number;
  readonly convBits: number;
  readonly strings: number;
  /** null: all. */
  readonly speakers: readonly string[] | null;
}

function modelPath(folder: string, name: string): string {
  const stem = join(folder, 'models', 'net', name);
  const found = ['.safetensors', '.onnx'].map((suffix) => stem + suffix).find((path) => existsSync(path));
  if (found === undefined) throw new EsegenError(stem, 'there is no .safetensors or .onnx file of this name');
  return found;
}

async function main({
  folder,
  models,
  weightBits,
  vectorBits,
  convBits,
  strings: most,
  speakers,
}: Options): Promise<void> {
  const { numbers, features, calibration, read, errorsOf } = readDigitTask(folder, most, speakers);
  const expected = readChecked(join(folder, 'models', 'net', 'hypotheses.json'), reference);

  for (const name of models) {
    // Names do not say how DeepSpeech2's modules are connected.
    const layers = name.startsWith('ds2') ? DS2_LAYERS : undefined;
    const { graph } = importModel(modelPath(folder, name), { layers });
    const input = graph.inputs[0]!.tensor;
    const output = graph.outputs[0]!.tensor;
    const utterances = calibration.map((frames) => new Map([[input, asInput(frames, graph)]]));
    const convs = graph.nodes.filter(({ layer }) => layer.kind === 'conv').map(({ id }) => id);
    const widths = Object.fromEntries(convs.map((id) => [id, { weightBits: convBits }]));
    const config = parseConfig({ array: { lanes: 32 }, weightBits, vectorBits, layers: widths }, 'bench');
    const { quantized, program, report } = compileNetwork(graph, config, utterances, { largestBlock: 64 });
    for (const warning of report.warnings) console.log(`  ${warning}`);
    const golden = new GoldenNetwork(program);
    const float = new FloatNetwork(graph);
    const [inFormat, outFormat] = [quantized.inputs[0]!, quantized.outputs[0]!].map(
      ({ tensor }) => quantized.formats.get(tensor)!,
    );
    const floatRead: string[] = [];
    const goldenRead: string[] = [];
    let [signal, noise] = [0, 0];
    const since = performance.now();
    for (const frames of features) {
      const given = asInput(frames, graph);
      const exact = float.run(new Map([[input, given]])).outputs.get(output)!;
      const integers = Int16Array.from(given.data, (value) => quantize(value, inFormat!.frac, inFormat!.bits));
      const made = golden
        .run(new Map([[quantized.inputs[0]!.name, integers]]))
        .outputs.get(quantized.outputs[0]!.name)!;
      const data = Float64Array.from(made, (value) => value / 2 ** outFormat!.frac);
      for (let n = 0; n < data.length; n++) {
        signal += exact.data[n]! ** 2;
        noise += (data[n]! - exact.data[n]!) ** 2;
      }
      floatRead.push(read(exact));
      goldenRead.push(read({ ...exact, data }));
    }
    const seconds = (performance.now() - since) / 1000;
    const known = expected[name]?.hypotheses;
    const differ = floatRead.filter((text, n) => known !== undefined && text !== known[numbers[n]!]).length;
    const moved = goldenRead.filter((text, n) => text !== floatRead[n]).length;
    const [floatErrors, goldenErrors] = [errorsOf(floatRead), errorsOf(goldenRead)];
    const speed = (golden.macs / seconds / 1e6).toFixed(0);
    console.log(
      `${name}: float ${floatErrors} errors (${differ} unlike hypotheses.json), golden ${goldenErrors} (${moved} strings differ), ` +
        `SQNR of the logits ${(10 * Math.log10(signal / noise)).toFixed(1)} dB, ${weightBits}-bit weights, ${convBits} in convolutions, ${vectorBits}-bit vectors, ${seconds.toFixed(0)} s, ${speed} M MAC/s with float`,
    );
  }
}

const options = await yargs(hideBin(process.argv))
  .usage('$0 <speech folder>')
  .demandCommand(1, 1)
  .option('models', { type: 'string', default: MODELS.join(), describe: 'comma-separated list' })
  .option('weight-bits', { type: 'number', default: 12 })
  .option('vector-bits', { type: 'number', default: 16 })
  .option('conv-bits', { type: 'number', default: 12, describe: 'bits of the weights of convolutions' })
  .option('speakers', { type: 'string', describe: 'only strings of these speakers' })
  .option('strings', { type: 'number', default: 300, describe: 'how many of the strings' })
  .strictOptions()
  .parseAsync();

try {
  const { weightBits, vectorBits, convBits, strings, speakers } = options;
  await main({
    folder: String(options._[0]),
    models: options.models.split(','),
    weightBits,
    vectorBits,
    convBits,
    strings,
    speakers: speakers?.split(',') ?? null,
  });
} catch (error) {
  if (!(error instanceof EsegenError || (error instanceof Error && 'code' in error))) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
