import { join, resolve } from 'node:path';
import { parseConfig } from '../machine/read_config.ts';
import { formatMem } from '../program/mem_image.ts';
import { type NetworkDesign, networkDesign } from '../program/network_design.ts';
import { parseProgram } from '../program/program_file.ts';
import { STREAM_FILE } from '../program/stream.ts';
import { EsegenError } from '../util/errors.ts';
import { escapeControls } from '../util/quote_name.ts';
import { schemaError } from '../util/schema_error.ts';
import { readDesignFile, readListed } from './design_file.ts';
import { REBUILD, sha256 } from './files.ts';
import { PROGRAM_FILE } from './generate_network.ts';
import { type HostFileReaders, hostFileReaders } from './host_files.ts';
import { HOST_NETWORK, type HostNetwork, parseHostNetwork } from './host_network.ts';
import { DESIGN_FILE, ownerSchema } from './manifest.ts';
import { isNetworkManifest, networkManifestSchema } from './network_manifest.ts';

/** The design directory of a network, read back and checked. */
export interface LoadedNetwork extends HostFileReaders {
  /** Absolute path. */
  readonly dir: string;
  /** Version of the generator that wrote it. */
  readonly version: string;
  readonly design: NetworkDesign;
  /** SHA-256 by path, of every file but `design.json`; all have been checked. */
  readonly files: ReadonlyMap<string, string>;
  /** Reads the model, with what of it the host computes. */
  readonly readHost: () => HostNetwork;
}

/**
 * Whether a design directory is that of a network.
 *
 * @throws EsegenError where it is no design directory
 */
export function holdsNetwork(dir: string): boolean {
  return isNetworkManifest(readDesignFile(dir));
}

/**
 * Reads the design directory of a network back and checks every file of it.
 *
 * @throws EsegenError where it is not one, a file is missing or has another SHA-256 than when it was written, or the memory files
 *   are not those of the program
 */
export function loadNetwork(dir: string): LoadedNetwork {
  const path = join(dir, DESIGN_FILE);
  const json = readDesignFile(dir);
  for (const schema of [ownerSchema, networkManifestSchema]) {
    const checked = schema.safeParse(json);
    if (!checked.success) throw schemaError(path, checked.error, REBUILD);
  }
  const { config: given, version, files: listed } = networkManifestSchema.parse(json);
  const config = parseConfig(given, `${path}: config`);
  const files = new Map(Object.entries(listed));
  for (const required of [PROGRAM_FILE, ...Object.values(HOST_NETWORK)]) {
    if (!files.has(required)) throw new EsegenError(path, `files: ${required} is not listed`, REBUILD);
  }
  let program: unknown;
  for (const [file, expected] of files) {
    const content = readListed(dir, file, expected);
    if (file === PROGRAM_FILE) program = parseText(content.toString('utf8'));
  }
  const design = agreeing(path, () => networkDesign(parseProgram(program, PROGRAM_FILE), config));
  for (const [file, image] of design.memories) {
    if (files.get(`mem/${file}`) === sha256(formatMem(image))) continue;
    throw new EsegenError(path, `files: mem/${file} is not that of ${PROGRAM_FILE}`, REBUILD);
  }
  if (design.weights !== null && files.get(STREAM_FILE) !== sha256(design.weights)) {
    throw new EsegenError(path, `files: ${STREAM_FILE} is not that of ${PROGRAM_FILE}`, REBUILD);
  }
  const read = (file: string) => readListed(dir, file, files.get(file)!);
  const readHost = () =>
    parseHostNetwork(parseText(read(HOST_NETWORK.graphs).toString('utf8')), read(HOST_NETWORK.arrays));
  return { dir: resolve(dir), version, design, files, readHost, ...hostFileReaders(dir, files) };
}

/**
 * Places a program, whose parts and config may contradict each other in ways that no schema sees: what the compiler never makes is
 * no fault of esegen here, but of the file.
 */
function agreeing<T>(path: string, place: () => T): T {
  try {
    return place();
  } catch (error) {
    if (error instanceof EsegenError || !(error instanceof Error)) throw error;
    const what = `config and ${PROGRAM_FILE} contradict themselves (${escapeControls(error.message)})`;
    throw new EsegenError(path, what, REBUILD);
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
