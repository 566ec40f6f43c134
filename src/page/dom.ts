/** What an element may contain: text is never read as markup. */
export type Content = Node | string | null;

type Attributes = Readonly<Record<string, string | number | boolean | null>>;

function fill(element: Element, attributes: Attributes, content: readonly Content[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...content.filter((part) => part !== null));
}

/** An element of HTML; attributes that are null or false are left out. */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: Content[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, content);
  return element;
}

/** An element of SVG, see {@link html}. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: Content[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, content);
  return element;
}

/** A button that says what it does. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = html('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', act);
  return element;
}

/** A section of the page with its heading; `id` is what links lead to. */
export function section(id: string, title: string, lead: string, ...content: Content[]): HTMLElement {
  const intro = lead === '' ? null : html('p', { class: 'lead' }, lead);
  return html(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    html('h2', { id: `${id}-title` }, title),
    intro,
    ...content,
  );
}

/** What is shown on demand. */
export function details(summary: string, ...content: Content[]): HTMLDetailsElement {
  return html('details', {}, html('summary', {}, summary), ...content);
}

/** The same, made when it is first opened: tables of hundreds of rows that few look at. */
export function onDemand(summary: string, make: () => readonly Content[]): HTMLDetailsElement {
  const own = details(summary);
  own.addEventListener('toggle', () => fill(own, {}, make()), { once: true });
  return own;
}

/** Offers text as a file; it does not leave the machine. */
export function saveFile(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = html('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Calls `draw` with the width of an element, now and whenever it changes. */
export function drawToWidth(element: HTMLElement, draw: (width: number) => void): void {
  let drawn = 0;
  // The observed width, not `clientWidth`: that would lay the page out anew behind each chart that has been drawn.
  const observer = new ResizeObserver((entries) => {
    const width = Math.floor(entries.at(-1)!.contentRect.width);
    if (width === 0 || width === drawn) return;
    drawn = width;
    draw(width);
  });
  observer.observe(element);
}
