import { parseConfig } from '../machine/read_config.ts';
import { EsegenError } from '../util/errors.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import type { Evaluation, StructureRow } from '../verbs/compress/evaluation.ts';
import { TASKS, type TaskName } from '../verbs/compress/judge.ts';
import type { Accuracy } from '../verbs/compress/judged_outputs.ts';
import { evaluate } from '../verbs/evaluate.ts';
import { LAYOUTS, type Layout } from '../verbs/run/array_reading.ts';
import { isFolder } from '../verbs/run/input_sets.ts';
import type { CommandBody } from './command.ts';
import { BLOCKS, DENSITIES, parseOptionalList, WIDTHS } from './lists.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { progressBar, progressLine } from './progress.ts';
import { mostSaturated, showWarnings } from './saturation.ts';
import { type StructurePoint, structureChart } from './structure_chart.ts';
import { formatBits, formatCount, formatDb, formatShare, formatTable, formatWords } from './table.ts';

interface Arguments extends ModelArguments {
  layout: Layout | undefined;
  task: TaskName | undefined;
  model: string;
  data: string;
  labels: string | undefined;
  config: string | undefined;
  calibrate: string | undefined;
  densities: string | undefined;
  blocks: string | undefined;
  weights: string | undefined;
  vectors: string | undefined;
  json: boolean;
  svg: string | undefined;
}

/** Array where no config is named. */
const DEFAULT_LANES = 32;

/** `esegen evaluate`: accuracy over density, blocks and widths. */
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
      .option('blocks', { type: 'string', requiresArg: true, describe: 'Make block-circulant with these, e.g. 8,16' })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Bits of weights, e.g. 16,12,8' })
      .option('vectors', { type: 'string', requiresArg: true, describe: 'Bits of vectors, e.g. 16,8' })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
      .option('svg', { type: 'string', requiresArg: true, describe: 'Chart over the weight bits to write' }),
  handler: (given) => {
    const { model, data, labels, config, calibrate, densities, blocks, weights, vectors, json, svg } = given;
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
        densities: parseOptionalList('--densities', densities, DENSITIES),
        blocks: parseOptionalList('--blocks', blocks, BLOCKS),
        weights: parseOptionalList('--weights', weights, WIDTHS),
        vectors: parseOptionalList('--vectors', vectors, WIDTHS),
        progress: (done, total, what) => progress.show(progressBar(done, total, what)),
      });
    } finally {
      progress.clear();
    }
    if (svg !== undefined) writeFiles(new Map([[svg, chartOf(evaluation)]]));
    process.stdout.write(json ? `${JSON.stringify(evaluation, null, 2)}\n` : formatEvaluation(model, evaluation));
    showWarnings(new Set(evaluation.structures.flatMap(({ golden }) => golden.flatMap(({ warnings }) => warnings))));
  },
};

function formatAccuracy({ sqnrDb, largestError, words }: Accuracy): readonly string[] {
  return [formatDb(sqnrDb), largestError.toPrecision(3), ...formatWords(words)];
}

function formatEvaluation(model: string, { data, calibration, words, structures }: Evaluation): string {
  const table = formatTable([
    [
      ...['model', 'words', 'stored', 'of the compressed', 'SQNR', 'largest error'],
      ...(words === null ? [] : ['word error rate']),
      'saturated',
    ],
    ['as given, double precision', '', '', '', '', '', ...formatWords(words), ''],
    ...structures.flatMap((structure) => [
      [`${nameOf(structure)}, double precision`, '', '', '', ...formatAccuracy(structure.float), ''],
      ...structure.golden.map(({ weightBits, vectorBits, stored, accuracy, ofPruned, saturated }) => [
        `${nameOf(structure)}, ${weightBits}-bit weights, ${vectorBits}-bit vectors`,
        formatCount(stored.words),
        formatBits(stored.bits),
        formatDb(ofPruned.sqnrDb),
        ...formatAccuracy(accuracy),
        mostSaturated(saturated),
      ]),
    ]),
  ]);
  return `${model}: on ${data}\nformats from ${calibration}\n\n${table}`;
}

function nameOf({ block, density }: StructureRow): string {
  return block === null ? formatShare(density) : `blocks of ${block}`;
}

function chartOf({ words, structures }: Evaluation): string {
  const points = structures.flatMap((structure) =>
    structure.golden.map(({ weightBits, vectorBits, accuracy, ofPruned }): StructurePoint => {
      return { structure: nameOf(structure), weightBits, vectorBits, sqnrDb: ofPruned.sqnrDb, words: accuracy.words };
    }),
  );
  return structureChart(points, words !== null);
}
