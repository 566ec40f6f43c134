import type { ImportOptions } from '../../model/import/import_options.ts';
import { EsegenError } from '../../util/errors.ts';

const HAS: Readonly<Record<string, string>> = {
  config: 'its config',
  calibrate: 'its number formats',
  densities: 'its weights',
  weights: 'its number formats',
  vectors: 'its number formats',
};

/**
 * Refuses options of a model file that a design has an answer to.
 *
 * @param options by their names on the command line, undefined where they are not given
 * @throws EsegenError naming the first that is given
 */
export function refuseForDesign(
  dir: string,
  options: Readonly<Record<string, unknown>>,
  importOptions: ImportOptions = {},
): void {
  for (const [option, value] of Object.entries({ ...options, ...importOptions })) {
    if (value === undefined) continue;
    throw new EsegenError(`--${option}`, `${dir} is a design and has ${HAS[option] ?? 'its model'}`, 'Leave it out');
  }
}
