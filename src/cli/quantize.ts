import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { TASKS, type TaskName } from '../verbs/compress/judge.ts';
import type { QuantizeReport } from '../verbs/compress/quantize_report.ts';
import type { WidthNoise } from '../verbs/compress/width_sweep.ts';
import { quantizeModel } from '../verbs/quantize.ts';
import { LAYOUTS, type Layout } from '../verbs/run/array_reading.ts';
import type { CommandBody } from './command.ts';
import { BLOCKS, DENSITIES, parseOptionalList, WIDTHS } from './lists.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { progressLine } from './progress.ts';
import { structureChart } from './structure_chart.ts';
import { formatBits, formatCount, formatDb, formatShare, formatTable, formatWords } from './table.ts';

interface Arguments extends ModelArguments {
  model: string;
  config: string;
  calibrate: string | undefined;
  data: string | undefined;
  labels: string | undefined;
  task: TaskName | undefined;
  layout: Layout | undefined;
  densities: string | undefined;
  blocks: string | undefined;
  weights: string | undefined;
  vectors: string | undefined;
  json: boolean;
  svg: string | undefined;
}

/** `esegen quantize`: what the number formats lose. */
export const quantizeCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('model', { type: 'string', demandOption: true, describe: 'Trained model, as for build' })
      .option('config', { type: 'string', demandOption: true, requiresArg: true, describe: 'Config (JSON)' })
      .option('calibrate', { type: 'string', requiresArg: true, describe: 'Frames (.npy, [T, I]), as for build' })
      .option('data', {
        type: 'string',
        requiresArg: true,
        describe: 'Frames to compare outputs on, what run takes as input; default the calibration frames',
      })
      .option('labels', { type: 'string', requiresArg: true, describe: 'Words or labels of its utterances (JSON)' })
      .option('task', { choices: TASKS, describe: 'Words by CTC, or a label an utterance' })
      .option('layout', { choices: LAYOUTS, describe: 'Axes of the data in front of a value: T time, B batch' })
      .option('densities', { type: 'string', requiresArg: true, describe: 'Densities to compare, e.g. 0.3,0.2' })
      .option('blocks', { type: 'string', requiresArg: true, describe: 'Blocks to compare, e.g. 8,16' })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Bits of weights to compare, e.g. 4..16' })
      .option('vectors', { type: 'string', requiresArg: true, describe: 'Bits of vectors to compare, e.g. 8,12,16' })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
      .option('svg', { type: 'string', requiresArg: true, describe: 'Chart of what is compared to write' }),
  handler: (given) => {
    const { model, config, calibrate, data, labels, task, layout, densities, blocks, weights, vectors, json, svg } =
      given;
    if (svg !== undefined) {
      if (!svg.endsWith('.svg')) throw new EsegenError(svg, 'expected a name that ends in .svg');
      checkFileTarget(svg, [model, ...(data === undefined ? [] : [data])]);
      if ([densities, blocks, weights, vectors].every((list) => list === undefined)) {
        throw new EsegenError(
          '--svg',
          'shows widths and structures that are compared, and none is named',
          'Name some, e.g. --weights 6..12',
        );
      }
    }
    const progress = progressLine();
    let report: QuantizeReport;
    try {
      report = quantizeModel({
        model,
        importOptions: modelOptions(given),
        config,
        calibrate,
        data,
        labels,
        task,
        layout,
        densities: parseOptionalList('--densities', densities, DENSITIES),
        blocks: parseOptionalList('--blocks', blocks, BLOCKS),
        weights: parseOptionalList('--weights', weights, WIDTHS),
        vectors: parseOptionalList('--vectors', vectors, WIDTHS),
        progress: progress.show,
      });
    } finally {
      progress.clear();
    }
    if (svg !== undefined) writeFiles(new Map([[svg, chartOf(report)]]));
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(model, report));
  },
};

