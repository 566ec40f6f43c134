import { accessSync, constants, existsSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EsegenError } from './errors.ts';
import { causeOf } from './file_error.ts';
import { makeFolder } from './make_folder.ts';
import { statPath } from './stat_path.ts';
import { temporary } from './temporary.ts';

const FIX = 'Check the path, its permissions and the free space';

/**
 * Checks, before the work is done, that a file can be written.
 *
 * @param path file to write; a file that is there already is replaced
 * @param sources files that must not be replaced, since the result is made from them
 * @throws EsegenError where the folder is missing, or `path` is a folder or one of the sources
 */
export function checkFileTarget(path: string, sources: readonly string[]): void {
  const folder = dirname(path);
  if (statPath(folder)?.isDirectory() !== true) {
    throw new EsegenError(path, 'cannot be written: its folder does not exist', 'Make the folder first');
  }
  const stat = statPath(path);
  if (stat === undefined) return;
  if (!stat.isFile()) throw new EsegenError(path, 'is not a file, expected the name of a file to write');
  const real = realpathSync(path);
  if (sources.some((source) => existsSync(source) && realpathSync(source) === real)) {
    throw new EsegenError(path, 'is an input of this command, which would be overwritten', 'Name another file');
  }
}

/**
 * Checks, before the work is done, that no two results go to one file or folder.
 *
 * @throws EsegenError naming the second of them
 */
export function checkDistinct(paths: Iterable<string>): void {
  const seen = new Set<string>();
  for (const path of paths) {
    const folder = dirname(resolve(path));
    const at = join(existsSync(folder) ? realpathSync(folder) : folder, basename(path));
    const real = existsSync(at) ? realpathSync(at) : at;
    if (seen.has(real)) {
      throw new EsegenError(path, 'is to take two results, and one would be lost', 'Give each a place of its own');
    }
    seen.add(real);
  }
}

/**
 * Checks, before the work is done, that a folder is there or can be made.
 *
 * @param sources folders whose files must not be replaced, since the results are made from them and have their names
 * @throws EsegenError where `path` is a file or one of the sources, or leads to where no folder can be made
 */
export function checkFolderTarget(path: string, sources: readonly string[] = []): void {
  const stat = statPath(path);
  if (stat !== undefined) {
    if (!stat.isDirectory()) throw new EsegenError(path, 'is a file, expected a directory');
    const real = realpathSync(path);
    if (sources.some((source) => existsSync(source) && realpathSync(source) === real)) {
      throw new EsegenError(path, 'is the folder of the inputs, which would be overwritten', 'Name another folder');
    }
    return;
  }
  let parent = dirname(resolve(path));
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw folderError(path, error);
  }
}

/**
 * Makes a folder for results, and those above it, where it is not there.
 *
 * @throws EsegenError where it cannot be made
 */
export function makeFolderTarget(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    throw folderError(path, error);
  }
}

function folderError(path: string, error: unknown): EsegenError {
  return new EsegenError(path, `the folder cannot be made (${causeOf(error)})`, FIX);
}

/**
 * Writes files, all of them or none: each beside its place first, then all are renamed. A link to a file stays, and leads to what is
 * written.
 *
 * @throws EsegenError where one cannot be written
 */
export function writeFiles(files: ReadonlyMap<string, string | Uint8Array>): void {
  const staged: {
    readonly target: string;
    readonly real: string;
    readonly beside: string;
    readonly remove: () => void;
  }[] = [];
  let path = '';
  try {
    for (const [target, content] of files) {
      path = target;
      const real = existsSync(target) ? realpathSync(target) : resolve(target);
      // A name of its own: that of the file may be as long as names can be.
      const beside = join(dirname(real), `.esegen-${process.pid}-${staged.length}.tmp`);
      staged.push({ target, real, beside, remove: temporary(beside) });
      writeFileSync(beside, content);
    }
    for (const { target, real, beside } of staged) {
      path = target;
      renameSync(beside, real);
    }
  } catch (error) {
    throw new EsegenError(path, `cannot be written (${causeOf(error)})`, FIX);
  } finally {
    for (const { remove } of staged) remove();
  }
}
