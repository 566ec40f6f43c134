import { existsSync } from 'node:fs';
import type { ImportOptions } from './import_options.ts';
import type { ImportedModel } from './imported_model.ts';
import { withFile } from './model_file.ts';
import { networkOfLayers } from './pytorch/network_of_layers.ts';
import { readLayersFile } from './pytorch/read_layers.ts';
import { StateDict } from './pytorch/state_dict.ts';
import { layersPath, networkOfNames, parseRanges, type Safetensors } from './safetensors.ts';

/**
 * Opens a safetensors file for the time of `use`. Only the header is read at once; tensors are read where `use` asks for
 * their values, which it must do before it returns.
 *
 * @returns what `use` returns
 * @throws EsegenError where the file cannot be read or its container is faulty
 */
export function withSafetensors<T>(path: string, use: (file: Safetensors) => T): T {
  return withFile(path, ({ size, read }) => use(parseRanges(path, size, read)));
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
    const network =
      named === null
        ? networkOfNames(path, tensors)
        : networkOfLayers(new StateDict(path, tensors), readLayersFile(named), named);
    return { ...network, tensors: summaries };
  });
}
