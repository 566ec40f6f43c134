import * as Plot from '@observablehq/plot';
import { count } from '../report/numbers.ts';
import type { MemoryRow, Region } from '../report/report_data.ts';
import { chart } from './chart.ts';
import { details, html } from './dom.ts';
import { shortName } from './short_name.ts';
import { sortableTable } from './table.ts';

const BAR = 24;
const STRIP = 26;

/** Memories by kind, and where the vectors lie in the vector memory. */
export function memoryView(memories: readonly MemoryRow[], regions: readonly Region[]): HTMLElement {
  const sorted = memories.toSorted((a, b) => b.kbit - a.kbit);
  const sizes = chart('Kbit of the memories by kind: a table follows', (width) => ({
    height: sorted.length * BAR + 60,
    marginLeft: 84,
    marginRight: 64,
    x: { label: 'Kbit', grid: true, ticks: width / 110 },
    y: { label: null, domain: sorted.map(({ name }) => name), padding: 0.3 },
    marks: [
      Plot.barX(sorted, { x: 'kbit', y: 'name', fill: 'var(--memory)', title: memoryTitle }),
      Plot.text(sorted, {
        x: 'kbit',
        y: 'name',
        text: ({ kbit }: MemoryRow) => count(kbit),
        textAnchor: 'start',
        dx: 5,
      }),
      Plot.ruleX([0]),
    ],
  }));
  const table = sortableTable(
    'Memories of the design',
    'memories.csv',
    [
      { title: 'Memory', value: ({ name }) => name },
      { title: 'Count', value: ({ count: own }) => own },
      { title: 'Words', value: ({ depth }) => depth },
      { title: 'Bits', value: ({ width }) => width },
      { title: 'Kbit', value: ({ kbit }) => kbit },
    ],
    sorted,
  );
  return html(
    'div',
    {},
    html('h3', {}, 'By kind'),
    sizes,
    details('As a table', table),
    ...(regions.length === 0 ? [] : regionView(regions)),
  );
}

function memoryTitle({ name, count: own, depth, width, kbit }: MemoryRow): string {
  return `${name}: ${count(own)} × ${count(depth)} words × ${count(width)} bits = ${count(kbit)} Kbit`;
}

function regionView(regions: readonly Region[]): HTMLElement[] {
  const top = Math.max(...regions.map(({ from, words }) => from + words));
  const map = chart('Vectors in the vector memory of a group by address: a table follows', (width) => ({
    height: regions.length * STRIP + 60,
    marginLeft: Math.min(150, width / 3),
    marginRight: 16,
    x: { label: 'address in a group, words', domain: [0, top], grid: true, ticks: width / 110 },
    y: { label: null, domain: regions.map(({ name }) => name), padding: 0.25, tickFormat: shortName },
    marks: [
      Plot.barX(regions, {
        x1: 'from',
        x2: ({ from, words }: Region) => from + words,
        y: 'name',
        fill: 'var(--memory)',
        title: ({ name, role, from, words }: Region) => `${name}, ${role}: ${count(from)} … ${count(from + words - 1)}`,
      }),
    ],
  }));
  const table = sortableTable(
    'Vectors in the vector memory of a group',
    'vectors.csv',
    [
      { title: 'Vector', value: ({ name }) => name },
      { title: 'Role', value: ({ role }) => role },
      { title: 'From', value: ({ from }) => from },
      { title: 'Words', value: ({ words }) => words },
    ],
    regions,
  );
  return [html('h3', {}, 'Vector memory'), map, details('As a table', table)];
}
