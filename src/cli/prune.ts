import { type Config, ENCODINGS, type Encoding } from '../machine/config.ts';
import { readConfig } from '../machine/config_file.ts';
import { parseConfig } from '../machine/read_config.ts';
import { EsegenError } from '../util/errors.ts';
import type { PrunedAccuracy, Sensitivity } from '../verbs/compress/sensitivity.ts';
import { type PruneResult, prune } from '../verbs/prune.ts';
import type { CommandBody } from './command.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { DENSITY, parsePerMatrix } from './per_matrix.ts';
import { progressLine } from './progress.ts';
import { runCirculant } from './prune_circulant.ts';
import { formatCount, formatRows, formatShare, formatTable } from './table.ts';

interface Arguments extends ModelArguments {
  model: string;
  structure: 'sparse' | 'circulant';
  block: number | undefined;
  config: string | undefined;
  array: string | undefined;
  encoding: Encoding | undefined;
  density: number | undefined;
  'per-matrix': string | undefined;
  out: string | undefined;
  sensitivity: boolean;
  data: string | undefined;
  labels: string | undefined;
  json: boolean;
}

/** `esegen prune`: masks for fine-tuning, balanced over the PEs, or block-circulant matrices. */
export const pruneCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('model', { type: 'string', demandOption: true, describe: 'Trained model, as for build' })
      .option('structure', {
        choices: ['sparse', 'circulant'] as const,
        default: 'sparse' as const,
        requiresArg: true,
        describe: 'Zeros, or block-circulant matrices of the recurrent layers',
      })
      .option('block', { type: 'number', requiresArg: true, describe: 'Size of the blocks of circulant, 2 to 64' })
      .option('config', { type: 'string', requiresArg: true, describe: 'Config: array, encoding, densities' })
      .option('array', {
        type: 'string',
        requiresArg: true,
        describe: 'Channels x groups x lanes instead, e.g. 1x1x32',
      })
      .option('encoding', { choices: ENCODINGS, requiresArg: true, describe: 'Rule; default that of the config' })
      .option('density', {
        type: 'number',
        requiresArg: true,
        describe: 'Share that stays; default that of the config',
      })
      .option('per-matrix', {
        type: 'string',
        requiresArg: true,
        describe: 'Densities of some matrices or layers, e.g. ix=0.1,rnn1=0.2,rnn1.ym=0.3; blocks with circulant',
      })
      .option('out', { type: 'string', requiresArg: true, describe: 'Pruned model to write (.safetensors)' })
      .option('sensitivity', {
        type: 'boolean',
        default: false,
        describe: 'Scan what each matrix bears, and propose densities that come to --density',
      })
      .option('data', { type: 'string', requiresArg: true, describe: 'Frames of the scan, what run takes as input' })
      .option('labels', { type: 'string', requiresArg: true, describe: 'Words of its utterances (JSON)' })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' }),
  handler: (given) => {
    if (given.structure === 'circulant') {
      runCirculant(given);
      return;
    }
    if (given.block !== undefined) throw new EsegenError('--block', 'goes with --structure circulant', 'Add it');
    const config = configOf(given);
    const progress = progressLine();
    let result: PruneResult;
    try {
      result = prune({
        model: given.model,
        importOptions: modelOptions(given),
        config,
        densities: densitiesOf(given),
        out: given.out,
        sensitivity: sensitivityOf(given),
        progress: progress.show,
      });
    } finally {
      progress.clear();
    }
    process.stdout.write(given.json ? `${JSON.stringify(result, null, 2)}\n` : formatResult(given.model, result));
  },
};

function configOf({ config: path, array, encoding }: Arguments): Config {
  if ((path === undefined) === (array === undefined)) {
    throw new EsegenError('prune', 'expected --config or --array, one of the two');
  }
  const base = path === undefined ? { array: parseArray(array!) } : readConfig(path);
  return parseConfig({ ...base, ...(encoding === undefined ? {} : { encoding }) }, 'prune');
}

