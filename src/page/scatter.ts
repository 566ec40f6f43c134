import * as Plot from '@observablehq/plot';
import { type ExplorationPoint, MEASURE_NAMES, type Measure } from '../report/exploration_data.ts';
import { count } from '../report/numbers.ts';
import { drawToWidth, html, svg } from './dom.ts';
import { axisValue } from './point_filter.ts';

/** Told apart by those who see few colours too (Okabe and Ito). */
export const COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8c8c8c',
  '#b0a000',
] as const;

/** What a scatter plot shows. */
export interface ScatterState {
  readonly points: readonly ExplorationPoint[];
  readonly front: ReadonlySet<number>;
  /** What colours stand for: `model` or an axis, and its values in the order of the colours. */
  readonly by: string;
  readonly values: readonly string[];
  readonly x: Measure;
  readonly y: Measure;
}

/** A rectangle in units of the axes. */
export interface Brushed {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const HEIGHT = 420;
/** Ratio of the largest to the smallest value from which an axis is logarithmic. */
const WIDE = 5;

/** Colour of a value among all of its axis, or of a model among all models. */
export function colourOf(values: readonly string[], value: string): string {
  return COLOURS[values.indexOf(value) % COLOURS.length]!;
}

/** An axis over values: logarithmic, with a little room at its ends, where they are of different sizes. */
function axisOver(values: readonly number[]): Plot.ScaleOptions {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least <= 0 || most / least < WIDE) return { type: 'linear', nice: true };
  return { type: 'log', domain: [least / 1.08, most * 1.08] };
}

function titleOf(
  { point, model, set }: ExplorationPoint,
  x: Measure,
  y: Measure,
  [a, b]: readonly [number, number],
): string {
  const own = Object.entries(set).map(([axis, value]) => `${axis} ${value}`);
  return [
    `point ${point}, ${model}`,
    `${MEASURE_NAMES[x]}: ${count(a)}`,
    `${MEASURE_NAMES[y]}: ${short(b)}`,
    ...own,
  ].join('\n');
}

function short(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** A plot of points, those of the front strong and joined, in which a rectangle can be drawn. */
export class Scatter {
  readonly element = html('div', {
    class: 'chart scatter',
    role: 'img',
    'aria-label': 'Points of the exploration: the table below has them',
  });
  readonly #brush: (area: Brushed | null) => void;
  #state: ScatterState | null = null;
  #width = 0;

  /** @param brush takes the rectangle that was drawn, or null where there was a click only */
  constructor(brush: (area: Brushed | null) => void) {
    this.#brush = brush;
    drawToWidth(this.element, (width) => {
      this.#width = width;
      this.#draw();
    });
  }

  show(state: ScatterState): void {
    this.#state = state;
    this.#draw();
  }

  #draw(): void {
    const state = this.#state;
    if (state === null || this.#width === 0) return;
    const { x, y, by, values, front } = state;
    const placed = state.points.flatMap((point) => {
      const [a, b] = [point[x], point[y]];
      return a === null || b === null ? [] : [{ point, at: [a, b] as const, front: front.has(point.point) }];
    });
    if (placed.length === 0) {
      this.element.replaceChildren(
        html('p', { class: 'note' }, 'No point is left by the filters, or none has these figures.'),
      );
      return;
    }
    type Placed = (typeof placed)[number];
    const colour = ({ point }: Placed) => colourOf(values, axisValue(point, by));
    const common = {
      x: ({ at }: Placed) => at[0],
      y: ({ at }: Placed) => at[1],
      title: ({ point, at }: Placed) => titleOf(point, x, y, at),
    };
    const strong = placed.filter((own) => own.front);
    const plot = Plot.plot({
      width: this.#width,
      height: HEIGHT,
      marginTop: 28,
      marginLeft: 64,
      marginBottom: 44,
      style: { background: 'none', fontSize: '12px', fontFamily: 'inherit' },
      x: {
        ...axisOver(placed.map(({ at }) => at[0])),
        label: MEASURE_NAMES[x],
        grid: true,
        ticks: Math.max(3, this.#width / 120),
      },
      y: {
        ...axisOver(placed.map(({ at }) => at[1])),
        label: MEASURE_NAMES[y],
        grid: true,
        ...(y === 'errorRate' ? { tickFormat: '.2%' } : {}),
      },
      color: { type: 'identity' },
      marks: [
        Plot.dot(
          placed.filter((own) => !own.front),
          { ...common, r: 2.2, fill: colour, fillOpacity: 0.45 },
        ),
        Plot.dot(strong, { ...common, r: 4.4, fill: colour, stroke: 'var(--ink)', strokeWidth: 1 }),
        Plot.tip(placed, Plot.pointer({ ...common, maxRadius: 24 })),
      ],
    });
    plot.setAttribute('aria-hidden', 'true');
    this.element.replaceChildren(plot);
    if (plot instanceof SVGSVGElement) this.#listen(plot, plot as SVGSVGElement & Plot.Plot);
  }

  #listen(picture: SVGSVGElement, { scale }: Plot.Plot): void {
    const [across, down] = [scale('x')!, scale('y')!];
    const frame = svg('rect', { class: 'brush', visibility: 'hidden' });
    picture.append(frame);
    let start: { readonly x: number; readonly y: number } | null = null;
    const place = (event: PointerEvent) => {
      const box = picture.getBoundingClientRect();
      const factor = this.#width / box.width;
      return { x: (event.clientX - box.left) * factor, y: (event.clientY - box.top) * factor };
    };
    picture.addEventListener('pointerdown', (event) => {
      start = place(event);
      picture.setPointerCapture(event.pointerId);
    });
    picture.addEventListener('pointermove', (event) => {
      if (start === null) return;
      const now = place(event);
      const sides = {
        x: Math.min(start.x, now.x),
        y: Math.min(start.y, now.y),
        width: Math.abs(now.x - start.x),
        height: Math.abs(now.y - start.y),
      };
      for (const [name, value] of Object.entries(sides)) frame.setAttribute(name, String(value));
      frame.setAttribute('visibility', 'visible');
    });
    picture.addEventListener('pointerup', (event) => {
      if (start === null) return;
      const [begin, end] = [start, place(event)];
      start = null;
      frame.setAttribute('visibility', 'hidden');
      if (Math.abs(end.x - begin.x) < 4 || Math.abs(end.y - begin.y) < 4) this.#brush(null);
      else
        this.#brush({
          x: sorted(across.invert!(begin.x), across.invert!(end.x)),
          y: sorted(down.invert!(begin.y), down.invert!(end.y)),
        });
    });
  }
}

function sorted(a: number, b: number): [number, number] {
  return a < b ? [a, b] : [b, a];
}
