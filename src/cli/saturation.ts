import type { TableShare } from '../golden/saturation.ts';
import type { SaturatedVector } from '../verbs/run/engine.ts';
import { formatShare, type Row } from './table.ts';

/** What saturated: vectors, and tables of a one-layer design. */
interface Saturated {
  readonly saturated: readonly SaturatedVector[];
  readonly tables?: readonly TableShare[];
}

/** Vectors that are told. */
const TOLD = 6;

/** Shares of what saturated, for the summaries. */
export function saturationRows({ saturated, tables = [] }: Saturated): Row[] {
  const shares = saturated.slice(0, TOLD).map(({ vector, share }) => `${vector} ${formatShare(share)}`);
  const beyond = tables.map(({ name, range, share }) => `${name} ±${range} ${formatShare(share)}`);
  return [
    ['saturated', shares.length === 0 ? 'nothing' : shares.join(', ')],
    ...(beyond.length === 0 ? [] : [['beyond tables', beyond.join(', ')] as const]),
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