function densitiesOf({ density, 'per-matrix': perMatrix }: Arguments): ReadonlyMap<string, number> {
  const densities = new Map(perMatrix === undefined ? [] : parsePerMatrix(perMatrix, 'densities', DENSITY));
  if (density !== undefined) densities.set('default', density);
  return densities;
}

function parseArray(text: string): { channels: number; groups: number; lanes: number } {
  const match = /^(\d{1,4})x(\d{1,4})x(\d{1,4})$/.exec(text);
  if (match === null) {
    const got = JSON.stringify(text.slice(0, 40));
    throw new EsegenError('--array', `expected channels x groups x lanes such as 1x1x32, got ${got}`);
  }
  return { channels: Number(match[1]), groups: Number(match[2]), lanes: Number(match[3]) };
}

function sensitivityOf({ sensitivity, data, labels, density, out, 'per-matrix': perMatrix }: Arguments) {
  if (!sensitivity) {
    if (data !== undefined || labels !== undefined) {
      throw new EsegenError('--data, --labels', 'have no effect without --sensitivity', 'Leave them out');
    }
    if (out === undefined) throw new EsegenError('--out', 'missing', 'Name the .safetensors file to write');
    return undefined;
  }
  if (data === undefined) throw new EsegenError('--data', 'missing: the scan needs frames', 'Name a .npy file');
  if (density === undefined) throw new EsegenError('--density', 'missing: the scan needs a target');
  if (perMatrix !== undefined) {
    throw new EsegenError('--per-matrix', 'has no effect with --sensitivity, which proposes them', 'Leave it out');
  }
  return { data, labels, density };
}

function formatResult(model: string, result: PruneResult): string {
  const { weights, kept, matrices, imbalance, plainImbalance, sensitivity, files } = result;
  const hasBlocks = matrices.some(({ block }) => block !== null);
  const table = formatTable([
    ['matrix', 'weights', 'kept', 'density', 'squared magnitude', ...(hasBlocks ? ['block', 'words'] : [])],
    ...matrices.map((m) => [
      `${m.layer}.${m.name}`,
      formatCount(m.weights),
      formatCount(m.kept),
      formatShare(m.kept / m.weights),
      formatShare(m.keptEnergy),
      ...(hasBlocks ? [m.block === null ? '' : String(m.block), formatCount(m.words)] : []),
    ]),
  ]);
  const rows = formatRows([
    ['weights', `${formatCount(weights)}, of which ${formatCount(kept)} kept (${formatShare(kept / weights)})`],
    ['imbalance', `fullest PE ${imbalance.toFixed(2)} times the mean; ${plainImbalance.toFixed(2)} by magnitude alone`],
    ['written', files.length === 0 ? 'nothing (no --out)' : files.join(', ')],
  ]);
  const scan = sensitivity === null ? '' : `${formatSensitivity(sensitivity)}\n`;
  return `${model}: pruned\n\n${scan}${table}\n${rows}`;
}

function formatAccuracy({ relativeError, wordErrorRate }: PrunedAccuracy): string {
  return `${formatShare(relativeError)}${wordErrorRate === null ? '' : ` (${formatShare(wordErrorRate)})`}`;
}

function formatSensitivity({ points, proposal, proposed, uniform, wordErrorRate }: Sensitivity): string {
  const names = [...new Set(points.map(({ matrix }) => matrix))];
  const densities = [...new Set(points.map(({ density }) => density))];
  const words = wordErrorRate === null ? '' : `; in brackets the word error rate, dense ${formatShare(wordErrorRate)}`;
  const table = formatTable([
    ['matrix', ...densities.map(formatShare)],
    ...names.map((name) => [
      name,
      ...densities.map((density) => formatAccuracy(points.find((p) => p.matrix === name && p.density === density)!)),
    ]),
  ]);
  const rows = formatRows([
    [
      'proposal',
      `--per-matrix ${Object.entries(proposal)
        .map((pair) => pair.join('='))
        .join(',')}`,
    ],
    ['pruned so', `${formatAccuracy(proposed)} in the output, ${formatAccuracy(uniform)} with one density for all`],
  ]);
  return `Relative error of the output with one matrix pruned${words}\n\n${table}\n${rows}`;
}
