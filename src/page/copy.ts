import { button, html } from './dom.ts';

/** Copies text; where the clipboard is not to be had, as on some pages from a file, it is shown selected. */
export function copyButton(label: string, says: string, text: string): HTMLElement {
  const place = html('span', { class: 'copy' });
  const own = button(
    label,
    () => {
      navigator.clipboard.writeText(text).then(
        () => {
          own.textContent = 'Copied';
        },
        () => showSelected(place, text),
      );
    },
    { 'aria-label': says, class: 'quiet' },
  );
  place.append(own);
  return place;
}

function showSelected(place: HTMLElement, text: string): void {
  const area = html('textarea', { rows: 4, readonly: true, 'aria-label': 'Command line' }, text);
  place.replaceChildren(area);
  area.select();
}
