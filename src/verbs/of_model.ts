import { EsegenError } from '../util/errors.ts';

/** Where the compiler finds a fault in a network; others are in settings. */
const PARTS = /^(?:layer|node|input|output|segment|vector|tensor|sums|sequence memory|weight_hr)\b/;

/**
 * Runs passes of the compiler, which know no files: what they refuse of the network begins with its path then, line by line.
 *
 * @param path of the model
 * @throws EsegenError as `compute` does
 */
export function ofModel<T>(path: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof EsegenError)) throw error;
    const { where, what, fix } = error;
    if (where === 'model' || where === 'network') {
      throw new EsegenError(path, what.replaceAll(`\n${where}: `, `\n${path}: `), fix);
    }
    throw PARTS.test(where) ? new EsegenError(`${path}: ${where}`, what, fix) : error;
  }
}
