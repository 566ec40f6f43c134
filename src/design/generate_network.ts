import { renderTemplate } from '../hdl/render.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import { printProgram } from '../program/program_file.ts';
import { vivadoFiles } from '../vivado/files.ts';
import { networkIp } from '../vivado/ip.ts';
import { type DesignFiles, printJson } from './files.ts';
import { HOST_PATHS, type HostFiles, printNorm } from './host_files.ts';
import { HOST_NETWORK, type HostNetwork, printHostNetwork } from './host_network.ts';
import { DESIGN_FILE } from './manifest.ts';
import { networkSimulationFiles } from './network_files.ts';
import { printNetworkManifest } from './network_manifest.ts';
import { networkReadmeValues } from './network_readme.ts';

/** File with the program, from which golden model and memories are made again. */
export const PROGRAM_FILE = 'program.json';

/**
 * All files of the design directory of a network, `design.json` last. Pure: the same inputs give the same bytes.
 *
 * @param network the model, and what of it the host computes
 * @param host files for the host, already checked against the model
 * @throws EsegenError where the design has a name that is used within its top module
 */
export function generateNetwork(design: NetworkDesign, network: HostNetwork, host: HostFiles): DesignFiles {
  const files = networkSimulationFiles(design);
  files.set(PROGRAM_FILE, printProgram(design.program));
  const { json, arrays } = printHostNetwork(network);
  files.set(HOST_NETWORK.graphs, json);
  files.set(HOST_NETWORK.arrays, arrays);
  if (host.norm !== null) files.set(HOST_PATHS.norm, printNorm(host.norm));
  if (host.labels !== null) files.set(HOST_PATHS.labels, printJson(host.labels));
  const below = (folder: string) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  const sw = below('sw').filter((path) => /\.[ch]$/.test(path));
  const sources = { rtl: below('rtl'), mem: below('mem'), sw };
  for (const [path, content] of vivadoFiles(networkIp(design), sources)) files.set(path, content);
  files.set('README.md', renderTemplate('network/README.md.hbs', networkReadmeValues(design, host)));
  files.set(DESIGN_FILE, printNetworkManifest(design, files));
  return files;
}
