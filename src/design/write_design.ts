import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { EsegenError } from '../util/errors.ts';
import { causeOf } from '../util/file_error.ts';
import { makeFolder } from '../util/make_folder.ts';
import { statPath } from '../util/stat_path.ts';
import { temporary } from '../util/temporary.ts';
import type { DesignFiles } from './files.ts';
import { tryJson } from './files.ts';
import { DESIGN_FILE, GENERATOR } from './manifest.ts';

/**
 * Writes a design directory: first beside its place, then by renaming, so that there is never half a design. What was in an
 * older design of that name is gone afterwards, files that esegen did not write included.
 *
 * @param dir where to; must not exist, be empty, or be a design that esegen wrote
 * @param files as `generate` made them
 * @throws EsegenError where `dir` is anything else or cannot be written; nothing is left behind then
 */
export function writeDesign(dir: string, files: DesignFiles): void {
  checkTarget(dir);
  let undo = () => {};
  try {
    const target = existsSync(dir) ? realpathSync(dir) : resolve(dir);
    undo = makeFolder(dirname(target));
    const staging = mkdtempSync(join(dirname(target), '.esegen-'));
    const remove = temporary(staging);
    try {
      const fresh = join(staging, 'new');
      writeFiles(fresh, files);
      replace(target, fresh, join(staging, 'old'));
    } finally {
      remove();
    }
  } catch (error) {
    undo();
    throw new EsegenError(dir, `cannot be written (${causeOf(error)})`, 'Check the path, its permissions and the disk');
  }
}

/**
 * Refuses a directory that `writeDesign` would not write.
 *
 * @throws EsegenError where `dir` is a file, the current directory or above it, or a directory with something else in it than a
 *   design of esegen
 */
export function checkTarget(dir: string): void {
  if (dir === '') throw new EsegenError('output directory', 'expected a path, got an empty text');
  const stat = statPath(dir);
  if (stat === undefined) {
    if (lstatSync(dir, { throwIfNoEntry: false }) === undefined) return;
    throw new EsegenError(dir, 'is a link that leads nowhere', 'Name another directory');
  }
  if (!stat.isDirectory()) throw new EsegenError(dir, 'expected a directory, got a file', 'Name another one');
  if (`${process.cwd()}${sep}`.startsWith(`${realpathSync(dir)}${sep}`)) {
    const fix = 'Name a folder below it, or run from another one';
    throw new EsegenError(dir, 'is the current folder or above it, which a new one in its place would pull away', fix);
  }
  if (readdirSync(dir).length === 0) return;
  const path = join(dir, DESIGN_FILE);
  const owner = existsSync(path) ? z.object({ generator: z.string() }).safeParse(tryJson(path)) : null;
  if (owner?.data?.generator === GENERATOR) return;
  throw new EsegenError(
    dir,
    'holds files that esegen did not write (there is no design.json of esegen in it)',
    'Name a new or an empty directory, or remove this one',
  );
}

function writeFiles(root: string, files: DesignFiles): void {
  for (const [path, content] of files) {
    const at = join(root, ...path.split('/'));
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
  }
}

/** Puts `fresh` in the place of `target`; what was there goes to `old`, and back again when that fails. */
function replace(target: string, fresh: string, old: string): void {
  if (!existsSync(target)) {
    renameSync(fresh, target);
    return;
  }
  if (readdirSync(target).length === 0) {
    rmdirSync(target);
    renameSync(fresh, target);
    return;
  }
  renameSync(target, old);
  try {
    renameSync(fresh, target);
  } catch (error) {
    renameSync(old, target);
    throw error;
  }
}
