import { quoteName } from '../../util/quote_name.ts';
import type { Graph } from '../graph.ts';
import type { ReadRange } from './model_file.ts';
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
  return parseRanges(where, bytes.length, (begin, end) => bytes.subarray(begin, end));
}

/**
 * The network of a state dict whose tensors have names that say all.
 *
 * @param where its file, for messages
 * @throws EsegenError where they do not, or are damaged
 */
export function networkOfTensors(where: string, tensors: ReadonlyMap<string, SourceTensor>): Graph {
  return networkOfNames(where, tensors).graph;
}

/** The same, with the places of its tensors. */
export function networkOfNames(where: string, tensors: ReadonlyMap<string, SourceTensor>): NetworkOfTensors {
  const state = new StateDict(where, tensors);
  return networkOfLayers(state, layersOfNames(state, layersPath(where)), where);
}

/** Where the layers of a state dict are named, unless an option says otherwise: `net.layers.json` beside `net.safetensors`. */
export function layersPath(path: string): string {
  return `${path.replace(/\.safetensors$/i, '')}.layers.json`;
}

/**
 * Parses a safetensors file whose ranges are read where they are asked for.
 *
 * @throws EsegenError as {@link parseSafetensors}
 */
export function parseRanges(where: string, fileBytes: number, read: ReadRange): Safetensors {
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
