import * as Plot from '@observablehq/plot';
import type { ExplorationPoint } from '../report/exploration_data.ts';
import { chart, legend } from './chart.ts';
import { details, html } from './dom.ts';
import { colourOf } from './scatter.ts';
import { sortableTable } from './table.ts';

/** The best of designs that compute the same numbers. */
interface Best {
  readonly model: string;
  readonly structure: string;
  readonly density: number;
  readonly width: string;
  readonly error: number;
}

/** Widths that are axes; the rest are those of the config. */
function widthOf({ weightBits, vectorBits }: ExplorationPoint['set']): string {
  const widths = [
    ...(weightBits === undefined ? [] : [`${weightBits}-bit weights`]),
    ...(vectorBits === undefined ? [] : [`${vectorBits}-bit vectors`]),
  ];
  return widths.length === 0 ? 'as in the config' : widths.join(', ');
}

/** Least error of the points by model, structure, density and width; of SQNR the most, as dB below the signal. */
export function bestOf(points: readonly ExplorationPoint[], measure: 'errorRate' | 'sqnrDb'): Best[] {
  const found = new Map<string, Best>();
  for (const point of points) {
    const value = point[measure];
    if (value === null) continue;
    const { model, set, density } = point;
    const block = Number(set.block ?? 0);
    const own: Best = {
      ...{ model, density: density ?? 1, error: value },
      structure: block === 0 ? 'free' : `blocks of ${block}`,
      width: widthOf(set),
    };
    const key = JSON.stringify([own.model, own.structure, own.density.toFixed(3), own.width]);
    const before = found.get(key);
    const better = before === undefined || (measure === 'errorRate' ? value < before.error : value > before.error);
    if (better) found.set(key, own);
  }
  return [...found.values()];
}

/** Accuracy over density, structure and width. */
export function accuracyView(points: readonly ExplorationPoint[], models: readonly string[]): HTMLElement {
  const measure = points.some(({ errorRate }) => errorRate !== null) ? 'errorRate' : 'sqnrDb';
  const best = bestOf(points, measure);
  if (best.length === 0) return html('p', { class: 'note' }, 'The exploration measured no errors.');
  const label = measure === 'errorRate' ? 'error rate' : 'SQNR, dB';
  const widths = [...new Set(best.map(({ width }) => width))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const colour = ({ model }: Best) => colourOf(models, model);
  const title = ({ model, structure, density, width, error }: Best) =>
    `${model}, ${structure}\ndensity ${density.toFixed(3)}, ${width}\n${label} ${error.toPrecision(4)}`;
  const symbols = [...new Set(best.map(({ structure }) => structure))];
  const view = chart(`${label} over density, by structure and width: a table follows`, (width) => ({
    height: 300,
    marginTop: 28,
    marginLeft: 64,
    marginBottom: 44,
    x: {
      label: 'density: share of the weights that are not zero',
      grid: true,
      domain: [0, Math.max(...best.map(({ density }) => density))],
      nice: true,
      ticks: width / 120,
    },
    y: { label, grid: true, nice: true, ...(measure === 'errorRate' ? { tickFormat: '.2%', zero: true } : {}) },
    color: { type: 'identity' },
    symbol: { domain: symbols, legend: symbols.length > 1 },
    marks: [
      Plot.dot(best, {
        x: 'density',
        y: 'error',
        stroke: colour,
        symbol: 'structure',
        r: 4.5,
        strokeWidth: 1.6,
        title,
        tip: true,
      }),
    ],
  }));
  const byWidth = chart(`${label} by width: a table follows`, () => ({
    height: widths.length * 34 + 60,
    marginLeft: 124,
    x: { label, grid: true, nice: true, ...(measure === 'errorRate' ? { tickFormat: '.2%', zero: true } : {}) },
    y: { label: null, domain: widths, tickFormat: (width: string) => width.replace(', ', ',\n') },
    color: { type: 'identity' },
    marks: [Plot.tickX(best, { x: 'error', y: 'width', stroke: colour, strokeWidth: 2, title, tip: true })],
  }));
  const table = sortableTable(
    'Accuracy of the best designs',
    'accuracy.csv',
    [
      { title: 'Model', value: ({ model }) => model },
      { title: 'Structure', value: ({ structure }) => structure },
      { title: 'Density', value: ({ density }) => density, show: ({ density }) => density.toFixed(3) },
      { title: 'Width', value: ({ width }) => width },
      { title: label, value: ({ error }) => error, show: ({ error }) => error.toPrecision(4) },
    ],
    best,
  );
  const swatches = models.map((model) => ({ label: model, fill: colourOf(models, model) }));
  return html('div', {}, legend(swatches), view, widths.length > 1 ? byWidth : null, details('As a table', table));
}
