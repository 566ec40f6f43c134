import type { SaturationReport } from '../golden/saturation.ts';
import { formatShare, type Row } from './table.ts';

/** Shares of what saturated, for the summaries. */
export function saturationRows({ vectors, tables }: SaturationReport): Row[] {
  return [
    ['saturated', vectors.map(({ name, share }) => `${name} ${formatShare(share)}`).join(', ')],
    ['beyond tables', tables.map(({ name, range, share }) => `${name} ±${range} ${formatShare(share)}`).join(', ')],
  ];
}

/** The vector that saturated most, e.g. `c 0.12 %`. */
export function mostSaturated({ vectors }: SaturationReport): string {
  const [most] = vectors.filter(({ name }) => name !== 'z').toSorted((a, b) => b.share - a.share);
  return most === undefined || most.share === 0 ? 'none' : `${most.name} ${formatShare(most.share)}`;
}

/** Writes warnings beside the summary. */
export function showWarnings(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`esegen: warning: ${line}\n`);
}
