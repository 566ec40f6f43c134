import { copyFileSync, existsSync, realpathSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EsegenError } from '../src/util/errors.ts';
import { causeOf } from '../src/util/file_error.ts';
import { temporary } from '../src/util/temporary.ts';

/** Folders of a design directory that simulators read. */
const FOLDERS = ['rtl', 'tb', 'mem'];

/** Makes a folder in which simulators find the files of a design under the names that they have in its directory. */
export function linkDesign(dir: string, work: string): void {
  for (const folder of FOLDERS) symlinkSync(resolve(dir, folder), join(work, folder));
}

/**
 * Puts a file that a simulator wrote in its place: by renaming, so that it is never half there. A link stays, and leads to the
 * file.
 *
 * @param from absolute; where it is not there, nothing is done: the simulator did not come so far
 * @throws EsegenError where it cannot be written
 */
export function deliver(from: string, to: string): void {
  if (!existsSync(from)) return;
  const target = existsSync(to) ? realpathSync(to) : resolve(to);
  try {
    if (renamed(from, target)) return;
    const beside = join(dirname(target), `.esegen-${process.pid}.tmp`);
    const remove = temporary(beside);
    try {
      copyFileSync(from, beside);
      renameSync(beside, target);
    } finally {
      remove();
    }
  } catch (error) {
    throw new EsegenError(to, `cannot be written (${causeOf(error)})`, 'Check the path, its permissions and the space');
  }
}

/** Renames where both are on one disk, and says whether they are. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (causeOf(error) !== 'EXDEV') throw error;
    return false;
  }
}
