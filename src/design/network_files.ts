import { networkBenchFiles } from '../hdl/network/network_bench.ts';
import { IMAGE_FILE } from '../program/image_words.ts';
import { formatMem } from '../program/mem_image.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import { packNetworkImage } from '../program/network_image.ts';
import { STREAM_FILE } from '../program/stream.ts';
import { driverFiles } from './driver_files.ts';
import type { DesignFiles } from './files.ts';
import { printNetworkModules } from './modules.ts';
import { networkDriver, networkHeaderValues } from './network_header.ts';

/**
 * RTL, memory files, test bench, image and C driver of a network design: all that simulators read, and what drives the hardware.
 *
 * @throws EsegenError where the design has a name that is used within its top module: tools would take one for the other
 */
export function networkSimulationFiles(design: NetworkDesign): DesignFiles {
  const { hash, files: modules } = printNetworkModules(design);
  const files: DesignFiles = new Map(modules);
  for (const [file, image] of design.memories) files.set(`mem/${file}`, formatMem(image));
  if (design.weights !== null) files.set(STREAM_FILE, design.weights);
  for (const [file, content] of networkBenchFiles(design)) files.set(`tb/${file}`, content);
  files.set('files.f', `${[...modules.keys()].join('\n')}\n`);
  files.set(IMAGE_FILE, packNetworkImage(design, hash));
  const driver = driverFiles(design.name, networkHeaderValues(design, hash), networkDriver(design));
  for (const [path, content] of driver) files.set(path, content);
  return files;
}
