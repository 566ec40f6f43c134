import type { Config } from '../../machine/config.ts';
import { readConfig } from '../../machine/config_file.ts';
import { parseConfig } from '../../machine/read_config.ts';
import { BLOCKS } from '../../model/blocks.ts';
import { EsegenError } from '../../util/errors.ts';

/** A config as it is, or read from its file. */
export function configOf(config: string | Config): Config {
  return typeof config === 'string' ? readConfig(config) : parseConfig(config, 'config');
}

/** Values that a sweep may take one by one; more would be a mistake. */
const LONGEST_SWEEP = 32;

/**
 * Checks the values of a sweep.
 *
 * @param where option, for messages
 * @param integers whether they must be whole numbers
 * @returns the values without repeats, in their order
 * @throws EsegenError where there is none or too many, or one is out of range
 */
function checkSweep(
  where: string,
  values: readonly number[],
  low: number,
  high: number,
  integers: boolean,
): readonly number[] {
  const fits = (value: number) => value >= low && value <= high && (!integers || Number.isInteger(value));
  if (values.length < 1 || values.length > LONGEST_SWEEP || !values.every(fits)) {
    const kind = integers ? 'whole numbers' : 'numbers';
    const what = `expected 1 to ${LONGEST_SWEEP} ${kind} from ${low} to ${high}`;
    throw new EsegenError(where, `${what}, got ${values.slice(0, 8).join(', ')}${values.length > 8 ? ', …' : ''}`);
  }
  return [...new Set(values)];
}

/** Checks bits of weights. */
export function checkWeightBits(values: readonly number[]): readonly number[] {
  return checkSweep('--weights', values, 4, 16, true);
}

/** Checks bits of vectors. */
export function checkVectorBits(values: readonly number[]): readonly number[] {
  return checkSweep('--vectors', values, 8, 16, true);
}

/** Checks densities. */
export function checkDensities(values: readonly number[]): readonly number[] {
  return checkSweep('--densities', values, 0.001, 1, false);
}

/** Checks blocks of block-circulant matrices. */
export function checkBlocks(values: readonly number[]): readonly number[] {
  const known = values.every((value) => BLOCKS.includes(value));
  if (known) return checkSweep('--blocks', values, BLOCKS[0]!, BLOCKS.at(-1)!, true);
  const got = `${values.slice(0, 8).join(', ')}${values.length > 8 ? ', …' : ''}`;
  throw new EsegenError('--blocks', `expected some of ${BLOCKS.join(', ')}, got ${got}`);
}
