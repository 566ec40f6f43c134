import type { Graph } from '../../model/graph.ts';
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
 * The files of a model whose recurrent layers have other weights. A safetensors file stays byte for byte what it is, but for these; other models
 * get PyTorch's names and a layer file.
 *
 * @param path file of the model
 * @param projected its graph with the new weights
 * @param layers its layer file where an option named one
 * @throws EsegenError where a file cannot be read, its weights are neither F32 nor F64, or PyTorch's names cannot say what the model does
 */
export function circulantFiles(
  path: string,
  imported: ImportedModel,
  projected: Graph,
  layers: string | undefined,
): CirculantFiles {
  const places = placesInFile(path, imported);
  if (places !== null) return { model: patched(path, places, projected), layers: layerFileOf(path, layers) };
  const state = stateDictOf(path, projected);
  return { model: writeSafetensors(state.tensors), layers: `${JSON.stringify(state.layers, null, 2)}\n` };
}

function patched(path: string, places: readonly WeightTensor[], { nodes }: Graph): Uint8Array {
  const { bytes, dataAt, entries } = copySafetensors(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byId = new Map(nodes.map(({ id, layer }) => [id, layer]));
  for (const { tensor, node, matrices } of places) {
    const layer = byId.get(node)!;
    if (layer.kind !== 'lstm' && layer.kind !== 'gru') continue;
    const { dtype, begin } = entries.get(tensor)!;
    if (dtype !== 'F32' && dtype !== 'F64') {
      const what = `expected weights of F32 or F64, which can be written back, got ${dtype}`;
      throw new EsegenError(`${path}: ${quoteName(tensor)}`, what, 'Save the model in F32');
    }
    const own = new Map(matricesOf(layer));
    let at = dataAt + begin;
    for (const name of matrices) {
      for (const value of own.get(name)!.values) {
        if (dtype === 'F32') view.setFloat32(at, value, true);
        else view.setFloat64(at, value, true);
        at += dtype === 'F32' ? 4 : 8;
      }
    }
  }
  return bytes;
}
