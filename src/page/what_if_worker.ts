import { parseConfig } from '../machine/read_config.ts';
import type { DesignReport } from '../report/report_data.ts';
import { type ModelFiles, modelInMemory } from './model_files.ts';
import { type Stage, WhatIf } from './what_if.ts';

/** What the page asks for: a design of the last model, or of a new one. */
export interface Question {
  /** Config, as JSON; answers carry it. */
  readonly key: string;
  readonly model: ModelFiles | null;
}

/** The design of a question, or why there is none, and the milliseconds that it took; before that, what is being done. */
export type Told = { readonly key: string } & (
  | { readonly stage: Stage }
  | { readonly report: DesignReport; readonly milliseconds: number }
  | { readonly error: string; readonly milliseconds: number }
  /** Behind a report: its program is not sound. */
  | { readonly unsound: string }
);

/** What of the scope of a worker is used. */
interface Scope {
  onmessage: ((event: { readonly data: Question }) => void) | null;
  postMessage(told: Told): void;
}

const scope = self as unknown as Scope;
let whatIf: WhatIf | null = null;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

scope.onmessage = ({ data: { key, model } }) => {
  const start = performance.now();
  try {
    if (model !== null) {
      whatIf = null;
      whatIf = new WhatIf(model.model.name, modelInMemory(model));
    }
    if (whatIf === null) throw new Error('no model is there');
    const report = whatIf.report(parseConfig(JSON.parse(key), 'settings'), (stage) =>
      scope.postMessage({ key, stage }),
    );
    scope.postMessage({ key, report, milliseconds: performance.now() - start });
  } catch (error) {
    scope.postMessage({ key, error: messageOf(error), milliseconds: performance.now() - start });
  }
  // Questions that have come meanwhile go first, and only the program of the last one is checked.
  setTimeout(() => {
    try {
      whatIf?.check();
    } catch (error) {
      scope.postMessage({ key, unsound: messageOf(error) });
    }
  });
};
