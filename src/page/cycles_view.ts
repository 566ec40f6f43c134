import * as Plot from '@observablehq/plot';
import type { TimelineUnit } from '../cycles/timeline.ts';
import { count, percent } from '../report/numbers.ts';
import type { CycleData, LayerShare, UnitShare } from '../report/report_data.ts';
import { chart, legend, unitColour } from './chart.ts';
import { html, onDemand } from './dom.ts';
import { shortName } from './short_name.ts';
import { sortableTable } from './table.ts';

const BAR = 34;

function shareTitle({ unit, what, cycles }: UnitShare, all: number): string {
  return `${unit.toUpperCase()}: ${what}\n${count(cycles)} cycles, ${percent(cycles / all)}`;
}

/** Where the cycles of a step or an utterance go, by unit and by layer. */
export function cyclesView({ cycles, steps, units, layers }: CycleData, rows: readonly TimelineUnit[]): HTMLElement {
  const labels = new Map(rows.map(({ id, label }) => [id, label]));
  const labelOf = (unit: string) => labels.get(unit) ?? unit.toUpperCase();
  const of = steps === 1 ? 'of a step' : `of an utterance of ${count(steps)} steps`;
  const used = rows.filter(({ id }) => units.some(({ unit }) => unit === id));
  const byUnit = chart(`Cycles ${of} by unit: a table follows`, (width) => ({
    height: used.length * BAR + 56,
    marginLeft: 76,
    marginRight: 16,
    x: { label: `cycles ${of}`, domain: [0, cycles], grid: true, ticks: width / 110 },
    y: { label: null, domain: used.map(({ label }) => label), padding: 0.25 },
    color: { type: 'identity' },
    marks: [
      Plot.barX(
        units,
        Plot.stackX({
          x: 'cycles',
          y: (share: UnitShare) => labelOf(share.unit),
          order: (share: UnitShare) => (share.kind === 'work' ? 0 : 1),
          fill: (share: UnitShare) => (share.kind === 'work' ? unitColour(share.unit) : 'var(--wait)'),
          title: (share: UnitShare) => shareTitle(share, cycles),
          insetLeft: 0.5,
          insetRight: 0.5,
          tip: true,
        }),
      ),
      Plot.ruleX([0]),
    ],
  }));
  const names = [...new Set(layers.map(({ layer }) => layer))];
  const byLayer = chart(`Cycles ${of} in which units work on a layer: a table follows`, (width) => ({
    height: names.length * (used.length * 10 + 12) + 60,
    marginLeft: Math.min(120, width / 3),
    marginRight: 16,
    x: { label: `cycles ${of}`, grid: true, ticks: width / 110 },
    y: { label: null, axis: null },
    fy: { label: null, domain: names, axis: null, padding: 0.15 },
    color: { type: 'identity' },
    marks: [
      Plot.barX(layers, {
        x: 'cycles',
        y: (share: LayerShare) => labelOf(share.unit),
        fy: 'layer',
        fill: (share: LayerShare) => unitColour(share.unit),
        title: ({ layer, unit, cycles: own }: LayerShare) => `${layer}, ${labelOf(unit)}: ${count(own)} cycles`,
        tip: true,
      }),
      Plot.axisFy({ anchor: 'left', label: null, tickFormat: shortName, fontSize: 12 }),
      Plot.ruleX([0]),
    ],
  }));
  const swatches = [
    ...used.map(({ id, label }) => ({ label: `${label} works`, fill: unitColour(id) })),
    { label: 'waits, rests, padding', fill: 'var(--wait)' },
  ];
  return html(
    'div',
    {},
    legend(swatches),
    html(
      'div',
      { class: 'pair' },
      html('div', {}, html('h3', {}, 'By unit'), byUnit),
      html('div', {}, html('h3', {}, 'By layer'), byLayer),
    ),
    onDemand('As tables', () => [
      sortableTable(
        `Cycles ${of} by unit`,
        'cycles-by-unit.csv',
        [
          { title: 'Unit', value: ({ unit }) => labelOf(unit) },
          { title: 'Does', value: ({ what }) => what },
          { title: 'Cycles', value: ({ cycles: own }) => own },
          {
            title: 'Share',
            value: ({ cycles: own }) => own / cycles,
            show: ({ cycles: own }) => percent(own / cycles),
          },
        ],
        units,
      ),
      sortableTable(
        `Cycles ${of} by layer`,
        'cycles-by-layer.csv',
        [
          { title: 'Layer', value: ({ layer }) => layer },
          { title: 'Unit', value: ({ unit }) => labelOf(unit) },
          { title: 'Cycles', value: ({ cycles: own }) => own },
        ],
        layers,
      ),
    ]),
  );
}
