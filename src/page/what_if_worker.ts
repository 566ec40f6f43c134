import { parseConfig } from '../machine/read_config.ts';
import type { DesignReport } from '../report/report_data.ts';
import { modelInMemory, WhatIf } from './what_if.ts';

/** What the page asks for: a design of the last model, or of a new one. */
export interface Question {
  readonly config: unknown;
  readonly model: { readonly name: string; readonly bytes: ArrayBuffer } | null;
}

/** The design, or why there is none; and the milliseconds that it took. */
export type Answer =
  | { readonly report: DesignReport; readonly milliseconds: number }
  | { readonly error: string; readonly milliseconds: number };

/** What of the scope of a worker is used. */
interface Scope {
  onmessage: ((event: { readonly data: Question }) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = self as unknown as Scope;
let whatIf: WhatIf | null = null;

scope.onmessage = ({ data }) => {
  const start = performance.now();
  const milliseconds = () => performance.now() - start;
  try {
    const { model, config } = data;
    if (model !== null) {
      whatIf = null;
      whatIf = new WhatIf(model.name, modelInMemory(model.name, new Uint8Array(model.bytes)));
    }
    if (whatIf === null) throw new Error('no model is there yet');
    const report = whatIf.report(parseConfig(config, 'settings'));
    scope.postMessage({ report, milliseconds: milliseconds() });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage({ error: message, milliseconds: milliseconds() });
  }
};
