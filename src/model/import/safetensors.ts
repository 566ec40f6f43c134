import { existsSync } from 'node:fs';
import { quoteName } from '../../util/quote_name.ts';
import type { Graph } from '../graph.ts';
import type { ImportOptions } from './import_options.ts';
import type { ImportedModel } from './imported_model.ts';
import { type ReadRange, withFile } from './model_file.ts';
import { readLayersFile } from './pytorch/layers_file.ts';
import { layersOfNames } from './pytorch/layers_of_names.ts';
import { type NetworkOfTensors, networkOfLayers } from './pytorch/network_of_layers.ts';
import { StateDict } from './pytorch/state_dict.ts';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors_header.ts';
import type { SourceTensor } from './source_tensor.ts';
import { widenFloats } from './widen_floats.ts';

/** The tensors and texts of a safetensors file. */
export interface Safetensors {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, SourceTensor>;
  /** The `__metadata__` texts; empty where the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Parses a safetensors file that is in memory. Checks the whole container; values are checked when they are read.
 *
 * @param bytes the whole file
 * @param where file name for messages
 * @throws EsegenError at the first fault of the container, see `headerLength` and `parseHeader`
 */
export function parseSafetensors(bytes: Uint8Array, where: string): Safetensors {
  return parse(where, bytes.length, (begin, end) => bytes.subarray(begin, end));
}

/**
 * Opens a safetensors file for the time of `use`. Only the header is read at once; tensors are read where `use` asks for
 * their values, which it must do before it returns.
 *
 * @returns what `use` returns
 * @throws EsegenError where the file cannot be read or its container is faulty
 */
export function withSafetensors<T>(path: string, use: (file: Safetensors) => T): T {
  return withFile(path, ({ size, read }) => use(parse(path, size, read)));
}

/**
 * Reads a network from a PyTorch state dict: its layers from a layer file (`networkOfLayers`), or where there is none from the names
 * of its tensors (`layersOfNames`).
 *
 * @param path file of any size; only the tensors of the network are loaded
 * @throws EsegenError where a file cannot be read, is damaged, or does not fit the other
 */
export function importSafetensors(path: string, { layers }: ImportOptions = {}): ImportedModel {
  return withSafetensors(path, ({ tensors }) => {
    const beside = layersPath(path);
    const named = layers ?? (existsSync(beside) ? beside : null);
    const summaries = [...tensors.values()].map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    return { ...networkWithPlaces(path, tensors, named), tensors: summaries };
  });
}

/**
 * The network of a state dict.
 *
 * @param where its file, for messages
 * @param layers path of a layer file; null: the names of the tensors say all
 * @throws EsegenError as {@link importSafetensors}
 */
export function networkOfTensors(
  where: string,
  tensors: ReadonlyMap<string, SourceTensor>,
  layers: string | null = null,
): Graph {
  return networkWithPlaces(where, tensors, layers).graph;
}

function networkWithPlaces(
  where: string,
  tensors: ReadonlyMap<string, SourceTensor>,
  layers: string | null,
): NetworkOfTensors {
  const state = new StateDict(where, tensors);
  if (layers === null) return networkOfLayers(state, layersOfNames(state, layersPath(where)), where);
  return networkOfLayers(state, readLayersFile(layers), layers);
}

/** Where the layers of a state dict are named, unless an option says otherwise: `net.layers.json` beside `net.safetensors`. */
export function layersPath(path: string): string {
  return `${path.replace(/\.safetensors$/i, '')}.layers.json`;
}

function parse(where: string, fileBytes: number, read: ReadRange): Safetensors {
  const length = headerLength(where, read(0, Math.min(LENGTH_BYTES, fileBytes)), fileBytes);
  const dataAt = LENGTH_BYTES + length;
  const header = parseHeader(where, read(LENGTH_BYTES, dataAt), fileBytes - dataAt);

  const tensors = new Map<string, SourceTensor>();
  for (const { name, dtype, shape, begin, end } of header.entries.values()) {
    const floats = () => widenFloats(`${where}: ${quoteName(name)}`, dtype, read(dataAt + begin, dataAt + end));
    tensors.set(name, { name, dtype, shape, floats });
  }
  return { tensors, metadata: header.metadata };
}
