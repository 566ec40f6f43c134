/** Rows of a cell in the accumulators: its gate sums, in the order i, f, g, o. */
export const GATES = 4;

/**
 * Tiles of the gate rows. Where the accumulators of a PE are split (`accumulatorMemory: "split"`), the cells of every lane fall into two
 * tiles, each with a RAM of its own: while the cells of one are drained, the array adds to the other. Tile 0 has the first
 * cells of a lane, tile 1 the rest. Otherwise there is one tile with all of them.
 *
 *     cell h is in lane h mod L at place k = floor(h / L);   tile 0: k < tiles[0],   tile 1: the others
 */
export type Tiles = readonly number[];

/** Local gate rows of a tile: from the first to the one behind the last. */
export function tileRows(tiles: Tiles, tile: number): { readonly from: number; readonly to: number } {
  const from = tile === 0 ? 0 : GATES * tiles[0]!;
  return { from, to: from + GATES * tiles[tile]! };
}
