import { maskNode, type NodeMasks } from '../../compiler/prune/prune_node.ts';
import type { NodeId } from '../../model/graph.ts';
import type { ImportedModel, WeightTensor } from '../../model/import/imported_model.ts';
import { type ByteTensor, writeSafetensors } from '../../model/import/write_safetensors.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { stateDictOf } from './state_dict_of_graph.ts';
import { copySafetensors, layerFileOf, placesInFile } from './written_model.ts';

/** Masks by node. */
export type NetworkMasks = ReadonlyMap<NodeId, NodeMasks>;

/** Contents of the files that pruning writes. */
export interface PrunedFiles {
  readonly model: Uint8Array;
  /** `mask.<name of the weight>`, U8, 1 where a weight stays. */
  readonly masks: Uint8Array;
  /** Layer file; null where the names of the tensors say all. */
  readonly layers: string | null;
}

/**
 * The files of a pruned model. A safetensors file stays byte for byte what it is, but for the weights that are zero now, so that all
 * its tensors are there for `load_state_dict`; other models get PyTorch's names and a layer file.
 *
 * @param path file of the model
 * @param layers its layer file where an option named one
 * @throws EsegenError where a file cannot be read, or PyTorch's names cannot say what the model does
 */
export function prunedFiles(
  path: string,
  imported: ImportedModel,
  masks: NetworkMasks,
  layers: string | undefined,
): PrunedFiles {
  const { graph } = imported;
  const places = placesInFile(path, imported);
  if (places !== null) {
    const shapes = new Map<string, readonly number[]>();
    const model = patchSafetensors(path, places, masks, shapes);
    checkShared(path, places, masks);
    return { model, masks: maskFile(places, masks, shapes), layers: layerFileOf(path, layers) };
  }
  const nodes = graph.nodes.map((node) => {
    const own = masks.get(node.id);
    return own === undefined ? node : { ...node, layer: maskNode(node.layer, own) };
  });
  const state = stateDictOf(path, { ...graph, nodes });
  const shapes = new Map([...state.tensors].map(([name, { shape }]) => [name, shape]));
  return {
    model: writeSafetensors(state.tensors),
    masks: maskFile(state.weightTensors, masks, shapes),
    layers: `${JSON.stringify(state.layers, null, 2)}\n`,
  };
}

/** @throws EsegenError where layers that share a tensor are pruned differently, which one tensor cannot be */
function checkShared(path: string, places: readonly WeightTensor[], masks: NetworkMasks): void {
  const first = new Map<string, WeightTensor>();
  for (const place of places) {
    const other = first.get(place.tensor);
    if (other === undefined) first.set(place.tensor, place);
    else if (!equal(maskOf(other, masks), maskOf(place, masks))) {
      const what = `is shared by the layers ${other.node} and ${place.node}, which are to be pruned differently`;
      throw new EsegenError(`${path}: ${quoteName(place.tensor)}`, what, 'Give them the same densities');
    }
  }
}

function equal(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return one.length === other.length && one.every((kept, n) => kept === other[n]);
}

/** Masks of a tensor's matrices on top of each other; null where its node is not pruned. */
function maskOf({ node, matrices }: WeightTensor, masks: NetworkMasks): Uint8Array | null {
  const own = masks.get(node);
  if (own === undefined) return null;
  const parts = matrices.map((matrix) => own.get(matrix)!);
  const mask = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    mask.set(part, at);
    at += part.length;
  }
  return mask;
}

function maskFile(
  places: readonly WeightTensor[],
  masks: NetworkMasks,
  shapes: ReadonlyMap<string, readonly number[]>,
): Uint8Array {
  const tensors = new Map<string, ByteTensor>();
  for (const place of places) {
    const data = maskOf(place, masks);
    if (data !== null) tensors.set(`mask.${place.tensor}`, { shape: shapes.get(place.tensor)!, data });
  }
  return writeSafetensors(tensors);
}

/** Zeroes weights in the bytes of the file: zero is all zero bits in every dtype that holds weights. */
function patchSafetensors(
  path: string,
  places: readonly WeightTensor[],
  masks: NetworkMasks,
  shapes: Map<string, readonly number[]>,
): Uint8Array {
  const { bytes, dataAt, entries } = copySafetensors(path);
  for (const place of places) {
    const { begin, end, shape } = entries.get(place.tensor)!;
    shapes.set(place.tensor, shape);
    const mask = maskOf(place, masks);
    if (mask === null) continue;
    const size = (end - begin) / mask.length;
    for (let at = 0; at < mask.length; at++) {
      const from = dataAt + begin + at * size;
      if (mask[at] === 0) bytes.fill(0, from, from + size);
    }
  }
  return bytes;
}
