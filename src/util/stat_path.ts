import { type Stats, statSync } from 'node:fs';
import { EsegenError } from './errors.ts';
import { causeOf } from './file_error.ts';

/**
 * What is at a path.
 *
 * @returns undefined where nothing is there
 * @throws EsegenError where nothing can be: the path leads through a file, in a circle, through a folder without permission, or is
 *   too long
 */
export function statPath(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new EsegenError(path, `cannot be reached (${causeOf(error)})`, 'Check the path and its permissions');
  }
}
