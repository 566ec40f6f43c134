import { RUN_ENGINES, type RunEngine, type RunResult, run } from '../verbs/run.ts';
import { saturationWarnings } from '../verbs/warnings.ts';
import type { CommandBody } from './command.ts';
import { parseOptionalList } from './lists.ts';
import { progressLine } from './progress.ts';
import { saturationRows, showWarnings } from './saturation.ts';
import { formatCount, formatRows } from './table.ts';

interface Arguments {
  path: string;
  input: string;
  engine: RunEngine;
  out: string;
  config: string | undefined;
  calibrate: string | undefined;
  lengths: string | undefined;
  'initial-y': string | undefined;
  'initial-c': string | undefined;
}

/** `esegen run`: outputs of the float model or the golden model for a file of frames. */
export const runCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    yargs
      .positional('path', { type: 'string', demandOption: true, describe: 'Model file or design directory' })
      .option('input', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Frames (.npy): one voice [T, I], or a batch [T, B, I]',
      })
      .option('out', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Outputs to write (.npy, float64): [T, P] or [T, B, P]',
      })
      .option('engine', { choices: RUN_ENGINES, default: 'float' as const, describe: 'What computes' })
      .option('config', { type: 'string', requiresArg: true, describe: 'Config, for the golden model of a model file' })
      .option('calibrate', { type: 'string', requiresArg: true, describe: 'Calibration frames, likewise' })
      .option('lengths', { type: 'string', requiresArg: true, describe: 'Frames of each voice, e.g. 44,37' })
      .option('initial-y', {
        type: 'string',
        requiresArg: true,
        describe: 'y before the first frame (.npy, [D, B, P])',
      })
      .option('initial-c', {
        type: 'string',
        requiresArg: true,
        describe: 'c before the first frame (.npy, [D, B, H])',
      }),
  handler: ({ lengths, 'initial-y': initialY, 'initial-c': initialC, path, input, engine, out, config, calibrate }) => {
    const progress = progressLine();
    let result: RunResult;
    try {
      result = run({
        path,
        input,
        engine,
        out,
        config,
        calibrate,
        initialY,
        initialC,
        lengths: parseOptionalList('--lengths', lengths),
        progress: progress.show,
      });
    } finally {
      progress.clear();
    }
    const voices = result.voices === 1 ? '1 voice' : `${formatCount(result.voices)} voices`;
    const sizes = `${formatCount(result.frames)} frames of ${voices}, ${formatCount(result.outputs)} outputs each`;
    process.stdout.write(`${out}: ${sizes}, ${engine}\n`);
    if (result.saturation === null) return;
    process.stdout.write(formatRows(saturationRows(result.saturation)));
    showWarnings(saturationWarnings(result.saturation, input));
  },
};
