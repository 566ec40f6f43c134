import { html } from './dom.ts';

const THEMES = ['system', 'light', 'dark'] as const;
const KEY = 'esegen-theme';

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A page from a file may have no storage.
  }
}

function apply(theme: string): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Chooses between the system's colours, light and dark. */
export function themeSwitch(): HTMLElement {
  const before = remembered();
  const current = THEMES.find((theme) => theme === before) ?? 'system';
  apply(current);
  const options = THEMES.map((theme) => html('option', { value: theme, selected: theme === current }, theme));
  const select = html('select', { 'aria-label': 'Colours' }, ...options);
  select.addEventListener('change', () => {
    apply(select.value);
    remember(select.value);
  });
  return html('label', { class: 'theme' }, html('span', {}, 'Colours'), select);
}
