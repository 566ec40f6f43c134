import { readJson } from '../../../util/read_json.ts';
import { type LayersFile, parseLayersFile } from './layers_file.ts';

/**
 * Reads a layer file (JSON).
 *
 * @throws EsegenError where it cannot be read, or as {@link parseLayersFile}
 */
export function readLayersFile(path: string): LayersFile {
  return parseLayersFile(readJson(path), path);
}
