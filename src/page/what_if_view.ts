import type { DesignReport } from '../report/report_data.ts';
import { factsView, type SectionPlan, sectionPlans } from './design_view.ts';
import { html, section } from './dom.ts';
import { modelFilesOf, type NamedBytes } from './model_files.ts';
import type { Stage } from './what_if.ts';
import { configOf, SettingControls } from './what_if_controls.ts';
import { type Answer, WhatIfDesigns } from './what_if_designs.ts';

/** Milliseconds after which the figures on the page are marked as those of the settings before. */
const PATIENCE = 100;
/** Stages in their order, with what they are called. */
const STAGES: Readonly<Record<Stage, string>> = {
  prune: 'choosing weights',
  calibrate: 'running the model for its formats',
  quantize: 'rounding weights',
  place: 'placing the network on the array',
  'count cycles': 'counting cycles',
};

/** A model and settings, and the design that they give: computed in the page, by workers. */
export class WhatIfView {
  readonly element: HTMLElement;
  readonly #designs: WhatIfDesigns;
  readonly #said = html('p', { class: 'said', role: 'status' });
  readonly #progress = html('progress', { class: 'progress', max: Object.keys(STAGES).length, value: 0 });
  readonly #facts = html('div');
  readonly #place = html('div');
  readonly #config = html('pre', { class: 'listing', tabindex: 0, role: 'region', 'aria-label': 'Config' });
  readonly #controls = new SettingControls(() => this.#ask());
  #name: string | null = null;
  #stage: Stage | null = null;
  #late: ReturnType<typeof setTimeout> | undefined;
  /** Sections that are still to be drawn. */
  #plans: readonly SectionPlan[] = [];
  #drawing: ReturnType<typeof setTimeout> | undefined;

  /** @param program of the workers */
  constructor(program: string) {
    this.#progress.setAttribute('aria-label', 'Progress of the design');
    this.#designs = new WhatIfDesigns(program, {
      answered: (answer) => this.#answered(answer),
      working: (stage) => {
        this.#stage = stage;
        if (this.#progress.classList.contains('shown')) this.#showProgress();
      },
    });
    const file = html('input', {
      type: 'file',
      multiple: true,
      accept: '.onnx,.safetensors,.json',
      'aria-label': 'Model file',
    });
    file.addEventListener('change', () => this.#take([...(file.files ?? [])]));
    const invitation =
      'Drop a model here (.onnx, or .safetensors, together with its .layers.json if it needs one), or choose it. It stays in this page.';
    const drop = html('div', { class: 'drop' }, html('p', {}, invitation), file);
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#take([...(event.dataTransfer?.files ?? [])]);
    });
    this.element = html(
      'div',
      {},
      section(
        'what-if',
        'What if',
        'The compiler, the cycle model and the resource model run in this page. Formats come from seeded frames, as those of esegen build without --calibrate; what the part has no room for is shown, not refused.',
        drop,
        this.#controls.element,
        this.#said,
        this.#progress,
        this.#facts,
        html('details', {}, html('summary', {}, 'Config for esegen build'), this.#config),
      ),
      this.#place,
    );
  }

  /** Takes a model that the page came with, or that was dropped on it; with its layer file, where it has one. */
  open(model: NamedBytes, layers: NamedBytes | null): void {
    this.#name = model.name;
    this.#designs.open(model, layers);
    this.#said.textContent = `Reading ${model.name} …`;
    this.#ask();
  }

  #take(files: readonly File[]): void {
    if (files.length === 0) return;
    const read = async () => {
      const { model, layers } = modelFilesOf(files);
      const bytesOf = async (file: File) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
      this.open(await bytesOf(model), layers === null ? null : await bytesOf(layers));
    };
    read().catch((error: unknown) => this.#fault(error instanceof Error ? error.message : String(error)));
  }

  /** Asks for the design of the settings. */
  #ask(): void {
    const config = configOf(this.#controls.settings());
    this.#config.textContent = JSON.stringify(config, null, 2);
    if (this.#name === null) return;
    this.#stage = null;
    this.#plans = [];
    clearTimeout(this.#drawing);
    this.element.setAttribute('aria-busy', 'true');
    this.#late ??= setTimeout(() => this.#showProgress(), PATIENCE);
    this.#designs.ask(config, this.#controls.near().map(configOf));
  }

  /** What is on the page is of the settings before. */
  #showProgress(): void {
    this.#markOld();
    this.#progress.classList.add('shown');
    this.#progress.value = this.#stage === null ? 0 : Object.keys(STAGES).indexOf(this.#stage);
    const doing = this.#stage === null ? 'working' : STAGES[this.#stage];
    this.#said.classList.remove('fault');
    this.#said.textContent = `${this.#name}: ${doing} … Figures and pictures are those of the settings before.`;
  }

  #markOld(): void {
    for (const own of [this.#facts, ...this.#place.children]) own.classList.add('old');
  }

  /** Nothing is waited for. */
  #settle(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    this.#progress.classList.remove('shown');
  }

  #fault(message: string): void {
    this.#settle();
    this.element.setAttribute('aria-busy', 'false');
    this.#said.classList.add('fault');
    this.#said.textContent = message;
  }

  #answered(answer: Answer): void {
    if ('error' in answer) {
      // Nothing on the page is of these settings.
      this.#markOld();
      this.#fault(answer.error);
      return;
    }
    this.#settle();
    this.#said.classList.remove('fault');
    this.#said.textContent = `${this.#name}: computed in ${answer.milliseconds.toFixed(0)} ms.`;
    this.#show(answer.report);
  }

  /** Draws figures and timeline at once, and the other sections one after the other, so that the page can be used meanwhile. */
  #show(report: DesignReport): void {
    this.#facts.replaceChildren(factsView(report.facts));
    this.#facts.classList.remove('old');
    const plans = sectionPlans(report);
    const sections = plans.map(({ id }) => this.#place.querySelector(`:scope > #${id}`) ?? html('section', { id }));
    this.#place.replaceChildren(...sections);
    this.#plans = plans.toSorted((a, b) => Number(b.id === 'timeline') - Number(a.id === 'timeline'));
    this.#draw();
  }

  #draw(): void {
    clearTimeout(this.#drawing);
    const [plan, ...others] = this.#plans;
    if (plan === undefined) {
      this.element.setAttribute('aria-busy', 'false');
      return;
    }
    this.#plans = others;
    const before = this.#place.querySelector(`:scope > #${plan.id}`)!;
    const open = openDetails(before);
    const section = plan.make();
    for (const own of section.querySelectorAll('details')) own.open = open.has(nameOf(own));
    before.replaceWith(section);
    this.#drawing = setTimeout(() => this.#draw());
  }
}

function nameOf(own: HTMLDetailsElement): string {
  return own.querySelector('summary')?.textContent ?? '';
}

/** Names of what is shown on demand, and shown now. */
function openDetails(place: Element): Set<string> {
  return new Set([...place.querySelectorAll('details')].filter(({ open }) => open).map(nameOf));
}
