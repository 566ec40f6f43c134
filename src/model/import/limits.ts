import { EsegenError } from '../../util/errors.ts';

/** Largest I, H and P. */
const SIZE_LIMIT = 4096;

/** Largest number of classes of the output layer. */
const CLASS_LIMIT = 65_536;

/** Most stacked layers. */
const LAYER_LIMIT = 64;

/**
 * Checks a size of a model before anything is allocated for it.
 *
 * @param at file and tensor, for messages
 * @param what `I (inputs)`, `H (cells)`, `P (outputs)`, `classes` or `layers`
 * @throws EsegenError where it is no size that esegen takes
 */
export function checkSize(at: string, what: string, size: number): void {
  const limit = what === 'classes' ? CLASS_LIMIT : what === 'layers' ? LAYER_LIMIT : SIZE_LIMIT;
  if (!Number.isSafeInteger(size) || size < 1 || size > limit) {
    throw new EsegenError(at, `expected ${what} from 1 to ${limit}, got ${size}`, 'Choose a smaller model');
  }
}
