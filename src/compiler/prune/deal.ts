/** Weights by group, and whose turn is next. */
export interface Dealt {
  readonly counts: readonly number[];
  readonly next: number;
}

/**
 * Deals the weights that a lane keeps of a sub-matrix out to its column groups: every group gets as many as the others, or one
 * more, or all that it has room for. Those left over go round from group `start` on.
 *
 * @param total weights to deal, at most the sum of `room`
 * @param room weights that each group holds of the sub-matrix in this lane
 * @returns counts by group, and the group behind the last one that got one more
 */
export function deal(total: number, room: readonly number[], start: number): Dealt {
  const level = levelOf(total, room);
  const counts = room.map((size) => Math.min(size, level));
  let left = total - counts.reduce((sum, count) => sum + count, 0);
  let next = start;
  while (left > 0) {
    if (room[next]! > level) {
      counts[next]!++;
      left--;
    }
    next = (next + 1) % room.length;
  }
  return { counts, next };
}

/** The largest number that all groups, or those with room for it, can have: fewer groups are short of room with every round. */
function levelOf(total: number, room: readonly number[]): number {
  let level = 0;
  let open = room.filter((size) => size > 0);
  let left = total;
  while (open.length > 0 && left >= open.length) {
    const step = Math.min(Math.floor(left / open.length), Math.min(...open) - level);
    level += step;
    left -= step * open.length;
    open = open.filter((size) => size > level);
  }
  return level;
}
