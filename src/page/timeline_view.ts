import type { Span, Timeline } from '../cycles/timeline.ts';
import { count, percent } from '../report/numbers.ts';
import { legend, unitColour } from './chart.ts';
import { button, type Content, drawToWidth, html, onDemand, saveFile, svg } from './dom.ts';
import { type Column, csvOf, sortableTable } from './table.ts';
import { clampView, firstIn, type Piece, piecesOf, ticksOf, type View, zoomView } from './timeline_scale.ts';

const LABELS = 78;
const ROW = 44;
const BAR = 28;
const AXIS = 26;
/** Pixels from which a span has its name, and a wait its arrow; pixels of a character. */
const NAMED = 34;
const ARROW = 14;
const CHARACTER = 6.6;
const ZOOM = 1.6;

const SPAN_COLUMNS: readonly Column<Span>[] = [
  { title: 'Unit', value: ({ unit }) => unit },
  { title: 'From', value: ({ from }) => from },
  { title: 'To', value: ({ to }) => to },
  { title: 'Cycles', value: ({ from, to }) => to - from },
  { title: 'Kind', value: ({ kind }) => kind },
  { title: 'What', value: ({ what }) => what },
  { title: 'Layer', value: ({ layer }) => layer },
  { title: 'Waits for', value: ({ on }) => on ?? '' },
  { title: 'Lanes at work', value: ({ share }) => share },
];

