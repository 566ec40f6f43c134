import type { ExplorationPoint, Measure } from '../report/exploration_data.ts';

/** Least and most of a measure; null: no limit. */
export interface Range {
  readonly least: number | null;
  readonly most: number | null;
}

/** Which points are shown. */
export interface Filter {
  /** Values that an axis, or `model`, may have; an axis that is not named may have any. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  readonly ranges: ReadonlyMap<Measure, Range>;
  readonly frontOnly: boolean;
  /** Only designs that their part has room for. */
  readonly fitting: boolean;
}

/** All points are shown. */
export const NO_FILTER: Filter = { values: new Map(), ranges: new Map(), frontOnly: false, fitting: false };

/** The value of an axis as filters compare it. */
export function axisValue(point: ExplorationPoint, axis: string): string {
  return axis === 'model' ? point.model : String(point.set[axis] ?? '');
}

/** Points that a filter lets through. */
export function filterPoints(
  points: readonly ExplorationPoint[],
  { values, ranges, frontOnly, fitting }: Filter,
  front: ReadonlySet<number>,
): ExplorationPoint[] {
  return points.filter((point) => {
    if (frontOnly && !front.has(point.point)) return false;
    if (fitting && point.fits === false) return false;
    for (const [axis, allowed] of values) if (!allowed.has(axisValue(point, axis))) return false;
    for (const [measure, { least, most }] of ranges) {
      const value = point[measure];
      if (value === null) return false;
      if ((least !== null && value < least) || (most !== null && value > most)) return false;
    }
    return true;
  });
}
