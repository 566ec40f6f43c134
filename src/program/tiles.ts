import { OUTPUT_GATE_LAG } from '../hdl/gather.ts';
import { type Config, densityOf } from '../machine/config.ts';
import type { LstmLayer } from '../model/lstm.ts';

/**
 * Tiles of the gate rows. Where the accumulators of a PE are split (`accumulatorMemory: "split"`), the cells of every lane fall into two
 * tiles, each with a RAM of its own: while the cells of one are drained, the array adds to the other. Tile 0 has the first
 * cells of a lane, tile 1 the rest. Otherwise there is one tile with all of them.
 *
 *     cell h is in lane h mod L at place k = floor(h / L);   tile 0: k < tiles[0],   tile 1: the others
 */
export type Tiles = readonly number[];

/** Rows that a tile in look-up tables has at most: one RAM64M8 deep. */
const TILE_ROWS = 64;

const GATES = 4;

/**
 * Share of the weights of W_r that stay: those that are there, or those that pruning will leave; to three digits, so that a model pruned
 * by a config and built again has the same tiles.
 */
function recurrentDensity({ weightR }: LstmLayer, config: Config): number {
  let nonZeros = 0;
  for (const weight of weightR) if (weight !== 0) nonZeros++;
  const asked = (['ir', 'fr', 'cr', 'or'] as const).reduce((sum, matrix) => sum + densityOf(config, matrix) / GATES, 0);
  return Number(Math.min(asked, nonZeros / weightR.length).toPrecision(3));
}

/**
 * Cells of a lane by tile, for the largest model of the hardware. The rows of tile 0 are drained, a word of ElemMul every four cycles, while W_r
 * of tile 1 runs; the cut is where both take the same time.
 *
 * @returns one number, or two that may be 0 in a lane of one cell
 */
export function tilesFor(layer: LstmLayer, config: Config): Tiles {
  const { lanes, groups } = config.array;
  const cells = Math.ceil(Math.max(layer.cells, config.maximum.cells) / lanes);
  if (config.accumulatorMemory !== 'split') return [cells];
  const drain = GATES * (lanes / config.elemLanes) * cells;
  const words = recurrentDensity(layer, config) * GATES * cells * Math.ceil(layer.outputs / groups);
  // words · cut / cells = drain · (1 - cut / cells) + what the last output gates take
  const cut = Math.ceil((cells * (drain + GATES * OUTPUT_GATE_LAG + 1)) / (drain + words));
  const second = Math.min(cut, TILE_ROWS / GATES, cells - 1);
  return [cells - second, second];
}

/** Local gate rows of a tile: from the first to the one behind the last. */
export function tileRows(tiles: Tiles, tile: number): { readonly from: number; readonly to: number } {
  const from = tile === 0 ? 0 : GATES * tiles[0]!;
  return { from, to: from + GATES * tiles[tile]! };
}
