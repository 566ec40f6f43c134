import type { Page } from 'playwright-core';

/** A drawing of a page: the selectors of its SVG and of the list that says what its colours mean; null where none does. */
export interface Drawing {
  readonly svg: string;
  readonly legend: string | null;
  readonly title: string;
}

/**
 * Runs in the page: copies an SVG, with colours and sizes of the style sheet as attributes, on white ground, its legend above it. What only a page can
 * show goes: titles of points, tips, frames of the mouse.
 */
const TAKE = `({ svg, legend, title }) => {
  const SVG = 'http://www.w3.org/2000/svg';
  const [MARGIN, LEGEND, LETTER] = [14, 26, 7.2];
  const INHERITED = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'font-size', 'font-weight', 'text-anchor'];
  const GONE = 'style, title, [aria-label="tip"], .brush, .chosen';
  const NUMBERS = ['d', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'width', 'height', 'transform'];
  const hex = (text) => text.replace(/rgba?\\((\\d+), (\\d+), (\\d+)(?:, ([\\d.]+))?\\)/, (all, r, g, b, a) =>
    a === '0' ? 'none' : '#' + [r, g, b].map((part) => Number(part).toString(16).padStart(2, '0')).join(''));
  const plain = (text) => hex(text).replace(/^([\\d.]+)px$/, '$1');
  const rounded = (text) => text.replace(/-?\\d+\\.\\d{2,}/g, (digits) => String(Math.round(Number(digits) * 10) / 10));
  const source = document.querySelector(svg);
  const copy = (from, before) => {
    if (from.nodeType === Node.TEXT_NODE) return from.cloneNode();
    if (from.nodeType !== Node.ELEMENT_NODE || from.matches(GONE)) return null;
    const own = document.createElementNS(SVG, from.localName);
    for (const { name, value } of from.attributes)
      if (!/^(class|style|role|tabindex|title|aria-.*)$/.test(name) && !INHERITED.includes(name) && !name.startsWith('xmlns'))
        own.setAttribute(name, NUMBERS.includes(name) ? rounded(value) : value);
    const style = getComputedStyle(from);
    const now = Object.fromEntries(INHERITED.map((name) => [name, plain(style.getPropertyValue(name))]));
    for (const name of INHERITED) if (now[name] !== before[name]) own.setAttribute(name, now[name]);
    if (style.opacity !== '1') own.setAttribute('opacity', style.opacity);
    own.append(...[...from.childNodes].map((child) => copy(child, now)).filter((child) => child !== null));
    return own;
  };
  const defaults = { 'fill': '#000000', 'fill-opacity': '1', 'stroke': 'none', 'stroke-width': '1', 'stroke-opacity': '1', 'font-size': '', 'font-weight': '400', 'text-anchor': 'start' };
  const drawing = copy(source, defaults);
  const make = (tag, attributes, text = '') => {
    const own = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) own.setAttribute(name, value);
    own.append(text);
    return own;
  };
  const { width, height } = source.viewBox.baseVal;
  const items = legend === null ? [] : [...document.querySelectorAll(legend + ' li')];
  const top = items.length === 0 ? MARGIN : MARGIN + LEGEND;
  let x = MARGIN;
  const swatches = items.flatMap((item) => {
    const colour = hex(getComputedStyle(item.querySelector('.swatch')).backgroundColor);
    const parts = [
      make('rect', { x, y: MARGIN, width: 12, height: 12, fill: colour }),
      make('text', { x: x + 18, y: MARGIN + 11, 'font-size': 13, fill: '#16191d' }, item.textContent),
    ];
    x += 18 + item.textContent.length * LETTER + 22;
    return parts;
  });
  const [all, tall] = [Math.ceil(width + 2 * MARGIN), Math.ceil(height + top + MARGIN)];
  const place = make('g', { transform: 'translate(' + MARGIN + ' ' + top + ')' });
  place.append(...drawing.childNodes);
  for (const name of INHERITED) if (drawing.hasAttribute(name)) place.setAttribute(name, drawing.getAttribute(name));
  const picture = make('svg', { viewBox: '0 0 ' + all + ' ' + tall, 'font-family': 'sans-serif' });
  picture.append(make('title', {}, title), make('rect', { width: all, height: tall, fill: '#ffffff' }), ...swatches, place);
  return new XMLSerializer().serializeToString(picture).replaceAll(/(<(?:g|path|rect|text|circle|defs|title)\\b)/g, '\\n$1') + '\\n';
}`;

/** An SVG file of a drawing of a page, as it stands now. */
export async function pagePicture(page: Page, drawing: Drawing): Promise<string> {
  return page.evaluate(`(${TAKE})(${JSON.stringify(drawing)})`);
}
