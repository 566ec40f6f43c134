import type { BuiltReport, JobState, Workspace } from '../report/report_data.ts';
import { button, html, section } from './dom.ts';

/** Milliseconds between two looks at a job. */
const LOOK = 400;
const FRAMES = 20;

/** A choice from a list, with its label. */
function choice(label: string): { readonly element: HTMLElement; readonly select: HTMLSelectElement } {
  const select = html('select');
  return { element: html('label', { class: 'field' }, html('span', {}, label), select), select };
}

function fillChoice(select: HTMLSelectElement, values: readonly string[]): void {
  const before = select.value;
  select.replaceChildren(...values.map((value) => html('option', { value, selected: value === before }, value)));
  select.disabled = values.length === 0;
}

/** The part of the page that speaks to the local server: designs of its folder, and jobs. */
export class StudioView {
  readonly element: HTMLElement;
  readonly #token: string;
  readonly #show: (design: BuiltReport) => void;
  readonly #design = choice('Design');
  readonly #model = choice('Model');
  readonly #config = choice('Config');
  readonly #out = html('input', { value: 'my_design', spellcheck: 'false' });
  readonly #frames = html('input', { type: 'number', min: 1, max: 1000, value: FRAMES });
  readonly #log = html('pre', { class: 'listing log', tabindex: 0, role: 'log', 'aria-label': 'Log of the job' });
  readonly #said = html('p', { class: 'said', role: 'status' });
  readonly #bar = html('progress', { 'aria-label': 'A job is running', hidden: true });
  readonly #actions: readonly HTMLButtonElement[];
  readonly #cancel: HTMLButtonElement;
  #lines = 0;

  /** @param show a design that was chosen */
  constructor(folder: string, token: string, show: (design: BuiltReport) => void) {
    this.#token = token;
    this.#show = show;
    const open = button('Show', () => this.#try(() => this.#open()));
    const simulate = button('Simulate', () =>
      this.#try(() =>
        this.#start('simulate', { design: this.#design.select.value, frames: Number(this.#frames.value) }),
      ),
    );
    const build = button('Build', () =>
      this.#try(() =>
        this.#start('build', {
          model: this.#model.select.value,
          config: this.#config.select.value,
          out: this.#out.value,
        }),
      ),
    );
    this.#cancel = button('Cancel', () => this.#try(() => this.#ask('POST', 'cancel', {})), { hidden: true });
    this.#actions = [simulate, build];
    const field = (label: string, input: HTMLElement) =>
      html('label', { class: 'field' }, html('span', {}, label), input);
    this.element = section(
      'studio',
      `Studio: ${folder}`,
      'Designs, models and configs of this folder. A job runs on this machine, as the command line would run it.',
      html('div', { class: 'form' }, this.#design.element, open, field('Frames', this.#frames), simulate),
      html(
        'div',
        { class: 'form' },
        this.#model.element,
        this.#config.element,
        field('New directory', this.#out),
        build,
      ),
      html('div', { class: 'form' }, this.#bar, this.#said, this.#cancel),
      this.#log,
    );
    this.#log.hidden = true;
    this.#try(() => this.#begin());
  }

  async #begin(): Promise<void> {
    const { designs } = await this.#list();
    if (designs.length > 0) await this.#open();
    // A job of before the page was loaded again.
    const job = (await this.#ask('GET', 'job?from=0')) as JobState | null;
    if (job !== null) await this.#follow(job);
  }

  async #list(): Promise<Workspace> {
    const found = (await this.#ask('GET', 'workspace')) as Workspace;
    fillChoice(this.#design.select, found.designs);
    fillChoice(this.#model.select, found.models);
    fillChoice(this.#config.select, found.configs);
    return found;
  }

  async #open(): Promise<void> {
    const path = this.#design.select.value;
    this.#said.textContent = `Reading ${path} …`;
    const report = (await this.#ask('GET', `design?path=${encodeURIComponent(path)}`)) as BuiltReport;
    this.#said.textContent = '';
    this.#show(report);
  }

  async #start(what: 'build' | 'simulate', body: object): Promise<void> {
    this.#log.replaceChildren();
    this.#lines = 0;
    await this.#follow((await this.#ask('POST', what, body)) as JobState);
  }

  async #follow(first: JobState): Promise<void> {
    let job: JobState | null = first;
    while (job !== null) {
      this.#draw(job);
      if (job.state !== 'running') break;
      await new Promise((done) => setTimeout(done, LOOK));
      job = (await this.#ask('GET', `job?from=${this.#lines}`)) as JobState | null;
    }
    await this.#list();
  }

  #draw({ command, state, end, seconds, from, lines }: JobState): void {
    const running = state === 'running';
    this.#bar.hidden = !running;
    this.#cancel.hidden = !running;
    for (const action of this.#actions) action.disabled = running;
    const how = end === null ? state : `${state}, ${end}`;
    this.#said.textContent = `${command}: ${how}, ${seconds.toFixed(0)} s`;
    this.#log.hidden = false;
    if (lines.length === 0) return;
    this.#log.append(`${lines.join('\n')}\n`);
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#lines = from + lines.length;
  }

  /** Says what failed instead of throwing it. */
  #try(act: () => Promise<unknown>): void {
    act().catch((error: unknown) => {
      this.#said.textContent = error instanceof Error ? error.message : String(error);
    });
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`/api/${path}`, {
      method,
      headers: { 'x-esegen-token': this.#token, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    let message = text;
    try {
      message = String(JSON.parse(text).error);
    } catch {
      // It is plain text.
    }
    throw new Error(message);
  }
}