function formatReport(model: string, report: QuantizeReport): string {
  const { weightBits, vectorBits, calibration, sweep } = report;
  const head = `${model}: ${weightBits}-bit weights, ${vectorBits}-bit vectors; calibration ${calibration}\n`;
  const parts = [head, formatMatrices(report), formatVectors(report), formatTables(report)];
  if (sweep.length > 0) parts.push(formatSweep(report));
  return parts.join('\n');
}

function formatMatrices({ matrices }: QuantizeReport): string {
  return formatTable(
    [
      ['layer', 'matrix', 'of', 'bits', 'fraction bits', 'weights', 'saturated', 'rounded to 0', 'SQNR'],
      ...matrices.map(({ layer, name, source, weightBits, fractionBits, weights, ...noise }) => [
        layer,
        name,
        /^[\w.]{1,24}$/.test(source) ? source : quoteName(source),
        String(weightBits),
        String(fractionBits),
        formatCount(weights),
        formatCount(noise.saturated),
        formatCount(noise.roundedToZero),
        formatDb(noise.sqnrDb),
      ]),
    ],
    ['left', 'left', 'left'],
  );
}

function formatVectors({ vectors }: QuantizeReport): string {
  return formatTable(
    [
      [
        'layer',
        'vector',
        'fraction bits',
        'largest',
        'values',
        'saturated',
        'SQNR of the format',
        'in the golden model',
      ],
      ...vectors.map(({ layer, name, fractionBits, peak, values, saturated, formatSqnrDb, goldenSqnrDb }) => [
        layer ?? 'input',
        name,
        String(fractionBits),
        peak.toPrecision(4),
        formatCount(values),
        formatCount(saturated),
        formatDb(formatSqnrDb),
        name === 'nh' ? '' : formatDb(goldenSqnrDb),
      ]),
    ],
    ['left', 'left'],
  );
}

function formatTables({ tables }: QuantizeReport): string {
  return formatTable(
    [
      ['layer', 'table', 'range', 'largest error', 'rms error', 'inputs beyond'],
      ...tables.map(({ layer, name, range, largestError, rmsError, beyond }) => [
        layer,
        name,
        `±${range}`,
        largestError.toExponential(2),
        rmsError.toExponential(2),
        formatShare(beyond),
      ]),
    ],
    ['left', 'left'],
  );
}

/** Widths and structures of all layers, then of single ones. */
function formatSweep({ sweep, data, words }: QuantizeReport): string {
  const hasStructures = sweep.some((row) => nameOf(row) !== '');
  const head = ['layer', ...(hasStructures ? ['structure'] : []), 'weights, vectors', 'words', 'stored', 'SQNR'];
  const table = formatTable(
    [
      [...head, 'largest error', 'accumulators', ...(words === null ? [] : ['word error rate'])],
      ...sweep.map((row) => [
        row.layer ?? 'all',
        ...(hasStructures ? [nameOf(row)] : []),
        `${row.weightBits}, ${row.vectorBits} bits`,
        formatCount(row.stored.words),
        formatBits(row.stored.bits),
        formatDb(row.sqnrDb),
        row.largestError.toPrecision(3),
        `${row.accumulatorBits} bits`,
        ...formatWords(row.words),
      ]),
    ],
    ['left'],
  );
  const float = words === null ? '' : `, double precision ${formatWords(words)[0]}`;
  return `outputs on ${data}${float}\n${table}`;
}

/** Empty of what is as the config says. */
function nameOf({ density, block }: WidthNoise): string {
  if (block !== null) return `blocks of ${block}`;
  return density === null ? '' : formatShare(density);
}

/** What is compared of the whole network. */
function chartOf({ sweep, words }: QuantizeReport): string {
  const rows = sweep.filter(({ layer }) => layer === null);
  const points = rows.map((row) => ({ ...row, structure: nameOf(row) || 'as built' }));
  return structureChart(points, words !== null);
}
