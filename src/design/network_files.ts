import { networkBenchFiles } from '../hdl/network/network_bench.ts';
import { planNetwork } from '../hdl/network/plan.ts';
import { renderModule, templateWords } from '../hdl/render.ts';
import { formatMem } from '../program/mem_image.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import { STREAM_FILE } from '../program/stream.ts';
import { EsegenError } from '../util/errors.ts';
import type { DesignFiles } from './files.ts';

/**
 * RTL, memory files and test bench of a network design: all that simulators read.
 *
 * @throws EsegenError where the design has a name that is used within its top module: tools would take one for the other
 */
export function networkSimulationFiles(design: NetworkDesign): DesignFiles {
  const { name } = design;
  if (templateWords('network/network_top.v.hbs').has(name)) {
    throw new EsegenError('name', `expected a name that no signal of the top module has, got "${name}"`);
  }
  const modules = planNetwork(design).map((plan) => [`rtl/${plan.file}.v`, renderModule(plan)] as const);
  const files: DesignFiles = new Map(modules);
  for (const [file, image] of design.memories) files.set(`mem/${file}`, formatMem(image));
  if (design.weights !== null) files.set(STREAM_FILE, design.weights);
  for (const [file, content] of networkBenchFiles(design)) files.set(`tb/${file}`, content);
  files.set('files.f', `${modules.map(([path]) => path).join('\n')}\n`);
  return files;
}
