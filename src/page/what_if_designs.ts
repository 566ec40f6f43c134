import type { ModelFiles, NamedBytes } from './model_files.ts';
import { Recent } from './recent.ts';
import type { Stage } from './what_if.ts';
import type { Question, Told } from './what_if_worker.ts';

/** A design, or why there is none. */
export type Answer = Extract<Told, { readonly milliseconds: number }>;

/** Who is told of answers, and of what is done until then. */
export interface Listener {
  answered(answer: Answer): void;
  /** @param stage what is done now */
  working(stage: Stage): void;
}

/** Reports that are kept: spans of their timelines are most of them. */
const KEPT = 24;
/** Milliseconds that a design may take for others to be computed ahead. */
const AHEAD = 1_000;

/** A worker with the model, one question after the other. */
class Desk {
  readonly #worker: Worker;
  #key: string | null = null;
  #has: ModelFiles | null = null;

  constructor(url: string, told: (told: Told) => void, failed: (key: string, message: string) => void) {
    this.#worker = new Worker(url);
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if ('milliseconds' in data) this.#key = null;
      told(data);
    };
    this.#worker.onerror = ({ message }) => {
      const key = this.#key ?? '';
      this.#key = null;
      failed(key, message);
    };
  }

  get busy(): boolean {
    return this.#key !== null;
  }

  ask(key: string, model: ModelFiles): void {
    this.#key = key;
    const question: Question = { key, model: this.#has === model ? null : model };
    this.#has = model;
    this.#worker.postMessage(question);
  }
}

/**
 * Designs of a model by their settings: one worker computes what is asked for, another one what may be asked for next, and what was
 * computed is kept.
 */
export class WhatIfDesigns {
  readonly #front: Desk;
  readonly #behind: Desk;
  readonly #listener: Listener;
  #kept = new Recent<Answer>(KEPT);
  #model: ModelFiles | null = null;
  /** Settings that were asked for last, and those that may come next. */
  #key = '';
  #near: readonly string[] = [];
  #quick = false;

  /** @param program of the workers */
  constructor(program: string, listener: Listener) {
    this.#listener = listener;
    const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
    this.#front = new Desk(
      url,
      (told) => this.#told(told),
      (key, error) => this.#told({ key, error: `The page failed: ${error}`, milliseconds: 0 }),
    );
    this.#behind = new Desk(
      url,
      (told) => {
        if ('milliseconds' in told || 'unsound' in told) this.#keep(told);
        if ('milliseconds' in told) this.#lookAhead();
      },
      () => {},
    );
  }

  /** Takes a model; nothing is computed of it yet. */
  open(model: NamedBytes, layers: NamedBytes | null): void {
    this.#model = { model, layers };
    this.#kept = new Recent<Answer>(KEPT);
    this.#quick = false;
  }

  /**
   * Asks for a design; while one is computed, only the last question waits.
   *
   * @param near settings that may be asked for next, the likeliest first
   */
  ask(config: object, near: readonly object[]): void {
    if (this.#model === null) return;
    this.#key = JSON.stringify(config);
    this.#near = near.map((own) => JSON.stringify(own));
    const start = performance.now();
    const kept = this.#kept.find([this.#model, this.#key]);
    if (kept !== undefined) {
      this.#listener.answered({ ...kept, milliseconds: performance.now() - start });
      this.#lookAhead();
    } else if (!this.#front.busy) this.#front.ask(this.#key, this.#model);
  }

  #keep(told: Answer | { readonly key: string; readonly unsound: string }): Answer {
    const answer = 'unsound' in told ? { key: told.key, error: told.unsound, milliseconds: 0 } : told;
    this.#kept.keep([this.#model, told.key], answer);
    return answer;
  }

  #told(told: Told): void {
    const last = told.key === this.#key;
    if ('stage' in told) {
      if (last) this.#listener.working(told.stage);
      return;
    }
    const answer = this.#keep(told);
    if (last) {
      this.#quick = answer.milliseconds < AHEAD;
      this.#listener.answered(answer);
      this.#lookAhead();
    } else if (!this.#front.busy) this.#askFront();
  }

  #askFront(): void {
    const kept = this.#kept.find([this.#model, this.#key]);
    if (kept !== undefined) this.#listener.answered(kept);
    else this.#front.ask(this.#key, this.#model!);
  }

  #lookAhead(): void {
    if (!this.#quick || this.#front.busy || this.#behind.busy) return;
    const next = this.#near.find((key) => this.#kept.find([this.#model, key]) === undefined);
    this.#near = this.#near.filter((key) => key !== next);
    if (next !== undefined) this.#behind.ask(next, this.#model!);
  }
}
