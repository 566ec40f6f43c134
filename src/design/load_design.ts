import { join, resolve } from 'node:path';
import type { CompileReport } from '../compiler/compile.ts';
import { memoryPath } from '../machine/names.ts';
import { parseConfig } from '../machine/read_config.ts';
import type { Graph } from '../model/graph.ts';
import { importModel, readModel } from '../model/import/read_model.ts';
import type { LstmModel } from '../model/stacked_layer.ts';
import type { Design } from '../program/design.ts';
import { type MemImage, parseMem } from '../program/mem_image.ts';
import { imageShapes, SCHEDULE_FILE, unpackDesign } from '../program/pack.ts';
import { STREAM_FILE } from '../program/stream.ts';
import { EsegenError } from '../util/errors.ts';
import { schemaError } from '../util/schema_error.ts';
import { checkDimensions } from './check_dimensions.ts';
import { checkSchedule, checkSharedCounts, checkStream, checkStreamWords } from './check_memories.ts';
import { readDesignFile, readListed } from './design_file.ts';
import { REBUILD } from './files.ts';
import { HOST_PATHS, type HostFileReaders, hostFileReaders } from './host_files.ts';
import { DESIGN_FILE, manifestSchema, ownerSchema } from './manifest.ts';
import { isNetworkManifest } from './network_manifest.ts';
import { checkPorts, withPorts } from './ports.ts';

/** A design directory, read back and checked. */
export interface LoadedDesign extends HostFileReaders {
  /** Absolute path. */
  readonly dir: string;
  /** Version of the generator that wrote it. */
  readonly version: string;
  /** The value that the directory was generated from. */
  readonly design: Design;
  readonly report: CompileReport;
  /** SHA-256 by path, of every file but `design.json`; all have been checked. */
  readonly files: ReadonlyMap<string, string>;
  /** Reads the pruned float model, with its output layer where it has one. */
  readonly readModel: () => LstmModel;
  /** The same as a network, with the names and layouts of the model file that the design was built from. */
  readonly readGraph: () => Graph;
}

/**
 * Reads a design directory back and checks every file of it.
 *
 * @param dir a directory that `writeDesign` wrote
 * @throws EsegenError where it is not one, a file is missing or has another SHA-256 than when it was written, or
 *   `design.json` contradicts itself or the memory files
 */
export function loadDesign(dir: string): LoadedDesign {
  const path = join(dir, DESIGN_FILE);
  const json = readDesignFile(dir);
  const owner = ownerSchema.safeParse(json);
  if (!owner.success) throw schemaError(path, owner.error, REBUILD);
  if (isNetworkManifest(json)) {
    throw new EsegenError(
      dir,
      'is the design of a network, and what was asked for takes that of one LSTM layer',
      'esegen simulate and esegen inspect take it',
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw schemaError(path, parsed.error, REBUILD);
  const { shape, ports, formats, schedule, report, version } = parsed.data;
  const config = parseConfig(parsed.data.config, `${path}: config`);
  const files = new Map(Object.entries(parsed.data.files));
  const dimensions = checkDimensions(path, config, shape, formats, parsed.data.dimensions);
  if (ports !== null) checkPorts(path, ports, shape);
  const frame = { config, dimensions, formats, schedule };

  const images = new Map<string, MemImage>();
  const shapes = imageShapes(frame);
  const memories = new Map([...shapes.keys()].map((file) => [memoryPath(config.name, file), file]));
  for (const required of [...memories.keys(), ...(dimensions.dram ? [STREAM_FILE] : []), HOST_PATHS.model]) {
    if (!files.has(required)) throw new EsegenError(path, `files: ${required} is not listed`, REBUILD);
  }
  const foreign = [...files.keys()].find((file) => file.startsWith('mem/') && !memories.has(file));
  if (foreign !== undefined) throw new EsegenError(path, `files: ${foreign} is no memory of this design`, REBUILD);
  let stream: Uint8Array | null = null;
  for (const [file, expected] of files) {
    const content = readListed(dir, file, expected);
    if (file === STREAM_FILE) stream = checkStream(content, dimensions);
    const memory = memories.get(file);
    if (memory === undefined) continue;
    const { width, depth } = shapes.get(memory)!;
    images.set(memory, parseMem(content.toString('latin1'), width, depth, file));
  }
  checkSchedule(path, config.name, schedule, dimensions, images.get(SCHEDULE_FILE)!);
  const unpacked = unpackDesign(images, stream, frame);
  checkSharedCounts(path, dimensions, unpacked.matrices);
  if (stream !== null) checkStreamWords(stream, dimensions, unpacked.matrices);

  return {
    dir: resolve(dir),
    version,
    design: { ...frame, ...unpacked },
    report,
    files,
    readModel: () => readModel(join(dir, HOST_PATHS.model)),
    readGraph: () => {
      const { graph } = importModel(join(dir, HOST_PATHS.model));
      return ports === null ? graph : withPorts(graph, ports);
    },
    ...hostFileReaders(dir, files),
  };
}
