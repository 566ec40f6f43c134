import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EsegenError } from '../util/errors.ts';
import { causeOf } from '../util/file_error.ts';
import { statPath } from '../util/stat_path.ts';
import { REBUILD, sha256, tryJson } from './files.ts';
import { DESIGN_FILE } from './manifest.ts';

/**
 * The content of a `design.json`, not checked yet.
 *
 * @throws EsegenError where `dir` is no directory with such a file
 */
export function readDesignFile(dir: string): unknown {
  const path = join(dir, DESIGN_FILE);
  const stat = statPath(dir);
  const fix = 'Name a directory that esegen build wrote';
  if (stat === undefined) throw new EsegenError(dir, 'does not exist', fix);
  if (!stat.isDirectory()) throw new EsegenError(dir, 'expected a design directory, got a file', fix);
  if (!existsSync(path)) throw new EsegenError(dir, `is not a design of esegen: it holds no ${DESIGN_FILE}`, fix);
  const json = tryJson(path);
  if (json === undefined) throw new EsegenError(path, 'damaged: expected JSON', REBUILD);
  return json;
}

/**
 * Content of a file that `design.json` lists.
 *
 * @param expected its SHA-256 there
 * @throws EsegenError where it is missing, cannot be read, or is not what the generator wrote
 */
export function readListed(dir: string, file: string, expected: string): Buffer {
  const path = join(dir, ...file.split('/'));
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(file, `missing in ${dir}`, REBUILD);
  if (!stat.isFile()) throw new EsegenError(file, `expected a file in ${dir}`, REBUILD);
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new EsegenError(file, `cannot be read in ${dir} (${causeOf(error)})`, 'Check its permissions');
  }
  const got = sha256(content);
  if (got === expected) return content;
  throw new EsegenError(
    file,
    `damaged or changed in ${dir}: expected SHA-256 ${expected.slice(0, 16)}…, got ${got.slice(0, 16)}…`,
    REBUILD,
  );
}
