import type { DesignReport } from '../report/report_data.ts';
import { designSections, factsView } from './design_view.ts';
import { html, section } from './dom.ts';
import { configOf, SettingControls } from './what_if_controls.ts';
import type { Answer, Question } from './what_if_worker.ts';

/** A model and settings, and the design that they give: computed in the page, by a worker. */
export class WhatIfView {
  readonly element: HTMLElement;
  readonly #worker: Worker;
  readonly #said = html('p', { class: 'said', role: 'status' });
  readonly #facts = html('div');
  readonly #place = html('div');
  readonly #config = html('pre', { class: 'listing', tabindex: 0, role: 'region', 'aria-label': 'Config' });
  readonly #controls = new SettingControls(() => this.#ask());
  #name: string | null = null;
  /** A model that the worker does not have yet. */
  #next: Question['model'] = null;
  #busy = false;
  #waits = false;

  /** @param program of the worker */
  constructor(program: string) {
    const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
    this.#worker = new Worker(url);
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#answer(data);
    this.#worker.onerror = ({ message }) => {
      this.#said.textContent = `The model cannot be computed: ${message}`;
    };
    const file = html('input', { type: 'file', accept: '.onnx,.safetensors', 'aria-label': 'Model file' });
    file.addEventListener('change', () => this.#take(file.files?.[0]));
    const drop = html(
      'div',
      { class: 'drop' },
      html('p', {}, 'Drop a model here (.onnx, .safetensors), or choose one. It stays in this page.'),
      file,
    );
    for (const kind of ['dragover', 'drop'] as const) {
      document.addEventListener(kind, (event) => {
        event.preventDefault();
        if (kind === 'drop') this.#take(event.dataTransfer?.files[0]);
      });
    }
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
        this.#facts,
        html('details', {}, html('summary', {}, 'Config for esegen build'), this.#config),
      ),
      this.#place,
    );
  }

  /** Takes a model that the page came with, or that was dropped on it. */
  open(name: string, bytes: ArrayBuffer): void {
    this.#name = name;
    this.#next = { name, bytes };
    this.#said.textContent = `Reading ${name} …`;
    this.#ask();
  }

  #take(file: File | undefined): void {
    file?.arrayBuffer().then(
      (bytes) => this.open(file.name, bytes),
      (error: unknown) => {
        this.#said.textContent = `${file.name} cannot be read: ${String(error)}`;
      },
    );
  }

  /** Asks for the design of the settings; while the worker computes, only the last ones wait. */
  #ask(): void {
    const config = configOf(this.#controls.settings());
    this.#config.textContent = JSON.stringify(config, null, 2);
    if (this.#name === null) return;
    if (this.#busy) {
      this.#waits = true;
      return;
    }
    this.#busy = true;
    this.element.setAttribute('aria-busy', 'true');
    const question: Question = { config, model: this.#next };
    this.#worker.postMessage(question, question.model === null ? [] : [question.model.bytes]);
    this.#next = null;
  }

  #answer(answer: Answer): void {
    this.#busy = false;
    if (this.#waits) {
      this.#waits = false;
      this.#ask();
      return;
    }
    this.element.setAttribute('aria-busy', 'false');
    this.#said.classList.toggle('fault', 'error' in answer);
    if ('error' in answer) {
      this.#said.textContent = answer.error;
      return;
    }
    this.#said.textContent = `${this.#name}: computed in ${answer.milliseconds.toFixed(0)} ms.`;
    this.#show(answer.report);
  }

  #show(report: DesignReport): void {
    this.#facts.replaceChildren(factsView(report.facts));
    this.#place.replaceChildren(...designSections(report));
  }
}
