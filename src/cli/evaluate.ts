import { parseConfig } from '../machine/read_config.ts';
import { EsegenError } from '../util/errors.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import type { Evaluation } from '../verbs/compress/evaluation.ts';
import { TASKS, type TaskName } from '../verbs/compress/judge.ts';
import type { Accuracy } from '../verbs/compress/judged_outputs.ts';
import { evaluate } from '../verbs/evaluate.ts';
import { LAYOUTS, type Layout } from '../verbs/run/array_reading.ts';
import { isFolder } from '../verbs/run/input_sets.ts';
import { lineChart, type Series } from './chart.ts';
import type { CommandBody } from './command.ts';
import { parseOptionalList } from './lists.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { progressBar, progressLine } from './progress.ts';
import { mostSaturated, showWarnings } from './saturation.ts';
import { formatDb, formatShare, formatTable, formatWords } from './table.ts';

interface Arguments extends ModelArguments {
  layout: Layout | undefined;
  task: TaskName | undefined;
  model: string;
  data: string;
  labels: string | undefined;
  config: string | undefined;
  calibrate: string | undefined;
  densities: string | undefined;
  weights: string | undefined;
  vectors: string | undefined;
  json: boolean;
  svg: string | undefined;
}

/** Array where no config is named. */
const DEFAULT_LANES = 32;

/** `esegen evaluate`: accuracy over density and widths. */
export const evaluateCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('model', { type: 'string', demandOption: true, describe: 'Trained model, or design directory' })
      .option('data', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'What run takes as input: frames (.npy), archive or folder',
      })
      .option('labels', { type: 'string', requiresArg: true, describe: 'Words or labels of its utterances (JSON)' })
      .option('task', { choices: TASKS, describe: 'Words by CTC, or a label an utterance' })
      .option('layout', { choices: LAYOUTS, describe: 'Axes in front of a value: T time, B batch' })
      .option('config', { type: 'string', requiresArg: true, describe: `Config; default ${DEFAULT_LANES} lanes` })
      .option('calibrate', { type: 'string', requiresArg: true, describe: 'Frames that fix the formats, as for build' })
      .option('densities', { type: 'string', requiresArg: true, describe: 'Prune to these, e.g. 1,0.2,0.1' })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Bits of weights, e.g. 16,12,8' })
      .option('vectors', { type: 'string', requiresArg: true, describe: 'Bits of vectors, e.g. 16,8' })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
      .option('svg', { type: 'string', requiresArg: true, describe: 'Chart over the weight bits to write' }),
  handler: (given) => {
    const { model, data, labels, config, calibrate, densities, weights, vectors, json, svg } = given;
    if (svg !== undefined) {
      if (!svg.endsWith('.svg')) throw new EsegenError(svg, 'expected a name that ends in .svg');
      checkFileTarget(svg, [model, data]);
    }
    const progress = progressLine();
    let evaluation: Evaluation;
    try {
      evaluation = evaluate({
        model,
        data,
        labels,
        importOptions: modelOptions(given),
        task: given.task,
        layout: given.layout,
        config: config ?? (isFolder(model) ? undefined : parseConfig({ array: { lanes: DEFAULT_LANES } }, 'evaluate')),
        calibrate,
        densities: parseOptionalList('--densities', densities),
        weights: parseOptionalList('--weights', weights),
        vectors: parseOptionalList('--vectors', vectors),
        progress: (done, total, what) => progress.show(progressBar(done, total, what)),
      });
    } finally {
      progress.clear();
    }
    if (svg !== undefined) writeFiles(new Map([[svg, chartOf(evaluation)]]));
    process.stdout.write(json ? `${JSON.stringify(evaluation, null, 2)}\n` : formatEvaluation(model, evaluation));
    showWarnings(new Set(evaluation.densities.flatMap(({ golden }) => golden.flatMap(({ warnings }) => warnings))));
  },
};

function formatAccuracy({ sqnrDb, largestError, words }: Accuracy): readonly string[] {
  return [formatDb(sqnrDb), largestError.toPrecision(3), ...formatWords(words)];
}

function formatEvaluation(model: string, { data, calibration, words, densities }: Evaluation): string {
  const table = formatTable([
    ['model', 'of the pruned', 'SQNR', 'largest error', ...(words === null ? [] : ['word error rate']), 'saturated'],
    ['as given, double precision', '', '', '', ...formatWords(words), ''],
    ...densities.flatMap(({ density, float, golden }) => [
      [`${formatShare(density)}, double precision`, '', ...formatAccuracy(float), ''],
      ...golden.map(({ weightBits, vectorBits, accuracy, ofPruned, saturated }) => [
        `${formatShare(density)}, ${weightBits}-bit weights, ${vectorBits}-bit vectors`,
        formatDb(ofPruned.sqnrDb),
        ...formatAccuracy(accuracy),
        mostSaturated(saturated),
      ]),
    ]),
  ]);
  return `${model}: on ${data}\nformats from ${calibration}\n\n${table}`;
}

/** Word error rate over the weight bits where there are words, else SQNR of fixed point; a line a density and vector width. */
function chartOf({ words, densities }: Evaluation): string {
  const series = densities.flatMap(({ density, golden }) =>
    [...new Set(golden.map(({ vectorBits }) => vectorBits))].map((vectorBits): Series => {
      const own = golden.filter((row) => row.vectorBits === vectorBits).toSorted((a, b) => a.weightBits - b.weightBits);
      const points = own.map(({ weightBits, accuracy, ofPruned }): [number, number] => [
        weightBits,
        words === null ? (ofPruned.sqnrDb ?? 0) : 100 * accuracy.words!.rate,
      ]);
      return { name: `${formatShare(density)}, ${vectorBits} bits`, points };
    }),
  );
  return lineChart(series, 'bits of a weight', words === null ? 'SQNR of fixed point, dB' : 'word error rate, %');
}
