import type { BuiltReport, DesignReport, Fact } from '../report/report_data.ts';
import type { ResourceData } from '../report/resource_data.ts';
import { cyclesView } from './cycles_view.ts';
import { diagramView } from './diagram_view.ts';
import { html, section } from './dom.ts';
import { memoryView } from './memory_view.ts';
import { resourceView } from './resource_view.ts';
import { TimelineView } from './timeline_view.ts';

/** The figures that come first. */
export function factsView(facts: readonly Fact[]): HTMLElement {
  const items = facts.map(({ label, value, note }) =>
    html(
      'div',
      {},
      html('dt', {}, label),
      html('dd', {}, value),
      note === undefined ? null : html('dd', { class: 'note' }, note),
    ),
  );
  return html('dl', { class: 'facts' }, ...items);
}

function resourceLead({ part, verdict }: ResourceData): string {
  const fits =
    verdict === null ? `${part} is not listed, so nothing is known of what it has.` : `On an ${part} it ${verdict}.`;
  return `${fits} An estimate from sizes alone, before place and route; ESE's figures are published ones of a finished design.`;
}

/** A section that is yet to be made. */
export interface SectionPlan {
  readonly id: string;
  make(): HTMLElement;
}

/** What a design is and does, section by section: block diagram, timeline, cycles, resources, memories, program. */
export function sectionPlans(design: DesignReport): SectionPlan[] {
  const { diagram, timeline, cycles, resources, memories, regions, listing } = design;
  const plan = (id: string, title: string, lead: string, content: () => HTMLElement): SectionPlan => ({
    id,
    make: () => section(id, title, lead, content()),
  });
  return [
    plan(
      'structure',
      'Structure',
      'The blocks of this design and their sizes. Numbers on arrows are elements that move at a time. Colours stand for the same unit everywhere on this page.',
      () => diagramView(diagram),
    ),
    ...(timeline === null
      ? []
      : [
          plan(
            'timeline',
            'Timeline',
            'What each unit does, by the cycle model. Pale parts wait; an arrow leads from the unit that ends a wait to the one that waited; a line marks an answer. Drag to move, Ctrl and wheel to zoom.',
            () => new TimelineView(timeline).element,
          ),
        ]),
    ...(cycles === null || timeline === null
      ? []
      : [
          plan(
            'cycles',
            'Where cycles go',
            'Cycles in which a unit works, and in which it waits or finds only padding.',
            () => cyclesView(cycles, timeline.units),
          ),
        ]),
    plan('resources', 'Resources', resourceLead(resources), () => resourceView(resources)),
    plan(
      'memories',
      'Memory map',
      'All memories that hold the model or its vectors; accumulators and queues come on top.',
      () => memoryView(memories, regions),
    ),
    plan('program', 'Program', 'What the units execute, as esegen inspect --program prints it.', () =>
      html('pre', { class: 'listing', tabindex: 0, role: 'region', 'aria-label': 'Program listing' }, listing),
    ),
  ];
}

/** What something was made from, line by line. */
export function provenanceTable(provenance: readonly Fact[]): HTMLElement {
  const rows = provenance.map(({ label, value, note }) => {
    const beside = note === undefined ? null : html('span', { class: 'note' }, ` ${note}`);
    return html('tr', {}, html('th', { scope: 'row' }, label), html('td', { class: 'mono' }, value, beside));
  });
  const table = html('table', {}, html('caption', {}, 'Provenance'), html('tbody', {}, ...rows));
  return html('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Provenance' }, table);
}

/** Where a built design is from. */
export function provenanceSection({ provenance, config }: BuiltReport): HTMLElement {
  return section(
    'provenance',
    'Provenance',
    'From what this page and the design were made.',
    provenanceTable(provenance),
    html('h3', {}, 'Config'),
    html('pre', { class: 'listing', tabindex: 0, role: 'region', 'aria-label': 'Config' }, config),
  );
}
