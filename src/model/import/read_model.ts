import { extname } from 'node:path';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { LstmModel } from '../stacked_layer.ts';
import { hardwareModel } from './hardware_model.ts';
import type { ImportOptions } from './import_options.ts';
import type { ImportedModel } from './imported_model.ts';
import { importKaldi } from './kaldi/import_kaldi.ts';
import { importOnnx } from './onnx/onnx_file.ts';
import { otherFormat } from './other_formats.ts';
import { importSafetensors } from './safetensors_file.ts';

/** Importers by file suffix, in lower case. */
const IMPORTERS: ReadonlyMap<string, (path: string, options: ImportOptions) => ImportedModel> = new Map([
  ['.safetensors', importSafetensors],
  ['.onnx', importOnnx],
  ['.nnet', importKaldi],
  ['.txt', importKaldi],
]);

/**
 * Imports a trained model, whether the hardware can run it or not; the suffix of the file (in any case) says how:
 *
 * - `.safetensors`, a PyTorch state dict, see `importSafetensors`;
 * - `.onnx`, see `importOnnx`;
 * - `.nnet` or `.txt`, a Kaldi nnet1 model as text, see `importKaldi`.
 *
 * @throws EsegenError where the suffix is another one, the file cannot be read or is damaged, or holds no network
 */
export function importModel(path: string, options: ImportOptions = {}): ImportedModel {
  const suffix = extname(path);
  const importer = IMPORTERS.get(suffix.toLowerCase());
  if (importer === undefined) {
    const { format, way } = otherFormat(suffix.toLowerCase());
    const got = suffix === '' ? 'no suffix' : quoteName(suffix);
    throw new EsegenError(
      path,
      `expected a model file that ends in ${[...IMPORTERS.keys()].join(', ')}, got ${got}${format === null ? '' : `, ${format}`}`,
      way,
    );
  }
  return importer(path, options);
}

/**
 * Imports a trained model for the hardware.
 *
 * @throws EsegenError as `importModel` does, and where the hardware cannot run the model, see `hardwareModel`
 */
export function readModel(path: string, options: ImportOptions = {}): LstmModel {
  return hardwareModel(path, importModel(path, options).graph);
}
