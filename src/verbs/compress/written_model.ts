import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { ImportedModel, WeightTensor } from '../../model/import/imported_model.ts';
import { layersPath } from '../../model/import/safetensors.ts';
import { headerLength, LENGTH_BYTES, parseHeader, type TensorEntry } from '../../model/import/safetensors_header.ts';
import { EsegenError } from '../../util/errors.ts';
import { causeOf } from '../../util/file_error.ts';

/** A safetensors file whose weights are to change in place, so that all else of it stays byte for byte. */
export interface SafetensorsCopy {
  readonly bytes: Uint8Array;
  /** Where in `bytes` the data of the tensors begin. */
  readonly dataAt: number;
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/** Tensors with the matrices of a model that was read from a safetensors file; null of other formats. */
export function placesInFile(path: string, { weightTensors }: ImportedModel): readonly WeightTensor[] | null {
  return extname(path).toLowerCase() === '.safetensors' ? (weightTensors ?? null) : null;
}

/** @throws EsegenError where the file cannot be read as a whole */
export function copySafetensors(path: string): SafetensorsCopy {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Files of up to 2 GiB can be pruned');
  }
  const dataAt = LENGTH_BYTES + headerLength(path, bytes.subarray(0, LENGTH_BYTES), bytes.length);
  const { entries } = parseHeader(path, bytes.subarray(LENGTH_BYTES, dataAt), bytes.length - dataAt);
  return { bytes, dataAt, entries };
}

/**
 * Text of the layer file of a model; null where it has none.
 *
 * @param layers layer file that an option named; undefined: the one beside the model
 * @throws EsegenError where it cannot be read
 */
export function layerFileOf(path: string, layers: string | undefined): string | null {
  const named = layers ?? (existsSync(layersPath(path)) ? layersPath(path) : null);
  if (named === null) return null;
  try {
    return readFileSync(named, 'utf8');
  } catch (error) {
    throw new EsegenError(named, `cannot be read (${causeOf(error)})`, 'Check the path and its permissions');
  }
}

/**
 * Adds the layer file to the files of a model that goes to `out`.
 *
 * @throws EsegenError where the model has none and another one is there, with which it would be read
 */
export function addLayerFile(files: Map<string, string | Uint8Array>, out: string, layers: string | null): void {
  if (layers !== null) files.set(layersPath(out), layers);
  else if (existsSync(layersPath(out))) {
    const what = `names the layers of another model, and would be taken for those of ${out}`;
    throw new EsegenError(layersPath(out), what, 'Remove it, or name another file with --out');
  }
}
