import { EsegenError } from '../../../util/errors.ts';
import type { ImportOptions } from '../import_options.ts';
import type { ImportedModel } from '../imported_model.ts';
import { type ModelFile, withFile } from '../model_file.ts';
import { readBeside } from './external_data.ts';
import { onnxNetwork } from './import_onnx.ts';

/** Largest file; larger models keep their weights in a file of their own. */
const FILE_LIMIT = 2 ** 30;

/**
 * Imports an ONNX file, see {@link onnxNetwork}.
 *
 * @throws EsegenError where it cannot be read or is larger than 1 GiB, and as {@link onnxNetwork}
 */
export function importOnnx(path: string, options: ImportOptions = {}): ImportedModel {
  return withFile(path, (file) => onnxNetwork(path, readAll(path, file), options, readBeside(path)));
}

function readAll(path: string, { size, read }: ModelFile): Uint8Array {
  if (size <= FILE_LIMIT) return read(0, size);
  const what = `expected an ONNX file of at most ${FILE_LIMIT} bytes, got ${size}`;
  throw new EsegenError(path, what, 'Export it with external data');
}
