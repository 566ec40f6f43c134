import {
  type ExplorationData,
  type ExplorationPoint,
  MEASURE_NAMES,
  MEASURES,
  type Measure,
} from '../report/exploration_data.ts';
import { count } from '../report/numbers.ts';
import { accuracyView } from './accuracy_view.ts';
import { legend } from './chart.ts';
import { copyButton } from './copy.ts';
import { factsView, provenanceTable } from './design_view.ts';
import { button, details, html, section } from './dom.ts';
import { axisValue, type Filter, filterPoints, NO_FILTER, type Range } from './point_filter.ts';
import { type Brushed, modelColour, Scatter } from './scatter.ts';
import { type Column, sortableTable } from './table.ts';

/** Values of an axis up to which it has a filter of boxes. */
const MOST_VALUES = 24;

function has(points: readonly ExplorationPoint[], measure: Measure): boolean {
  return points.some((point) => point[measure] !== null);
}

function significant(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 5 });
}

/** The front of an exploration, with its points: filters, plot and table of the same. */
export class ExplorationView {
  readonly sections: readonly HTMLElement[];
  readonly #data: ExplorationData;
  readonly #front: ReadonlySet<number>;
  readonly #measures: readonly Measure[];
  readonly #scatter = new Scatter((area) => this.#brushed(area));
  readonly #table = html('div');
  readonly #said = html('p', { class: 'said', role: 'status' });
  readonly #inputs = new Map<Measure, { readonly least: HTMLInputElement; readonly most: HTMLInputElement }>();
  #filter: Filter = NO_FILTER;
  #x: Measure;
  #y: Measure;

