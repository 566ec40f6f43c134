import { EsegenError } from '../../util/errors.ts';

/** Largest I, H and P. */
const SIZE_LIMIT = 4096;

/** Most classes of an output layer, and outputs of any layer without a state. */
const OUTPUT_LIMIT = 65_536;

/** Most stacked layers. */
const LAYER_LIMIT = 64;

/**
 * Checks a size of a model before anything is allocated for it.
 *
 * @param at file and tensor, for messages
 * @param what `I (inputs)`, `H (cells)`, `P (outputs)`, `outputs`, `classes` or `layers`
 * @throws EsegenError where it is no size that esegen takes
 */
export function checkSize(at: string, what: string, size: number): void {
  const limit = what === 'classes' || what === 'outputs' ? OUTPUT_LIMIT : what === 'layers' ? LAYER_LIMIT : SIZE_LIMIT;
  if (!Number.isSafeInteger(size) || size < 1 || size > limit) {
    const fix = size > limit ? 'Choose a smaller model' : 'Check how the model was exported';
    throw new EsegenError(at, `expected ${what} from 1 to ${limit}, got ${size}`, fix);
  }
}
