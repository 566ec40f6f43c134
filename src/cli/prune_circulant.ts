import { EsegenError } from '../util/errors.ts';
import { type PruneCirculantResult, pruneCirculant } from '../verbs/prune_circulant.ts';
import { type ModelArguments, modelOptions } from './model_options.ts';
import { BLOCK, parsePerMatrix } from './per_matrix.ts';
import { progressLine } from './progress.ts';
import { formatCount, formatRows, formatShare, formatTable } from './table.ts';

/** Options of `prune` that count for masks alone. */
const OF_MASKS = [
  'config',
  'array',
  'encoding',
  'density',
  'sensitivity',
  'data',
  'labels',
] as const satisfies readonly string[];

/** What `prune --structure circulant` is given. */
export interface CirculantArguments extends ModelArguments, Readonly<Record<(typeof OF_MASKS)[number], unknown>> {
  model: string;
  block: number | undefined;
  'per-matrix': string | undefined;
  out: string | undefined;
  json: boolean;
}

/** `esegen prune --structure circulant`: the nearest block-circulant matrices. */
export function runCirculant(given: CirculantArguments): void {
  const { block, 'per-matrix': perMatrix, out } = given;
  const stray = OF_MASKS.filter((option) => given[option] !== undefined && given[option] !== false);
  if (stray.length > 0) {
    const names = stray.map((option) => `--${option}`).join(', ');
    throw new EsegenError(names, 'has no effect with --structure circulant, which makes no masks', 'Leave it out');
  }
  if (block === undefined && perMatrix === undefined) {
    throw new EsegenError('--block', 'missing', 'Name the size of the blocks, e.g. --block 8');
  }
  const blocks = new Map(perMatrix === undefined ? [] : parsePerMatrix(perMatrix, 'blocks', BLOCK));
  if (block !== undefined) blocks.set('default', block);
  if (out === undefined) throw new EsegenError('--out', 'missing', 'Name the .safetensors file to write');
  const progress = progressLine();
  let result: PruneCirculantResult;
  try {
    result = pruneCirculant({
      model: given.model,
      importOptions: modelOptions(given),
      blocks,
      out,
      progress: progress.show,
    });
  } finally {
    progress.clear();
  }
  process.stdout.write(given.json ? `${JSON.stringify(result, null, 2)}\n` : formatResult(given.model, result));
}

function formatResult(model: string, { matrices, mixedBlocks, files }: PruneCirculantResult): string {
  let [weights, words] = [0, 0];
  const lines = matrices.map(({ layer, name, rows, columns, block, padded, words: own, lostEnergy }) => {
    weights += rows * columns;
    words += own;
    const [high, wide] = padded ?? [rows, columns];
    return [
      `${layer}.${name}`,
      block === null ? '' : String(block),
      `${rows} x ${columns}`,
      high === rows && wide === columns ? '' : `${high} x ${wide}`,
      formatCount(own),
      block === null ? '' : formatShare(lostEnergy),
    ];
  });
  const table = formatTable([['matrix', 'block', 'size', 'padded to', 'words', 'lost energy'], ...lines]);
  const rows = formatRows([
    ['weights', `${formatCount(weights)}, which ${formatCount(words)} words say (${formatShare(words / weights)})`],
    ...mixedBlocks.map((reason) => ['blocks differ', reason] as const),
    ['written', files.join(', ')],
  ]);
  return `${model}: block-circulant\n\n${table}\n${rows}`;
}
