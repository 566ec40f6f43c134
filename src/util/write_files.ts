import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EsegenError, errorCode } from './errors.ts';
import { statPath } from './stat_path.ts';

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
 * Writes files, all of them or none: each beside its place first, then all are renamed. A link to a file stays, and leads to what is
 * written.
 *
 * @throws EsegenError where one cannot be written
 */
export function writeFiles(files: ReadonlyMap<string, string | Uint8Array>): void {
  const staged: { readonly path: string; readonly beside: string }[] = [];
  let path = '';
  try {
    for (const [target, content] of files) {
      path = existsSync(target) ? realpathSync(target) : target;
      // A name of its own: that of the file may be as long as names can be.
      const beside = join(dirname(path), `.esegen-${process.pid}-${staged.length}.tmp`);
      staged.push({ path, beside });
      writeFileSync(beside, content);
    }
    for (const file of staged) {
      path = file.path;
      renameSync(file.beside, path);
    }
  } catch (error) {
    throw new EsegenError(
      path,
      `cannot be written (${errorCode(error)})`,
      'Check the path, its permissions and the free space',
    );
  } finally {
    for (const { beside } of staged) rmSync(beside, { force: true });
  }
}
