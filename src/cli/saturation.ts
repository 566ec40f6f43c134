import type { SaturationReport } from '../golden/saturation.ts';
import type { SaturatedVector } from '../verbs/run/engine.ts';
import { formatShare, type Row } from './table.ts';

/** Shares of what saturated, for the summaries. */
export function saturationRows({ vectors, tables }: SaturationReport): Row[] {
  return [
    ['saturated', vectors.map(({ name, share }) => `${name} ${formatShare(share)}`).join(', ')],
    ['beyond tables', tables.map(({ name, range, share }) => `${name} ±${range} ${formatShare(share)}`).join(', ')],
  ];
}

/** The vector that saturated most, e.g. `c 0.12 %`. */
export function mostSaturated([most]: readonly SaturatedVector[]): string {
  return most === undefined ? 'none' : `${most.vector} ${formatShare(most.share)}`;
}

/** Writes warnings beside the summary. */
export function showWarnings(lines: Iterable<string>): void {
  for (const line of lines) process.stderr.write(`esegen: warning: ${line}\n`);
}
