import type { WordErrors } from '../speech/ctc.ts';
import { padColumns, textColumns } from './text_columns.ts';

/** A line of a table: what it is, and its value. */
export type Row = readonly [label: string, value: string];

/** Two aligned columns, a line for each row; ends in a newline. */
export function formatRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([label]) => textColumns(label)));
  return rows.map(([label, value]) => `${`${padColumns(label, width, 'left')}  ${value}`.trimEnd()}\n`).join('');
}

/**
 * A table with a heading; ends in a newline.
 *
 * @param sides on which columns are aligned; default the first one left, the others right
 */
export function formatTable(
  lines: readonly (readonly string[])[],
  sides: readonly ('left' | 'right')[] = ['left'],
): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => textColumns(cells[column]!))));
  const align = (cell: string, column: number) => padColumns(cell, widths[column]!, sides[column] ?? 'right');
  return lines.map((cells) => `${cells.map(align).join('  ').trimEnd()}\n`).join('');
}

/** 1234567 → `1,234,567`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** Bits of memory in thousands: 98304 → `98.3 kbit`. */
export function formatBits(value: number): string {
  return `${(value / 1000).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} kbit`;
}

/** A share as a percentage: 0.11216 → `11.22 %`. */
export function formatShare(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

/** A ratio in dB: 41.925 → `41.9 dB`; `exact` where nothing is lost. */
export function formatDb(value: number | null): string {
  return value === null ? 'exact' : `${value.toFixed(1)} dB`;
}

/** Word errors for a column of its own: `1.70 % (18/1057)`; none without labels. */
export function formatWords(words: WordErrors | null): readonly string[] {
  return words === null ? [] : [`${formatShare(words.rate)} (${words.errors}/${words.words})`];
}
