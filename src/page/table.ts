import { count, tenths } from '../report/numbers.ts';
import { button, html, saveFile } from './dom.ts';

/** A column: its heading, and the value of a row. Numbers stand right and are sorted as such. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  /** What is shown; default: the value. */
  readonly show?: (row: Row) => string;
}

/** Rows that are shown of a long table; the file has all. */
const SHOWN = 200;

const collator = new Intl.Collator('en', { numeric: true });

function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}

/** A field of CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** All rows as CSV, with a line of headings. */
export function csvOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map(({ value }) => csvField(value(row))).join(','));
  return [columns.map(({ title }) => csvField(title)).join(','), ...lines, ''].join('\r\n');
}

/**
 * A table that can be sorted by each column and saved.
 *
 * @param caption says what it shows, to those who do not see it
 * @param file name of the file it is saved as
 * @param tail columns behind the others that hold no values, such as buttons
 * @param saved columns that the file has besides
 */
export function sortableTable<Row>(
  caption: string,
  file: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  tail: readonly { readonly title: string; readonly cell: (row: Row) => Node }[] = [],
  saved: readonly Column<Row>[] = [],
): HTMLElement {
  let order: { readonly at: number; readonly down: boolean } | null = null;
  const body = html('tbody');
  const heads = columns.map(({ title }, at) => {
    const own = button(title, () => {
      order = { at, down: order?.at === at ? !order.down : false };
      fillBody();
    });
    return html('th', { scope: 'col', class: isNumeric(columns[at]!, rows) ? 'number' : null }, own);
  });
  const note = html('p', { class: 'note', role: 'status' });

  function fillBody(): void {
    for (const [at, head] of heads.entries()) {
      if (order?.at === at) head.setAttribute('aria-sort', order.down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    const sorted = ordered();
    body.replaceChildren(...sorted.slice(0, SHOWN).map((row) => html('tr', {}, ...cellsOf(row))));
    note.textContent = rows.length > SHOWN ? `The first ${SHOWN} of ${count(rows.length)} rows; the file has all.` : '';
  }

  function ordered(): readonly Row[] {
    if (order === null) return rows;
    const { value } = columns[order.at]!;
    const sign = order.down ? -1 : 1;
    return rows.toSorted((a, b) => sign * compare(value(a), value(b)));
  }

  function cellsOf(row: Row): HTMLElement[] {
    const cells = columns.map(({ value, show }) => {
      const own = value(row);
      const text = show === undefined ? shown(own) : show(row);
      return html('td', { class: typeof own === 'number' ? 'number' : null }, text);
    });
    return [...cells, ...tail.map(({ cell }) => html('td', {}, cell(row)))];
  }

  fillBody();
  const table = html(
    'table',
    {},
    html('caption', {}, caption),
    html('thead', {}, html('tr', {}, ...heads, ...tail.map(({ title }) => html('th', { scope: 'col' }, title)))),
    body,
  );
  const save = button(
    'Save as CSV',
    () => saveFile(file, csvOf([...columns, ...saved], ordered()), 'text/csv;charset=utf-8'),
    {
      class: 'quiet',
    },
  );
  const scroller = html('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table);
  return html('div', { class: 'tabled' }, scroller, html('div', { class: 'below' }, note, save));
}

function isNumeric<Row>({ value }: Column<Row>, rows: readonly Row[]): boolean {
  return rows.length > 0 && rows.every((row) => typeof value(row) === 'number' || value(row) === null);
}

function shown(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? tenths(value) : value;
}
