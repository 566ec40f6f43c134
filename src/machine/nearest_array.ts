import type { Config } from './config.ts';

/**
 * The largest array that fits, as it stands in a config: the one given with half the channels as often as it takes, then half the
 * groups, then half the lanes.
 */
export function nearestArray(
  { channels, groups, lanes }: Config['array'],
  fits: (array: Config['array']) => boolean,
): string {
  const array = { channels, groups, lanes };
  while (!fits(array) && array.channels * array.groups * array.lanes > 1) {
    if (array.channels > 1) array.channels /= 2;
    else if (array.groups > 1) array.groups /= 2;
    else array.lanes /= 2;
  }
  return `{ "channels": ${array.channels}, "groups": ${array.groups}, "lanes": ${array.lanes} }`;
}
