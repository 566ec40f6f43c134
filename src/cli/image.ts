import { join } from 'node:path';
import { IMAGE_FILE } from '../program/image_words.ts';
import { STREAM_FILE } from '../program/stream.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { type ModelImage, modelImage } from '../verbs/image.ts';
import type { CommandBody } from './command.ts';
import { describeLayer, formatRowsOf, leftOutRows, weightRows } from './describe.ts';
import { networkRows } from './describe_network.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { progressLine } from './progress.ts';
import { showWarnings } from './saturation.ts';
import { formatCount, formatRows, type Row } from './table.ts';

interface Options extends ModelArguments {
  model: string;
  design: string;
  out: string;
  calibrate: string | undefined;
}

/** `esegen image`: from a trained model to an image that hardware of a design can load. */
export const imageCommand: CommandBody<Options> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('model', { type: 'string', demandOption: true, describe: 'Trained model, as for build' })
      .option('design', { type: 'string', demandOption: true, requiresArg: true, describe: 'Design directory' })
      .option('out', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'File to write; weights for external memory go to the same name with .weights behind it',
      })
      .option('calibrate', { type: 'string', requiresArg: true, describe: 'Frames, as for build' }),
  handler: ({ model, design, out, calibrate, ...given }) => {
    const inDesign = [IMAGE_FILE, STREAM_FILE].map((file) => join(design, file));
    const sources = [model, ...inDesign, ...(calibrate === undefined ? [] : [calibrate])];
    for (const file of [out, weightsPath(out)]) checkFileTarget(file, sources);
    const progress = progressLine();
    let result: ModelImage;
    try {
      result = modelImage({ model, importOptions: modelOptions(given), design, calibrate, progress: progress.show });
    } finally {
      progress.clear();
    }
    const files = new Map([[out, result.image]]);
    if (result.weights !== null) files.set(weightsPath(out), result.weights);
    writeFiles(files);
    const lines = [`${out}: ${formatCount(result.image.length)} bytes\n`];
    if (result.weightsSum !== null) {
      const { bytes, crc } = result.weightsSum;
      lines.push(`${weightsPath(out)}: ${formatCount(bytes)} bytes, CRC-32 0x${crc.toString(16).padStart(8, '0')}\n`);
    }
    process.stdout.write(`${lines.join('')}\n${formatRows(rowsOf(result))}`);
    if (result.kind === 'network') showWarnings(result.warnings);
  },
};

function rowsOf(result: ModelImage): Row[] {
  const calibration: Row = ['calibration', result.calibration];
  if (result.kind === 'network') return [...networkRows(result.design), calibration, ...leftOutRows(result.leftOut)];
  const { design, report } = result;
  return [['layer', describeLayer(design.dimensions)], ...weightRows(report), ...formatRowsOf(design), calibration];
}

/** Where the weights for external memory go. */
function weightsPath(out: string): string {
  return `${out}.weights`;
}