/** Timeline of a design: rows of units that can be zoomed, moved and read with mouse, fingers or keys. */
export class TimelineView {
  readonly element: HTMLElement;
  readonly #timeline: Timeline;
  readonly #rows: readonly (readonly Span[])[];
  readonly #limits: View;
  readonly #picture = svg('svg', { class: 'timeline', 'aria-hidden': 'true' });
  readonly #stage: HTMLElement;
  readonly #said = html('p', { class: 'said', role: 'status', 'aria-live': 'polite' });
  #view: View;
  #width = 0;
  #chosen: { readonly row: number; readonly at: number } | null = null;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    const { from, to, answers, units, spans } = timeline;
    this.#limits = { from, to: Math.max(to, from + 1) };
    this.#rows = units.map(({ id }) => spans.filter(({ unit }) => unit === id));
    this.#view = clampView({ from, to: answers[1] ?? answers[0] ?? to }, this.#limits);
    this.#stage = html(
      'div',
      {
        ...{ class: 'stage', tabindex: 0, role: 'application', 'aria-roledescription': 'timeline' },
        'aria-label':
          'Timeline. Arrow keys go from span to span and unit to unit, plus and minus zoom, Home shows all.',
      },
      this.#picture,
    );
    this.#say();
    const zoom = (factor: number) => this.#show(zoomView(this.#view, factor, this.#middle(), this.#limits));
    const move = (share: number) => {
      const by = share * (this.#view.to - this.#view.from);
      this.#show(clampView({ from: this.#view.from + by, to: this.#view.to + by }, this.#limits));
    };
    const tools = html(
      'div',
      { class: 'tools', role: 'group', 'aria-label': 'View of the timeline' },
      button('Zoom in', () => zoom(1 / ZOOM)),
      button('Zoom out', () => zoom(ZOOM)),
      button('Earlier', () => move(-0.5)),
      button('Later', () => move(0.5)),
      button('All', () => this.#show(this.#limits)),
    );
    const swatches = units.map(({ id, label }) => ({ label, fill: unitColour(id) }));
    this.element = html(
      'div',
      {},
      html('div', { class: 'bar' }, legend([...swatches, { label: 'waits', fill: 'var(--wait)' }]), tools),
      this.#stage,
      this.#said,
      onDemand('As a table', () => this.#tables()),
    );
    this.#listen();
    drawToWidth(this.#stage, (width) => {
      this.#width = width;
      this.#draw();
    });
  }

  #middle(): number {
    const chosen = this.#span();
    return chosen === null ? (this.#view.from + this.#view.to) / 2 : (chosen.from + chosen.to) / 2;
  }

  #span(): Span | null {
    return this.#chosen === null ? null : (this.#rows[this.#chosen.row]![this.#chosen.at] ?? null);
  }

  #show(view: View): void {
    this.#view = view;
    this.#draw();
  }

  #x(cycle: number): number {
    const { from, to } = this.#view;
    return LABELS + ((cycle - from) / (to - from)) * (this.#width - LABELS);
  }

  #y(row: number): number {
    return AXIS + row * ROW;
  }

  #draw(): void {
    const { units, answers } = this.#timeline;
    const height = AXIS + units.length * ROW + 8;
    const pixel = (this.#view.to - this.#view.from) / Math.max(1, this.#width - LABELS);
    const axis = ticksOf(this.#view, (this.#width - LABELS) / 90).map((cycle) => {
      const x = this.#x(cycle);
      return svg(
        'g',
        { class: 'tick' },
        svg('path', { d: `M${x} ${AXIS - 6}V${height}` }),
        svg('text', { x, y: AXIS - 11, 'text-anchor': 'middle' }, count(cycle)),
      );
    });
    const ends = answers
      .filter((cycle) => cycle >= this.#view.from && cycle <= this.#view.to)
      .map((cycle) =>
        svg(
          'path',
          { class: 'answer', d: `M${this.#x(cycle)} ${AXIS - 6}V${height}` },
          svg('title', {}, `answered in cycle ${count(cycle)}`),
        ),
      );
    const clip = svg(
      'clipPath',
      { id: 'stage' },
      svg('rect', { x: LABELS, y: 0, width: Math.max(0, this.#width - LABELS), height }),
    );
    const rows = this.#rows.map((spans, row) => this.#row(piecesOf(spans, this.#view, pixel), row));
    const inside = svg(
      'g',
      { 'clip-path': 'url(#stage)' },
      ...axis,
      ...rows.flat(),
      ...ends,
      this.#arrows(pixel),
      this.#mark(),
    );
    const names = units.map(({ label }, row) =>
      svg('text', { class: 'unit', x: 0, y: this.#y(row) + BAR / 2 + 4 }, label),
    );
    this.#picture.setAttribute('viewBox', `0 0 ${this.#width} ${height}`);
    this.#picture.setAttribute('height', String(height));
    const axisName = svg('text', { class: 'axis', x: 0, y: AXIS - 11 }, 'cycle');
    this.#picture.replaceChildren(svg('defs', {}, clip), axisName, ...names, inside);
  }

  /** Pieces of a unit: those of the same strength are one path, as there may be thousands. */
  #row(pieces: readonly Piece[], row: number): SVGElement[] {
    const y = this.#y(row);
    const fill = unitColour(this.#timeline.units[row]!.id);
    const fronts = new Map<string, string>();
    const labels: SVGElement[] = [];
    let grounds = '';
    for (const { from, to, span, work } of pieces) {
      const [x, end] = [this.#x(from), this.#x(to)];
      const width = Math.max(end - x - (end - x > 4 ? 1 : 0), 0.5);
      const box = `M${x.toFixed(2)} ${y}h${width.toFixed(2)}v${BAR}h${(-width).toFixed(2)}z`;
      grounds += box;
      const strength = span === null ? work : span.kind === 'work' ? 0.45 + 0.55 * (span.share ?? 1) : 0;
      const opacity = strength.toFixed(2);
      if (strength > 0) fronts.set(opacity, (fronts.get(opacity) ?? '') + box);
      // The text begins where the span comes into view.
      const left = Math.max(x, LABELS);
      const room = Math.min(end, this.#width) - left - 8;
      if (span === null || room < NAMED) continue;
      const text = shortened(span.kind === 'wait' ? `waits: ${span.what}` : span.what, Math.floor(room / CHARACTER));
      labels.push(svg('text', { x: left + 5, y: y + BAR / 2 + 4, class: span.kind }, text));
    }
    const paths = [...fronts].map(([opacity, d]) => svg('path', { d, fill, 'fill-opacity': opacity }));
    return [svg('path', { class: 'rest', d: grounds }), ...paths, ...labels];
  }

  /** From the unit that ends a wait to the one that waited. */
  #arrows(pixel: number): SVGPathElement {
    const { units } = this.#timeline;
    const places = new Map(units.map(({ id }, row) => [id, row]));
    let d = '';
    for (const [row, spans] of this.#rows.entries()) {
      for (let at = firstIn(spans, this.#view.from); at < spans.length && spans[at]!.from < this.#view.to; at++) {
        const { on, from, to } = spans[at]!;
        const source = on === null ? undefined : places.get(on);
        if (source === undefined || source === row || to - from < ARROW * pixel || to > this.#view.to) continue;
        const [begin, end] =
          source < row ? [this.#y(source) + BAR, this.#y(row)] : [this.#y(source), this.#y(row) + BAR];
        const head = source < row ? -5 : 5;
        d += `M${this.#x(to).toFixed(2)} ${begin}V${end}m-3.5 ${head}l3.5 ${-head}l3.5 ${head}`;
      }
    }
    return svg('path', { class: 'cause', d });
  }

  #mark(): SVGElement {
    const span = this.#span();
    if (span === null) return svg('g');
    const x = this.#x(span.from);
    const width = Math.max(this.#x(span.to) - x, 2);
    return svg('rect', { class: 'chosen', x, y: this.#y(this.#chosen!.row) - 2, width, height: BAR + 4 });
  }

  #say(): void {
    const span = this.#span();
    const { units, from, to } = this.#timeline;
    if (span === null) {
      this.#said.textContent = `There are cycles ${count(from)} to ${count(to)}. Point at a span, or choose one with the arrow keys.`;
      return;
    }
    const label = (id: string) => units.find((unit) => unit.id === id)?.label ?? id;
    const lanes = span.share === null || span.kind === 'wait' ? '' : `, ${percent(span.share)} of the lanes at work`;
    const layer = span.layer === '' || span.what.startsWith(span.layer) ? '' : ` (${span.layer})`;
    const on = span.on === null || span.on === span.unit ? '' : `, which ${label(span.on)} gives`;
    const does = span.kind === 'wait' ? `waits: ${span.what}${on}` : `${span.what}${layer}`;
    this.#said.textContent = `${label(span.unit)} ${does}; cycles ${count(span.from)} to ${count(span.to)}, ${count(span.to - span.from)} in all${lanes}.`;
  }

  #choose(row: number, at: number, follow: boolean): void {
    const spans = this.#rows[row]!;
    if (spans.length === 0) return;
    this.#chosen = { row, at: Math.min(Math.max(at, 0), spans.length - 1) };
    const span = this.#span()!;
    const { from, to } = this.#view;
    if (follow && (span.from < from || span.to > to)) {
      const width = Math.max(to - from, (span.to - span.from) * 1.1);
      const middle = (span.from + span.to) / 2;
      this.#view = clampView({ from: middle - width / 2, to: middle + width / 2 }, this.#limits);
    }
    this.#draw();
    this.#say();
  }

  #at(event: MouseEvent): { readonly row: number; readonly cycle: number } {
    const box = this.#picture.getBoundingClientRect();
    const { from, to } = this.#view;
    const cycle = from + ((event.clientX - box.left - LABELS) / Math.max(1, box.width - LABELS)) * (to - from);
    return { row: Math.floor((event.clientY - box.top - AXIS) / ROW), cycle };
  }

  #listen(): void {
    let grip: { readonly x: number; readonly view: View } | null = null;
    this.#stage.addEventListener('keydown', (event) => {
      if (this.#key(event.key)) event.preventDefault();
    });
    this.#stage.addEventListener('pointerdown', (event) => {
      grip = { x: event.clientX, view: this.#view };
      this.#stage.setPointerCapture(event.pointerId);
    });
    this.#stage.addEventListener('pointerup', () => {
      grip = null;
    });
    this.#stage.addEventListener('pointercancel', () => {
      grip = null;
    });
    this.#stage.addEventListener('pointermove', (event) => {
      if (grip !== null && Math.abs(event.clientX - grip.x) > 3) {
        const { from, to } = grip.view;
        const by = ((grip.x - event.clientX) / Math.max(1, this.#width - LABELS)) * (to - from);
        this.#show(clampView({ from: from + by, to: to + by }, this.#limits));
        return;
      }
      const { row, cycle } = this.#at(event);
      const spans = this.#rows[row];
      if (spans === undefined || cycle < this.#view.from) return;
      const at = firstIn(spans, cycle);
      if (spans[at] !== undefined && spans[at].from <= cycle) this.#choose(row, at, false);
    });
    this.#stage.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.#show(zoomView(this.#view, event.deltaY > 0 ? ZOOM : 1 / ZOOM, this.#at(event).cycle, this.#limits));
      },
      { passive: false },
    );
  }

  /** @returns whether the key means something here */
  #key(key: string): boolean {
    const { row, at } = this.#chosen ?? { row: 0, at: firstIn(this.#rows[0]!, this.#view.from) - 1 };
    const cycle = this.#span()?.from ?? this.#view.from;
    const other = (by: number) => {
      const next = (row + by + this.#rows.length) % this.#rows.length;
      this.#choose(next, firstIn(this.#rows[next]!, cycle), true);
    };
    const keys: Readonly<Record<string, () => void>> = {
      ArrowRight: () => this.#choose(row, at + 1, true),
      ArrowLeft: () => this.#choose(row, at - 1, true),
      ArrowDown: () => other(1),
      ArrowUp: () => other(-1),
      '+': () => this.#show(zoomView(this.#view, 1 / ZOOM, this.#middle(), this.#limits)),
      '-': () => this.#show(zoomView(this.#view, ZOOM, this.#middle(), this.#limits)),
      Home: () => this.#show(this.#limits),
    };
    keys[key]?.();
    return key in keys;
  }

  #tables(): Content[] {
    const { spans, units } = this.#timeline;
    const label = (id: string) => units.find((unit) => unit.id === id)?.label ?? id;
    const groups = new Map<string, { readonly first: Span; times: number; cycles: number; longest: number }>();
    for (const span of spans) {
      const key = JSON.stringify([span.unit, span.kind, span.what]);
      const own = groups.get(key) ?? { first: span, times: 0, cycles: 0, longest: 0 };
      const length = span.to - span.from;
      groups.set(key, {
        ...own,
        times: own.times + 1,
        cycles: own.cycles + length,
        longest: Math.max(own.longest, length),
      });
    }
    const table = sortableTable(
      'Spans of the timeline, added up',
      'timeline-summary.csv',
      [
        { title: 'Unit', value: ({ first }) => label(first.unit) },
        { title: 'Does', value: ({ first }) => (first.kind === 'wait' ? `waits: ${first.what}` : first.what) },
        { title: 'Waits for', value: ({ first }) => (first.on === null ? null : label(first.on)) },
        { title: 'Times', value: ({ times }) => times },
        { title: 'Cycles', value: ({ cycles }) => cycles },
        { title: 'Longest', value: ({ longest }) => longest },
      ],
      [...groups.values()],
    );
    const save = button(
      `Save all ${count(spans.length)} spans as CSV`,
      () => saveFile('timeline.csv', csvOf(SPAN_COLUMNS, spans), 'text/csv;charset=utf-8'),
      { class: 'quiet' },
    );
    return [table, html('div', { class: 'below' }, save)];
  }
}

function shortened(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(letters - 1, 1))}…`;
}
