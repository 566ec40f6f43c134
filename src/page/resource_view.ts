import * as Plot from '@observablehq/plot';
import { count, percent } from '../report/numbers.ts';
import type { ResourceData, ResourceRow } from '../report/resource_data.ts';
import { chart, legend } from './chart.ts';
import { html, onDemand } from './dom.ts';
import { sortableTable } from './table.ts';

/** Colours of what units are for: those of the units of the other pictures, where they are the same. */
const COLOURS: Readonly<Record<string, string>> = {
  'multiply-accumulate': 'var(--mac)',
  columns: 'var(--mac-soft)',
  weights: 'var(--memory)',
  vectors: 'var(--memory-soft)',
  cells: 'var(--cell)',
  transforms: 'var(--store)',
  'sequences and frames': 'var(--load)',
  control: 'var(--neutral)',
};

interface Piece {
  readonly name: string;
  readonly section: string;
  readonly share: number;
  readonly used: number;
}

/** Resources against the part, and beside them the published ones of ESE. */
export function resourceView({ part, rows, units }: ResourceData): HTMLElement {
  const sections = [...new Set(units.map(({ section }) => section))];
  // Against the part, or where it is not known, against ESE.
  const whole = ({ available, ese }: ResourceRow) => available ?? ese ?? 0;
  const drawn = rows.filter((row) => whole(row) > 0);
  const pieces = drawn.flatMap((row) =>
    sections.map((section): Piece => {
      const used = units.reduce((sum, own) => sum + (own.section === section ? own.used[row.resource] : 0), 0);
      return { name: row.name, section, used, share: used / whole(row) };
    }),
  );
  const known = rows.some(({ available }) => available !== null);
  const label = known ? `share of the ${part}` : "share of ESE's";
  const most = Math.max(1, ...drawn.map((row) => row.used / whole(row)));
  // Of a small part, ESE's design may be many.
  const marks = drawn.filter(({ ese, available }) => ese !== null && available !== null && ese <= most * available);
  const view = chart(`Resources, ${label}: a table follows`, (width) => ({
    height: drawn.length * 32 + 60,
    marginLeft: 76,
    marginRight: 48,
    x: {
      label,
      grid: true,
      tickFormat: '.0%',
      ticks: width / 110,
      domain: [0, most],
    },
    y: { label: null, domain: drawn.map(({ name }) => name), padding: 0.28 },
    color: { type: 'identity' },
    marks: [
      Plot.barX(
        pieces,
        Plot.stackX({
          x: 'share',
          y: 'name',
          fill: ({ section }: Piece) => COLOURS[section] ?? 'var(--neutral)',
          title: ({ name, section, used, share }: Piece) => `${name}, ${section}\n${count(used)}, ${percent(share)}`,
          tip: true,
        }),
      ),
      Plot.tickX(marks, {
        x: (row: ResourceRow) => row.ese! / whole(row),
        y: 'name',
        stroke: 'var(--ink)',
        strokeWidth: 2,
        strokeDasharray: '3 2',
      }),
      Plot.text(drawn, {
        x: (row: ResourceRow) => row.used / whole(row),
        y: 'name',
        text: (row: ResourceRow) => percent(row.used / whole(row)),
        textAnchor: 'start',
        dx: 6,
      }),
      Plot.ruleX([0]),
      Plot.ruleX([1], { stroke: 'var(--over)' }),
    ],
  }));
  const table = sortableTable(
    `Resources against the ${part}`,
    'resources.csv',
    [
      { title: 'Resource', value: ({ name }) => name },
      { title: 'This design, estimated', value: ({ used }) => used },
      { title: `${part} has`, value: ({ available }) => available },
      {
        title: 'Share',
        value: ({ used, available }) => (available === null || available === 0 ? null : used / available),
        show: ({ used, available }) => (available === null || available === 0 ? '–' : percent(used / available)),
      },
      { title: 'ESE, published (XCKU060, 32 voices)', value: ({ ese }) => ese },
    ],
    rows,
  );
  const byUnit = () =>
    sortableTable(
      'Resources by unit',
      'resources-by-unit.csv',
      [
        { title: 'Unit', value: ({ unit }) => unit },
        { title: 'For', value: ({ section }) => section },
        { title: 'Instances', value: ({ instances }) => instances },
        ...rows.map(({ resource, name }) => ({
          title: name,
          value: ({ used }: (typeof units)[number]) => used[resource],
        })),
      ],
      units,
    );
  const swatches = [
    ...sections.map((section) => ({ label: section, fill: COLOURS[section] ?? 'var(--neutral)' })),
    ...(marks.length === 0 ? [] : [{ label: 'dashed: ESE, published', fill: 'var(--ink)' }]),
  ];
  return html(
    'div',
    {},
    legend(swatches),
    view,
    table,
    onDemand('By unit', () => [byUnit()]),
  );
}
