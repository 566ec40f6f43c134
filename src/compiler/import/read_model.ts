import { extname } from 'node:path';
import { EsegenError } from '../../errors.ts';
import type { LstmModel } from '../../model.ts';
import { quoteName } from './quote_name.ts';
import { readSafetensorsModel } from './safetensors.ts';

/** Importers by file suffix, in lower case. */
const IMPORTERS: ReadonlyMap<string, (path: string) => LstmModel> = new Map([['.safetensors', readSafetensorsModel]]);

/**
 * Reads a trained model; the suffix of the file (in any case) says how.
 *
 * @param path a `.safetensors` file with PyTorch's LSTM names, see `lstmFromTensors`
 * @throws EsegenError where the suffix is another one, the file cannot be read or is damaged, or its model is not one that
 *   esegen can build
 */
export function readModel(path: string): LstmModel {
  const suffix = extname(path);
  const importer = IMPORTERS.get(suffix.toLowerCase());
  if (importer === undefined) {
    const got = suffix === '' ? 'no suffix' : quoteName(suffix);
    throw new EsegenError(
      path,
      `expected a model file that ends in ${[...IMPORTERS.keys()].join(' or ')}, got ${got}`,
      "Save the model's state_dict with safetensors.torch.save_file",
    );
  }
  return importer(path);
}
