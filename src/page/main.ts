import type { BuiltReport, PageData } from '../report/report_data.ts';
import { designSections, factsView, provenanceSection } from './design_view.ts';
import { html } from './dom.ts';
import { themeSwitch } from './theme.ts';

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
  const sections = [...designSections(design), provenanceSection(design)];
  place.replaceChildren(
    html(
      'div',
      { class: 'intro' },
      html('h1', {}, design.title),
      html('p', { class: 'summary' }, design.summary),
      factsView(design.facts),
    ),
    navigation(sections),
    ...sections,
  );
  document.title = `${design.title} – esegen`;
}

function main(): void {
  const data: PageData = JSON.parse(document.getElementById('data')!.textContent!);
  const place = html('main', { id: 'main' });
  const { designs } = data;
  const choice = html(
    'select',
    { 'aria-label': 'Design' },
    ...designs.map(({ title }, at) => html('option', { value: at }, title)),
  );
  choice.addEventListener('change', () => showDesign(place, designs[Number(choice.value)]!));
  const header = html(
    'header',
    {},
    html('a', { class: 'skip', href: '#main' }, 'Skip to the content'),
    html('span', { class: 'brand' }, 'esegen'),
    designs.length > 1 ? html('label', { class: 'choice' }, html('span', {}, 'Design'), choice) : null,
    html('span', { class: 'spring' }),
    themeSwitch(),
  );
  const footer = html(
    'footer',
    {},
    `Made by esegen ${data.version}. Figures are by the cycle model unless they say otherwise.`,
  );
  document.body.replaceChildren(header, place, footer);
  showDesign(place, designs[0]!);
}

main();
