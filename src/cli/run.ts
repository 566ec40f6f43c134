import { LAYOUTS, type Layout } from '../verbs/run/array_reading.ts';
import { RUN_ENGINES, type RunEngine } from '../verbs/run/open_engine.ts';
import { type RunResult, run } from '../verbs/run.ts';
import type { CommandBody } from './command.ts';
import { showName } from './describe.ts';
import { LENGTHS, parseOptionalList } from './lists.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { parseNamedPaths } from './named_paths.ts';
import { progressLine } from './progress.ts';
import { showWarnings } from './saturation.ts';
import { formatCount, formatShare } from './table.ts';

interface Arguments extends ModelArguments {
  path: string;
  input: string[];
  engine: RunEngine;
  out: string[];
  layout: Layout | undefined;
  lengths: string | undefined;
  state: string[] | undefined;
  'state-out': string[] | undefined;
  config: string | undefined;
  calibrate: string | undefined;
}

/** `esegen run`: outputs of a network in double precision or of its golden model. */
export const runCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('path', { type: 'string', demandOption: true, describe: 'Model file or design directory' })
      .option('input', {
        type: 'string',
        array: true,
        nargs: 1,
        demandOption: true,
        describe: 'Array (.npy) of an input, as [name=]file; or one .npz; or a folder of .npy',
      })
      .option('out', {
        type: 'string',
        array: true,
        nargs: 1,
        demandOption: true,
        describe: 'Outputs to write (.npy, float64), as [name=]file; or one .npz; or a folder',
      })
      .option('engine', { choices: RUN_ENGINES, default: 'float' as const, describe: 'What computes' })
      .option('layout', { choices: LAYOUTS, describe: 'Axes in front of a value: T time, B batch' })
      .option('lengths', { type: 'string', requiresArg: true, describe: 'Steps of each voice, e.g. 44,37' })
      .option('state', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'State to start from (.npy), as name=file; a name of the model, or node.part',
      })
      .option('state-out', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'State at the end to write (.npy), as name=file',
      })
      .option('config', { type: 'string', requiresArg: true, describe: 'Config, for the golden model of a model file' })
      .option('calibrate', { type: 'string', requiresArg: true, describe: 'Calibration frames, likewise' }),
  handler: (given) => {
    const progress = progressLine();
    let result: RunResult;
    try {
      result = run({
        path: given.path,
        inputs: parseNamedPaths(given.input),
        engine: given.engine,
        out: parseNamedPaths(given.out),
        layout: given.layout,
        lengths: parseOptionalList('--lengths', given.lengths, LENGTHS),
        states: parseNamedPaths(given.state ?? []),
        stateOut: parseNamedPaths(given['state-out'] ?? []),
        model: modelOptions(given),
        config: given.config,
        calibrate: given.calibrate,
        progress: progress.show,
      });
    } finally {
      progress.clear();
    }
    const utterances = result.utterances === 1 ? '1 utterance' : `${formatCount(result.utterances)} utterances`;
    const outputs = result.outputs.map(({ name, elements }) => `${showName(name)} ${formatCount(elements)}`).join(', ');
    const lines = [`${given.path}: ${utterances}, ${formatCount(result.steps)} steps, ${result.engine}; ${outputs}`];
    for (const { vector, share } of result.saturated) lines.push(`${formatShare(share)} of ${vector} saturate`);
    for (const { name, reason } of result.outside) lines.push(`not part of the network: ${showName(name)}, ${reason}`);
    process.stdout.write(`${lines.join('\n')}\n`);
    showWarnings(result.warnings);
  },
};
