import { shareOf } from '../../machine/deal.ts';
import type { Floats } from '../../model/graph.ts';
import { Ranking } from './ranking.ts';

/** What one lane holds of the columns of one group of a dense matrix, and how much of it stays. */
export interface LaneShare {
  /** Number of the column group. */
  readonly group: number;
  /** Rows in the lane's local order. */
  readonly rows: number;
  /** Columns of the group. */
  readonly columns: number;
  /** Magnitudes of the weights, column by column: [columns, rows]. */
  readonly magnitudes: Float64Array;
  /**
   * Weights to keep of each sub-matrix. Local row r belongs to sub-matrix r mod keep.length: four gates take turns, the
   * projection is alone.
   */
  readonly keep: readonly number[];
}

/** A lane's share without equal magnitudes. */
export interface RankedShare extends LaneShare {
  /** The largest magnitude of all. */
  readonly largest: number;
  /** Magnitudes of each sub-matrix. */
  readonly rankings: readonly Ranking[];
}

/**
 * A pruning rule.
 *
 * @param shares one matrix, lane by lane and group by group; none is empty
 * @param reach rows that a word can move on without padding: 2^indexBits
 * @returns per share, 1 for every weight that stays, [columns, rows]
 */
export type PruneRule = (shares: readonly LaneShare[], reach: number) => readonly Uint8Array[];

/** Magnitudes are set apart by at most this share of the largest. */
const APART = 1e-9;

/**
 * Collects what a lane holds of a group: columns j with j mod groups = group, as `groupColumns` has them.
 *
 * @param weights [rows, columns] row-major
 * @param rows matrix rows of the lane in local order
 * @param keep weights to keep of each sub-matrix
 */
export function laneShare(
  weights: Floats,
  columns: number,
  groups: number,
  group: number,
  rows: Int32Array,
  keep: readonly number[],
): LaneShare {
  const width = shareOf(columns, groups, group);
  const magnitudes = new Float64Array(rows.length * width);
  for (let local = 0; local < rows.length; local++) {
    const base = rows[local]! * columns + group;
    for (let column = 0; column < width; column++) {
      magnitudes[column * rows.length + local] = Math.abs(weights[base + column * groups]!);
    }
  }
  return { group, rows: rows.length, columns: width, magnitudes, keep };
}

/** Sets equal magnitudes of a share apart, in place, those of lower columns and rows above the others, and ranks them. */
export function rankShare(share: LaneShare): RankedShare {
  const { magnitudes } = share;
  let largest = 0;
  for (let at = 0; at < magnitudes.length; at++) if (magnitudes[at]! > largest) largest = magnitudes[at]!;
  const step = (APART * largest) / magnitudes.length;
  for (let at = 0; at < magnitudes.length; at++) magnitudes[at]! += step * (magnitudes.length - at);
  return {
    ...share,
    largest: largest + step * magnitudes.length,
    rankings: share.keep.map((_, part) => new Ranking(partMagnitudes(share, part))),
  };
}

/** Magnitudes of a sub-matrix of a share, column by column. */
export function partMagnitudes({ rows, magnitudes, keep }: LaneShare, part: number): Float64Array {
  const own = new Float64Array(magnitudes.length / keep.length);
  let count = 0;
  for (let base = 0; base < magnitudes.length; base += rows) {
    for (let row = part; row < rows; row += keep.length) own[count++] = magnitudes[base + row]!;
  }
  return own;
}

/** Smallest weight that stays of a sub-matrix where magnitude alone decides; infinite where none stays. */
export function threshold({ rankings, keep }: RankedShare, part: number): number {
  const ranking = rankings[part]!;
  return keep[part] === 0 ? Number.POSITIVE_INFINITY : ranking.at(ranking.size - keep[part]!);
}

/** Magnitude that stays where magnitude alone decides: the most that is possible. */
export function largestMagnitude(shares: readonly RankedShare[]): number {
  let sum = 0;
  for (const { rankings, keep } of shares) {
    for (const [part, count] of keep.entries()) {
      for (const magnitude of rankings[part]!.largest(count)) sum += magnitude;
    }
  }
  return sum;
}

/** Magnitude that masks keep. */
export function keptMagnitude(shares: readonly LaneShare[], masks: readonly Uint8Array[]): number {
  let sum = 0;
  for (const [lane, { magnitudes }] of shares.entries()) {
    const mask = masks[lane]!;
    // Without a branch on what is as good as random.
    for (let at = 0; at < mask.length; at++) sum += mask[at]! * magnitudes[at]!;
  }
  return sum;
}
