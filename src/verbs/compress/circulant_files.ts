import type { Graph, Matrix } from '../../model/graph.ts';
import type { ImportedModel, WeightTensor } from '../../model/import/imported_model.ts';
import { writeSafetensors } from '../../model/import/write_safetensors.ts';
import { matricesOf } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { stateDictOf } from './state_dict_of_graph.ts';
import { copySafetensors, layerFileOf, placesInFile } from './written_model.ts';

/** Contents of the files of a model with other weights. */
export interface CirculantFiles {
  readonly model: Uint8Array;
  /** Layer file; null where the names of the tensors say all. */
  readonly layers: string | null;
}

/**
 * The files of a model of which some matrices have other weights. A safetensors file stays byte for byte what it is, but for these; other models get PyTorch's
 * names and a layer file.
 *
 * @param path file of the model
 * @param projected its graph with the new weights
 * @param layers its layer file where an option named one
 * @throws EsegenError where a file cannot be read, its weights are neither F32 nor F64, layers that share a tensor would have different ones, or PyTorch's names
 *   cannot say what the model does
 */
export function circulantFiles(
  path: string,
  imported: ImportedModel,
  projected: Graph,
  layers: string | undefined,
): CirculantFiles {
  const places = placesInFile(path, imported);
  if (places !== null)
    return { model: patched(path, places, imported.graph, projected), layers: layerFileOf(path, layers) };
  const state = stateDictOf(path, projected);
  return { model: writeSafetensors(state.tensors), layers: `${JSON.stringify(state.layers, null, 2)}\n` };
}

function patched(path: string, places: readonly WeightTensor[], given: Graph, projected: Graph): Uint8Array {
  const { bytes, dataAt, entries } = copySafetensors(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [before, after] = [given, projected].map(
    ({ nodes }) => new Map(nodes.map(({ id, layer }) => [id, new Map(matricesOf(layer))])),
  );
  const matricesAt = (of: typeof before, { node, matrices }: WeightTensor) =>
    matrices.map((name) => of!.get(node)!.get(name)!);
  checkShared(path, places, (place) => matricesAt(after, place));
  for (const place of places) {
    const [old, made] = [matricesAt(before, place), matricesAt(after, place)];
    if (made.every((matrix, n) => matrix === old[n])) continue;
    const { dtype, begin } = entries.get(place.tensor)!;
    if (dtype !== 'F32' && dtype !== 'F64') {
      const what = `expected weights of F32 or F64, which can be written back, got ${dtype}`;
      throw new EsegenError(`${path}: ${quoteName(place.tensor)}`, what, 'Save the model in F32');
    }
    let at = dataAt + begin;
    for (const { values } of made) {
      for (const value of values) {
        if (dtype === 'F32') view.setFloat32(at, value, true);
        else view.setFloat64(at, value, true);
        at += dtype === 'F32' ? 4 : 8;
      }
    }
  }
  return bytes;
}

/** @throws EsegenError where layers that share a tensor get different weights, which one tensor cannot have */
function checkShared(
  path: string,
  places: readonly WeightTensor[],
  matricesAt: (place: WeightTensor) => readonly Matrix[],
): void {
  const first = new Map<string, WeightTensor>();
  for (const place of places) {
    const other = first.get(place.tensor);
    if (other === undefined) {
      first.set(place.tensor, place);
      continue;
    }
    const own = matricesAt(place);
    const same = matricesAt(other).every(({ values }, n) => values.every((value, at) => value === own[n]!.values[at]));
    if (same) continue;
    const what = `is shared by the layers ${other.node} and ${place.node}, which are to have different blocks`;
    throw new EsegenError(`${path}: ${quoteName(place.tensor)}`, what, 'Give them the same blocks');
  }
}
