import * as Plot from '@observablehq/plot';
import { drawToWidth, html } from './dom.ts';

/** A series of a legend: its text and its colour class. */
export interface Swatch {
  readonly label: string;
  readonly fill: string;
}

/** What the colours mean. */
export function legend(swatches: readonly Swatch[]): HTMLElement {
  const items = swatches.map(({ label, fill }) => {
    const box = html('span', { class: 'swatch', 'aria-hidden': 'true' });
    box.style.background = fill;
    return html('li', {}, box, label);
  });
  return html('ul', { class: 'legend' }, ...items);
}

/** A chart that is drawn anew when its place gets wider or narrower; a table of the same must stand beside it. */
export function chart(label: string, plot: (width: number) => Plot.PlotOptions): HTMLElement {
  const place = html('div', { class: 'chart', role: 'img', 'aria-label': label });
  drawToWidth(place, (width) => {
    const options = { marginBottom: 42, ...plot(width) };
    const drawn = Plot.plot({
      width,
      style: { background: 'none', fontSize: '12px', fontFamily: 'inherit' },
      ...options,
    });
    drawn.setAttribute('aria-hidden', 'true');
    place.replaceChildren(drawn);
  });
  return place;
}

/** Colour of a unit, as the style sheet has it. */
export function unitColour(unit: string): string {
  const known = ['load', 'mac', 'cell', 'store'];
  const same: Readonly<Record<string, string>> = { array: 'mac', elem: 'cell', out: 'store' };
  const colour = same[unit] ?? unit;
  return `var(--${known.includes(colour) ? colour : 'neutral'})`;
}
