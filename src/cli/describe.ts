import type { CompileReport } from '../compiler/compile.ts';
import type { MemoryGroup } from '../design/memory_groups.ts';
import type { Design } from '../program/design.ts';
import { quoteName } from '../util/quote_name.ts';
import { formatCount, formatShare, type Row } from './table.ts';

/** Sizes of a layer, e.g. `153 inputs, 1024 cells, 512 outputs (projection), peepholes`. */
export function describeLayer(shape: {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
  readonly peepholes: boolean;
}): string {
  const { inputs, cells, outputs, projection, peepholes } = shape;
  const sizes = `${inputs} inputs, ${cells} cells, ${outputs} outputs`;
  return `${sizes}${projection ? ' (projection)' : ''}${peepholes ? ', peepholes' : ''}`;
}

/** What the encoded weights take, for the summaries of `build` and `inspect`. */
export function weightRows(report: CompileReport): Row[] {
  const { weights, kept, nonZeros, padding, roundedToZero, wordsMax, wordsMean, pruned } = report;
  const mask = pruned ? 'pruned here' : kept === weights ? 'dense' : 'mask of the model';
  return [
    [
      'weights',
      `${formatCount(weights)}, of which ${formatCount(kept)} kept (${formatShare(kept / weights)}, ${mask})`,
    ],
    ['non-zeros', `${formatCount(nonZeros)} (${formatCount(roundedToZero)} more rounded to zero)`],
    ['words per PE', `${formatCount(wordsMax)} max, ${wordsMean.toFixed(1)} mean`],
    ['imbalance', describeImbalance(report)],
    ['padding', `${formatCount(padding)} words (${formatShare(nonZeros === 0 ? 0 : padding / (padding + nonZeros))})`],
  ];
}

/** Imbalance from which a mask is worth another pruning. */
const NOTABLE_IMBALANCE = 1.1;

/** Fullest lane over the mean, and what the mask of a model could gain. */
function describeImbalance({ imbalance: { x, r, p, overall }, pruned }: CompileReport): string {
  const matrices = [`W_x ${x.toFixed(2)}`, `W_r ${r.toFixed(2)}`, ...(p === null ? [] : [`W_ym ${p.toFixed(2)}`])];
  const ratios = `fullest PE ${overall.toFixed(2)} times the mean (${matrices.join(', ')})`;
  if (pruned || overall <= NOTABLE_IMBALANCE) return ratios;
  return `${ratios}; prune with balance to gain up to ${formatShare(1 - 1 / overall)} of the cycles`;
}

/** Number formats, for the same. */
export function formatRowsOf({
  config,
  dimensions,
  formats: f,
}: Pick<Design, 'config' | 'dimensions' | 'formats'>): Row[] {
  const { projection, peepholes } = dimensions;
  const m = projection ? `, m ${f.mFrac}` : '';
  const p = projection ? `, W_ym ${f.weightPFrac}` : '';
  return [
    ['accumulators', `${f.accBits} bits, ${f.saturate ? 'saturating' : 'cannot overflow'}`],
    ['vectors', `${f.vectorBits} bits; fraction bits x ${f.xFrac}, c ${f.cFrac}${m}, y ${f.yFrac}`],
    [
      'weight words',
      `${f.weightBits} + ${config.indexBits} bits; fraction bits W_x ${f.weightXFrac}, W_r ${f.weightRFrac}${p}`,
    ],
    ...(peepholes ? [['peephole weights', `${f.peepBits} bits, ${f.peepFrac} fraction bits`] as const] : []),
    ['tables', `sigmoid ±${f.sigmoidRange}, tanh ±${f.tanhRange}`],
  ];
}

/** Sizes of the memories, for the same. */
export function memoryRow(memories: readonly MemoryGroup[]): Row {
  const total = memories.reduce((sum, { kbit }) => sum + kbit, 0);
  const parts = memories.map(({ name, kbit }) => `${name} ${kbit.toFixed(1)}`).join(', ');
  return ['memories', `${total.toFixed(1)} Kbit: ${parts}`];
}

/** Operators of a model file that are not built, for the same. */
export function leftOutRows(leftOut: readonly string[]): Row[] {
  return leftOut.length === 0 ? [] : [['left to the host', showNames(leftOut)]];
}

/** Most names of a list that a line shows. */
const SHOWN_NAMES = 12;

/** Foreign names side by side, and how many more there are. */
export function showNames(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).map(showName).join(', ');
  return names.length > SHOWN_NAMES ? `${shown} and ${formatCount(names.length - SHOWN_NAMES)} more` : shown;
}

/** A foreign name as it is where it is a plain one, else quoted. */
export function showName(name: string): string {
  return /^[\w.-]{1,80}$/.test(name) ? name : quoteName(name);
}
