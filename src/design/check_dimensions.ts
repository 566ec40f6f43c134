import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../machine/config.ts';
import type { Formats } from '../machine/formats.ts';
import { type Dimensions, dimensionsOf } from '../program/dimensions.ts';
import { segmentList } from '../program/segments.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';
import { REBUILD } from './files.ts';
import type { Manifest } from './manifest.ts';

/**
 * Dimensions follow from config, shape and formats, but for the sizes of the encoded matrices, which are found again from
 * the memory layout.
 */
export function checkDimensions(
  path: string,
  config: Config,
  shape: Manifest['shape'],
  formats: Formats,
  given: Manifest['dimensions'],
): Dimensions {
  const { segments, tiles, sharedCounts, weightDepth, countBits } = given;
  const list = segmentList(tiles.length, shape.projection);
  const same =
    list.length === segments.length &&
    list.every(({ matrix, tile }, at) => {
      const segment = segments[at]!;
      return segment.matrix === matrix && segment.tile === tile;
    });
  if (!same) throw new EsegenError(`${path}: dimensions.segments`, 'are not the matrices of the layer', REBUILD);
  const laneCells = Math.ceil(Math.max(shape.cells, config.maximum.cells) / config.array.lanes);
  const count = config.accumulatorMemory === 'split' ? 2 : 1;
  if (tiles.length !== count || tiles[0] === 0 || tiles.reduce((sum, cells) => sum + cells, 0) !== laneCells) {
    const what = `expected ${count} that add up to the ${laneCells} cells of a lane, got ${tiles.join(', ')}`;
    throw new EsegenError(`${path}: dimensions.tiles`, what, REBUILD);
  }
  const dimensions = dimensionsOf(config, shape, formats, {
    segments: segments.map(({ matrix, tile, words }) => ({ matrix, tile, words })),
    largestCount: Math.min(2 ** countBits - 1, weightDepth - 1),
    sharedCounts,
    tiles,
  });
  const keys = new Set([...Object.keys(dimensions), ...Object.keys(given)]);
  for (const key of keys) {
    const expected = dimensions[key as keyof Dimensions];
    if (isDeepStrictEqual(expected, given[key])) continue;
    const show = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
    const got = quoteName(show(given[key]));
    throw new EsegenError(`${path}: dimensions.${key}`, `expected ${show(expected)}, got ${got}`, REBUILD);
  }
  return dimensions;
}
