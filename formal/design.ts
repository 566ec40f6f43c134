// The emitted modules under proof.

import { sampleDesign } from '../fixtures/sample_design.ts';
import { generate } from '../src/design/generate.ts';
import type { Sources } from './check.ts';
import { emittedNetworkModules } from './network_design.ts';

/** Name of the design, which the formal tops know. */
const NAME = 'proved';

/** Emits small designs with weights in external memory, one layer and a network, which have all modules under proof. */
export function emittedModules(): Sources {
  const compilation = sampleDesign(
    { inputs: 4, cells: 8, outputs: 4 },
    { name: NAME, array: { channels: 2, lanes: 4 }, weights: 'dram', memoryBusBits: 64 },
  );
  const files = generate(compilation, { layer: compilation.layer, outputLayer: null }, { norm: null, labels: null });
  const modules = new Map(emittedNetworkModules(NAME));
  for (const [path, text] of files) {
    const [, name] = new RegExp(`^rtl/${NAME}_(.*)\\.v$`).exec(path) ?? [];
    if (name !== undefined) modules.set(name, String(text));
  }
  return modules;
}