  constructor(data: ExplorationData) {
    this.#data = data;
    this.#front = new Set(data.front);
    this.#measures = MEASURES.filter((measure) => has(data.points, measure));
    const shown = data.objectives.filter((objective) => this.#measures.includes(objective));
    this.#x = shown[0] ?? 'cycles';
    this.#y = shown[1] ?? this.#measures.find((measure) => measure !== this.#x) ?? this.#x;
    const { models, points, provenance } = data;
    const swatches = models.map((model) => ({ label: model, fill: modelColour(models, model) }));
    const lead = [
      `The front of ${data.objectives.map((objective) => MEASURE_NAMES[objective].toLowerCase()).join(', ')}: no other design is as good in all of them and better in one.`,
      ...(data.constraints.length === 0 ? [] : [`It keeps to ${data.constraints.join(', ')}.`]),
      'Large points are of the front. Draw a rectangle to keep what is in it.',
    ].join(' ');
    this.sections = [
      section(
        'front',
        'Front',
        lead,
        html('div', { class: 'bar' }, legend(swatches), this.#axisChoices()),
        this.#scatter.element,
        this.#said,
        this.#filters(),
        this.#table,
      ),
      section(
        'accuracy',
        'Accuracy',
        'The best of the designs that share structure, density and widths.',
        accuracyView(points, models),
      ),
      ...(data.refused.length === 0 ? [] : [this.#refused()]),
      section('provenance', 'Provenance', 'From what this page was made.', provenanceTable(provenance)),
    ];
    this.#update();
  }

  /** The figures that come first. */
  facts(): HTMLElement {
    const { grid, points, refused, front, models } = this.#data;
    const cannot = refused.reduce((sum, own) => sum + own.points, 0);
    return factsView([
      { label: 'Designs of the grid', value: count(grid) },
      { label: 'Computed', value: count(points.length) },
      { label: 'Cannot be built', value: count(cannot) },
      { label: 'On the front', value: count(front.length) },
      { label: 'Models', value: count(models.length) },
    ]);
  }

  #axisChoices(): HTMLElement {
    const choice = (label: string, current: Measure, take: (measure: Measure) => void) => {
      const options = this.#measures.map((measure) =>
        html('option', { value: measure, selected: measure === current }, MEASURE_NAMES[measure]),
      );
      const select = html('select', {}, ...options);
      select.addEventListener('change', () => {
        take(this.#measures.find((measure) => measure === select.value)!);
        this.#update();
      });
      return html('label', { class: 'choice' }, html('span', {}, label), select);
    };
    return html(
      'div',
      { class: 'tools' },
      choice('Across', this.#x, (measure) => {
        this.#x = measure;
      }),
      choice('Up', this.#y, (measure) => {
        this.#y = measure;
      }),
    );
  }

  #filters(): HTMLElement {
    const box = (label: string, checked: boolean, take: (on: boolean) => void) => {
      const input = html('input', { type: 'checkbox', checked });
      input.addEventListener('change', () => {
        take(input.checked);
        this.#update();
      });
      return html('label', { class: 'check' }, input, label);
    };
    const groups = ['model', ...this.#data.axes].flatMap((axis) => {
      const values = [...new Set(this.#data.points.map((point) => axisValue(point, axis)))];
      if (values.length < 2 || values.length > MOST_VALUES) return [];
      const boxes = values.map((value) => box(value, true, (on) => this.#allow(axis, values, value, on)));
      return [html('fieldset', {}, html('legend', {}, axis), ...boxes)];
    });
    const ranges = this.#measures.map((measure) => {
      const input = (label: string) => {
        const own = html('input', {
          type: 'number',
          step: 'any',
          'aria-label': `${MEASURE_NAMES[measure]}, ${label}`,
          placeholder: label,
        });
        own.addEventListener('change', () => {
          this.#limit(measure);
          this.#update();
        });
        return own;
      };
      const inputs = { least: input('least'), most: input('most') };
      this.#inputs.set(measure, inputs);
      return html(
        'fieldset',
        { class: 'range' },
        html('legend', {}, MEASURE_NAMES[measure]),
        inputs.least,
        inputs.most,
      );
    });
    const front = box('Front only', false, (on) => {
      this.#filter = { ...this.#filter, frontOnly: on };
    });
    const fitting = box('Fits its part', false, (on) => {
      this.#filter = { ...this.#filter, fitting: on };
    });
    return html(
      'div',
      {},
      html(
        'div',
        { class: 'form' },
        front,
        fitting,
        button('Show all', () => this.#reset()),
      ),
      details('Filters', html('div', { class: 'filters' }, ...groups), html('div', { class: 'filters' }, ...ranges)),
    );
  }

  #allow(axis: string, all: readonly string[], value: string, on: boolean): void {
    const allowed = new Set(this.#filter.values.get(axis) ?? all);
    if (on) allowed.add(value);
    else allowed.delete(value);
    this.#filter = { ...this.#filter, values: new Map(this.#filter.values).set(axis, allowed) };
  }

  #limit(measure: Measure): void {
    const { least, most } = this.#inputs.get(measure)!;
    const read = ({ value }: HTMLInputElement) => (value === '' || Number.isNaN(Number(value)) ? null : Number(value));
    const range: Range = { least: read(least), most: read(most) };
    const ranges = new Map(this.#filter.ranges);
    if (range.least === null && range.most === null) ranges.delete(measure);
    else ranges.set(measure, range);
    this.#filter = { ...this.#filter, ranges };
  }

  #brushed(area: Brushed | null): void {
    for (const [measure, side] of [
      [this.#x, area?.x],
      [this.#y, area?.y],
    ] as const) {
      const { least, most } = this.#inputs.get(measure)!;
      least.value = side === undefined ? '' : String(side[0]);
      most.value = side === undefined ? '' : String(side[1]);
      this.#limit(measure);
    }
    this.#update();
  }

  #reset(): void {
    this.#filter = NO_FILTER;
    for (const box of this.sections[0]!.querySelectorAll<HTMLInputElement>('input')) {
      if (box.type === 'checkbox') box.checked = box.closest('.filters') !== null;
      else box.value = '';
    }
    this.#update();
  }

  #update(): void {
    const { points, models, objectives } = this.#data;
    const shown = filterPoints(points, this.#filter, this.#front);
    this.#scatter.show({ points: shown, front: this.#front, models, x: this.#x, y: this.#y });
    const ofFront = shown.filter(({ point }) => this.#front.has(point)).length;
    this.#said.textContent = `${count(shown.length)} of ${count(points.length)} designs, ${count(ofFront)} of them on the front.`;
    // Those of the front first.
    const ordered = shown.toSorted((a, b) => Number(this.#front.has(b.point)) - Number(this.#front.has(a.point)));
    const first = [...new Set<Measure>([...objectives, ...this.#measures])].filter((measure) =>
      this.#measures.includes(measure),
    );
    const columns: Column<ExplorationPoint>[] = [
      { title: 'Point', value: ({ point }) => point, show: ({ point }) => String(point) },
      { title: 'Front', value: ({ point }) => (this.#front.has(point) ? 'front' : '') },
      { title: 'Model', value: ({ model }) => model },
      ...first.map((measure): Column<ExplorationPoint> => {
        const show = (point: ExplorationPoint) => (point[measure] === null ? '–' : significant(point[measure]!));
        return { title: MEASURE_NAMES[measure], value: (point) => point[measure], show };
      }),
      { title: 'Fits', value: ({ fits }) => (fits === null ? '' : fits ? 'yes' : 'no') },
      ...this.#data.axes.map(
        (axis): Column<ExplorationPoint> => ({ title: axis, value: ({ set }) => set[axis] ?? null }),
      ),
    ];
    const copy = {
      title: 'Command',
      cell: ({ point, command }: ExplorationPoint) =>
        copyButton('Copy', `Copy the command line of point ${point}`, command),
    };
    const saved: Column<ExplorationPoint> = { title: 'Command', value: ({ command }) => command };
    this.#table.replaceChildren(
      sortableTable('Designs that the filters leave', 'designs.csv', columns, ordered, [copy], [saved]),
    );
  }

  #refused(): HTMLElement {
    const table = sortableTable(
      'Designs that cannot be built, by reason',
      'refused.csv',
      [
        { title: 'Reason', value: ({ reason }) => reason },
        { title: 'Designs', value: ({ points }) => points },
      ],
      this.#data.refused,
    );
    return section(
      'refused',
      'What cannot be built',
      'Points of the grid that esegen build refuses, with its words.',
      table,
    );
  }
}
