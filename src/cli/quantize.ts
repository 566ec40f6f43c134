import type { QuantizeReport } from '../verbs/compress/quantize_report.ts';
import { quantizeModel } from '../verbs/quantize.ts';
import type { CommandBody } from './command.ts';
import { parseOptionalList } from './lists.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { progressLine } from './progress.ts';
import { formatCount, formatDb, formatShare, formatTable } from './table.ts';

interface Arguments extends ModelArguments {
  model: string;
  config: string;
  calibrate: string | undefined;
  weights: string | undefined;
  vectors: string | undefined;
  json: boolean;
}

/** `esegen quantize`: what the number formats lose. */
export const quantizeCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('model', { type: 'string', demandOption: true, describe: 'Trained model, as for build' })
      .option('config', { type: 'string', demandOption: true, requiresArg: true, describe: 'Config (JSON)' })
      .option('calibrate', { type: 'string', requiresArg: true, describe: 'Frames (.npy, [T, I]), as for build' })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Bits of weights to compare, e.g. 4..16' })
      .option('vectors', { type: 'string', requiresArg: true, describe: 'Bits of vectors to compare, e.g. 8,12,16' })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' }),
  handler: ({ model, config, calibrate, weights, vectors, json, ...given }) => {
    const progress = progressLine();
    let report: QuantizeReport;
    try {
      report = quantizeModel({
        model,
        importOptions: modelOptions(given),
        config,
        calibrate,
        weights: parseOptionalList('--weights', weights),
        vectors: parseOptionalList('--vectors', vectors),
        progress: progress.show,
      });
    } finally {
      progress.clear();
    }
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(model, report));
  },
};

function formatReport(model: string, report: QuantizeReport): string {
  const { weightBits, vectorBits, calibration } = report;
  const head = `${model}: ${weightBits}-bit weights, ${vectorBits}-bit vectors; calibration ${calibration}\n`;
  const parts = [head, formatMatrices(report), formatVectors(report), formatTables(report)];
  if (report.sweep.length > 0) parts.push(formatSweep(report));
  return parts.join('\n');
}

function formatMatrices({ matrices }: QuantizeReport): string {
  return formatTable([
    ['matrix', 'fraction bits', 'weights', 'saturated', 'rounded to 0', 'SQNR'],
    ...matrices.map(({ name, fractionBits, weights, saturated, roundedToZero, sqnrDb }) => [
      name,
      String(fractionBits),
      formatCount(weights),
      formatCount(saturated),
      formatCount(roundedToZero),
      formatDb(sqnrDb),
    ]),
  ]);
}

function formatVectors({ vectors }: QuantizeReport): string {
  return formatTable([
    ['vector', 'fraction bits', 'largest', 'values', 'saturated', 'SQNR of the format', 'SQNR in the golden model'],
    ...vectors.map(({ name, fractionBits, peak, values, saturated, formatSqnrDb, goldenSqnrDb }) => [
      name,
      String(fractionBits),
      peak.toPrecision(4),
      formatCount(values),
      formatCount(saturated),
      formatDb(formatSqnrDb),
      formatDb(goldenSqnrDb),
    ]),
  ]);
}

function formatTables({ tables }: QuantizeReport): string {
  return formatTable([
    ['table', 'range', 'largest error', 'rms error', 'inputs beyond'],
    ...tables.map(({ name, range, largestError, rmsError, beyond }) => [
      name,
      `±${range}`,
      largestError.toExponential(2),
      rmsError.toExponential(2),
      formatShare(beyond),
    ]),
  ]);
}

function formatSweep({ sweep }: QuantizeReport): string {
  return formatTable([
    ['weights, vectors', 'SQNR of y', 'largest error of y', 'accumulators'],
    ...sweep.map(({ weightBits, vectorBits, sqnrDb, largestError, accumulatorBits }) => [
      `${weightBits}, ${vectorBits} bits`,
      formatDb(sqnrDb),
      largestError.toPrecision(3),
      `${accumulatorBits} bits`,
    ]),
  ]);
}
