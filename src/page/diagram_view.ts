import type { Diagram, DiagramBlock, DiagramWire } from '../report/diagram.ts';
import { details, html, svg } from './dom.ts';

const TITLE = 22;
const LINE = 17;

function drawBlock({ colour, title, lines, x, y, width, height }: DiagramBlock): SVGGElement {
  const text = [title, ...lines].map((line, at) => {
    const attributes = { x: x + 12, y: y + TITLE + (at === 0 ? 0 : 2 + at * LINE), class: at === 0 ? 'title' : 'line' };
    return svg('text', attributes, line);
  });
  return svg(
    'g',
    { class: `block of-${colour}` },
    svg('rect', { x, y, width, height, rx: 3 }),
    svg('path', { class: 'edge', d: `M${x} ${y + 1.5}h${width}` }),
    ...text,
  );
}

function drawWire({ points, label, at }: DiagramWire): SVGGElement {
  const path = points.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const [x, y] = at;
  const text = label === '' ? null : svg('text', { x, y, 'text-anchor': 'middle' }, label);
  return svg('g', { class: 'wire' }, svg('path', { d: path, 'marker-end': 'url(#arrow)' }), text);
}

/** The block diagram as a picture, and as a list for those who do not see it. */
export function diagramView({ width, height, blocks, wires }: Diagram): HTMLElement {
  const arrow = svg(
    'marker',
    { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    svg('path', { class: 'head', d: 'M0 0.5L7.5 4L0 7.5z' }),
  );
  const picture = svg(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      class: 'diagram',
      role: 'img',
      'aria-label': 'Block diagram; the list below has the same',
    },
    svg('defs', {}, arrow),
    ...wires.map(drawWire),
    ...blocks.map(drawBlock),
  );
  const titles = new Map(blocks.map(({ id, title }) => [id, title]));
  const rows = blocks.map(({ id, title, lines }) => {
    const targets = wires.filter(({ from }) => from === id).map(({ to }) => titles.get(to)!);
    const cells = [title, lines.join('; '), targets.join(', ')].map((text) => html('td', {}, text));
    return html('tr', {}, ...cells);
  });
  const heads = ['Block', 'Has', 'Leads to'].map((title) => html('th', { scope: 'col' }, title));
  const table = html(
    'table',
    {},
    html('caption', {}, 'Blocks of the design'),
    html('thead', {}, html('tr', {}, ...heads)),
    html('tbody', {}, ...rows),
  );
  const frame = html(
    'div',
    { class: 'scroll picture', tabindex: 0, role: 'region', 'aria-label': 'Block diagram' },
    picture,
  );
  return html(
    'div',
    {},
    frame,
    details(
      'As a table',
      html('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Blocks of the design' }, table),
    ),
  );
}
