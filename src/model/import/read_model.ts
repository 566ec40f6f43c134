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

/** How files of a kind are imported, and what can be said of them. */
interface Importer {
  readonly read: (path: string, options: ImportOptions) => ImportedModel;
  readonly options: readonly (keyof ImportOptions)[];
}

const KALDI: Importer = { read: importKaldi, options: [] };

/** Importers by file suffix, in lower case. */
const IMPORTERS: ReadonlyMap<string, Importer> = new Map([
  ['.safetensors', { read: importSafetensors, options: ['layers'] }],
  ['.onnx', { read: importOnnx, options: ['assume', 'shape', 'from', 'to'] }],
  ['.nnet', KALDI],
  ['.txt', KALDI],
]);

/**
 * Imports a trained model, whether the hardware can run it or not; the suffix of the file (in any case) says how:
 *
 * - `.safetensors`, a PyTorch state dict, see `importSafetensors`;
 * - `.onnx`, see `importOnnx`;
 * - `.nnet` or `.txt`, a Kaldi nnet1 model as text, see `importKaldi`.
 *
 * @throws EsegenError where the suffix is another one, the file cannot be read or is damaged, or holds no network, or an option is one
 *   that files of its kind do not have
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
  const given = Object.keys(options) as (keyof ImportOptions)[];
  const stray = given.find((option) => options[option] !== undefined && !importer.options.includes(option));
  if (stray !== undefined) {
    throw new EsegenError(`--${stray}`, `has no effect on ${path}, a model in ${suffix.toLowerCase()}`, 'Leave it out');
  }
  return importer.read(path, options);
}

/**
 * Imports a trained model for the hardware.
 *
 * @throws EsegenError as `importModel` does, and where the hardware cannot run the model, see `hardwareModel`
 */
export function readModel(path: string, options: ImportOptions = {}): LstmModel {
  return hardwareModel(path, importModel(path, options).graph);
}
