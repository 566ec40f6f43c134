import type { Graph } from '../model/graph.ts';
import { onnxNetwork } from '../model/import/onnx/import_onnx.ts';
import { parseLayersFile } from '../model/import/pytorch/layers_file.ts';
import { networkOfLayers } from '../model/import/pytorch/network_of_layers.ts';
import { StateDict } from '../model/import/pytorch/state_dict.ts';
import { networkOfTensors, parseSafetensors } from '../model/import/safetensors.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteNames } from '../util/quote_name.ts';

/** A file in memory. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A model, and the layer file that belongs to it; null: none. */
export interface ModelFiles {
  readonly model: NamedBytes;
  readonly layers: NamedBytes | null;
}

const MODEL = /\.(?:onnx|safetensors)$/i;
const LAYERS = /\.json$/i;

/**
 * Which of some files is what.
 *
 * @throws EsegenError where they are not one model, with a layer file or without
 */
export function modelFilesOf<T extends { readonly name: string }>(
  files: readonly T[],
): { readonly model: T; readonly layers: T | null } {
  const models = files.filter(({ name }) => MODEL.test(name));
  const layers = files.filter(({ name }) => LAYERS.test(name));
  const [model] = models;
  if (model === undefined || models.length > 1 || layers.length > 1 || models.length + layers.length < files.length) {
    const got = quoteNames(files.map(({ name }) => name));
    const what = `expected one model (.onnx, .safetensors), and its layer file (.layers.json) if it needs one, got ${got}`;
    throw new EsegenError('files', what);
  }
  return { model, layers: layers[0] ?? null };
}

/**
 * The network of a model in memory.
 *
 * @throws EsegenError where a file is damaged, the model of another kind, or it needs a layer file and has none
 */
export function modelInMemory({ model, layers }: ModelFiles): Graph {
  const { name, bytes } = model;
  if (/\.onnx$/i.test(name)) {
    if (layers !== null) throw new EsegenError(layers.name, `${name} says itself how its layers are connected`);
    return onnxNetwork(name, bytes).graph;
  }
  if (!/\.safetensors$/i.test(name)) {
    throw new EsegenError(name, 'expected a file that ends in .onnx or .safetensors');
  }
  const { tensors } = parseSafetensors(bytes, name);
  if (layers !== null) {
    const file = parseLayersFile(jsonOf(layers), layers.name);
    return networkOfLayers(new StateDict(name, tensors), file, layers.name).graph;
  }
  return networkOfTensors(name, tensors);
}

function jsonOf({ name, bytes }: NamedBytes): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new EsegenError(name, `is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
