import type { ExplorationData } from '../report/exploration_data.ts';
import type { BuiltReport, EmbeddedFile, PageData } from '../report/report_data.ts';
import { factsView, provenanceSection, sectionPlans } from './design_view.ts';
import { html } from './dom.ts';
import { ExplorationView } from './exploration_view.ts';
import type { NamedBytes } from './model_files.ts';
import { StudioView } from './studio_view.ts';
import { themeSwitch } from './theme.ts';
import { WhatIfView } from './what_if_view.ts';

/** Links to the sections that a page has. */
function navigation(sections: readonly HTMLElement[]): HTMLElement {
  const links = sections.map((own) => {
    const title = own.querySelector('h2')?.textContent ?? own.id;
    return html('li', {}, html('a', { href: `#${own.id}` }, title));
  });
  return html('nav', { 'aria-label': 'Sections' }, html('ul', {}, ...links));
}

/** Shows one of the designs. */
function showDesign(place: HTMLElement, design: BuiltReport): void {
  const sections = [...sectionPlans(design).map((plan) => plan.make()), provenanceSection(design)];
  const intro = [
    html('h1', {}, design.title),
    html('p', { class: 'summary' }, design.summary),
    factsView(design.facts),
  ];
  place.replaceChildren(html('div', { class: 'intro' }, ...intro), navigation(sections), ...sections);
  document.title = `${design.title} – esegen`;
}

/** Shows an exploration. */
function showExploration(place: HTMLElement, data: ExplorationData): void {
  const view = new ExplorationView(data);
  const summary = `Designs of ${data.models.join(', ')}, compared.`;
  const intro = [html('h1', {}, data.title), html('p', { class: 'summary' }, summary), view.facts()];
  place.replaceChildren(html('div', { class: 'intro' }, ...intro), navigation(view.sections), ...view.sections);
}

/** Shows designs of a model that the page computes. */
function showWhatIf(place: HTMLElement, worker: string, model: NonNullable<PageData['model']>): void {
  const view = new WhatIfView(worker);
  place.replaceChildren(html('div', { class: 'intro' }, html('h1', {}, model.name)), view.element);
  view.open(bytesOf(model), model.layers === null ? null : bytesOf(model.layers));
}

function bytesOf({ name, base64 }: EmbeddedFile): NamedBytes {
  return { name, bytes: Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)) };
}

/** Chooses among the designs of the page; null where there is one at most. */
function designChoice(place: HTMLElement, designs: readonly BuiltReport[]): HTMLElement | null {
  if (designs.length < 2) return null;
  const options = designs.map(({ title }, at) => html('option', { value: at }, title));
  const select = html('select', { 'aria-label': 'Design' }, ...options);
  select.addEventListener('change', () => showDesign(place, designs[Number(select.value)]!));
  return html('label', { class: 'choice' }, html('span', {}, 'Design'), select);
}

function main(): void {
  const { designs, exploration, model, studio, version }: PageData = JSON.parse(
    document.getElementById('data')!.textContent!,
  );
  const worker = document.getElementById('worker')?.textContent ?? '';
  const place = html('div');
  const content = html('main', { id: 'main' });
  const header = html(
    'header',
    {},
    html('a', { class: 'skip', href: '#main' }, 'Skip to the content'),
    html('span', { class: 'brand' }, 'esegen'),
    designChoice(place, designs),
    html('span', { class: 'spring' }),
    themeSwitch(),
  );
  const footer = html(
    'footer',
    {},
    `Made by esegen ${version}. Figures are by the cycle model unless they say otherwise.`,
  );
  document.body.replaceChildren(header, content, footer);
  if (studio !== undefined) {
    const view = new StudioView(studio.folder, studio.token, (design) => showDesign(place, design));
    content.append(view.element);
    // The token is in the page now; the address need not show it.
    history.replaceState(null, '', '/');
  }
  content.append(place);
  if (model !== undefined) showWhatIf(place, worker, model);
  else if (exploration !== undefined) showExploration(place, exploration);
  else if (designs.length > 0) showDesign(place, designs[0]!);
}

main();
