/** Matrices of the hardware: W_x, W_r and W_ym. */
export type SegmentMatrix = 'x' | 'r' | 'p';

/** The rows of a tile of a matrix, as one run in every memory: the unit of an SpMV step. */
export interface SegmentSize {
  readonly matrix: SegmentMatrix;
  /** Tile of its rows: W_ym has one. */
  readonly tile: number;
  /** Words of the fullest lane. */
  readonly words: number;
}

/** A segment in its place. */
export interface Segment extends SegmentSize {
  /** Columns of a group. */
  readonly columns: number;
  /** First pointer. */
  readonly pointer: number;
  /** First weight word; in external memory the first beat. */
  readonly base: number;
  /** Beats in external memory. */
  readonly beats: number;
}

/** Segments in the order of the memories: W_x, W_r, W_ym, tile by tile. */
export function segmentList(tiles: number, projection: boolean): readonly Omit<SegmentSize, 'words'>[] {
  const byTile = (matrix: SegmentMatrix) => Array.from({ length: tiles }, (_, tile) => ({ matrix, tile }));
  return [...byTile('x'), ...byTile('r'), ...(projection ? [{ matrix: 'p' as const, tile: 0 }] : [])];
}

/**
 * Puts segments one behind the other.
 *
 * @param columns columns of a group, by matrix
 * @param beatsOf beats of so many words a lane
 * @param dram whether they lie in external memory: bases are beats then
 */
export function placeSegments(
  sizes: readonly SegmentSize[],
  columns: Readonly<Record<SegmentMatrix, number>>,
  beatsOf: (words: number) => number,
  dram: boolean,
): readonly Segment[] {
  let pointer = 0;
  let base = 0;
  return sizes.map((size) => {
    const beats = beatsOf(size.words);
    const placed = { ...size, columns: columns[size.matrix], pointer, base, beats };
    pointer += placed.columns;
    base += dram ? beats : size.words;
    return placed;
  });
}
