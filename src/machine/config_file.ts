import { readJson } from '../util/read_json.ts';
import type { Config } from './config.ts';
import { parseConfig } from './read_config.ts';

/**
 * Reads a config file (JSON).
 *
 * @throws EsegenError where the file cannot be read, is not JSON or holds a key twice, or as {@link parseConfig}
 */
export function readConfig(path: string): Config {
  return parseConfig(readJson(path), path);
}
