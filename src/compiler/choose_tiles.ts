import { type Config, densityOf, STACKS } from '../machine/config.ts';
import { largestShare } from '../machine/deal.ts';
import type { Machine } from '../machine/machine.ts';
import { GATES, type Tiles } from '../machine/tiles.ts';
import { OUTPUT_GATE_LAG } from '../machine/timing.ts';
import type { Floats } from '../model/graph.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';

/** Rows that a tile in look-up tables has at most: one RAM64M8 deep. */
const TILE_ROWS = 64;

/**
 * Share of the weights of W_x or W_r that stay: those that are there, or those that pruning will leave; to three digits, so that a model pruned
 * by a config and built again has the same tiles.
 */
export function stackDensity(weights: Floats, stack: 'x' | 'r', config: Config): number {
  let nonZeros = 0;
  for (const weight of weights) if (weight !== 0) nonZeros++;
  const asked = STACKS[stack].reduce((sum, matrix) => sum + densityOf(config, matrix) / GATES, 0);
  return Number(Math.min(asked, nonZeros / weights.length).toPrecision(3));
}

/**
 * Cells of a lane in the second of two tiles: the rows of the first are drained while W_r of the second runs, and the cut is where both take
 * the same time.
 *
 * @param drain cycles in which all cells are drained
 * @param words of W_r in a lane
 */
export function secondTile(cells: number, drain: number, words: number): number {
  // words · cut / cells = drain · (1 - cut / cells) + what the last output gates take
  const cut = Math.ceil((cells * (drain + GATES * OUTPUT_GATE_LAG + 1)) / (drain + words));
  return Math.min(cut, cells - 1);
}

/**
 * Cells of a lane by tile, for the largest model of the hardware. The rows of tile 0 are drained, a word of ElemMul every four cycles, while W_r
 * of tile 1 runs; the cut is where both take the same time.
 *
 * @returns one number, or two that may be 0 in a lane of one cell
 */
export function tilesFor(layer: StackedLayer, config: Config): Tiles {
  const cells = largestShare(Math.max(layer.cells, config.maximum.cells), config.array.lanes);
  if (config.accumulatorMemory !== 'split') return [cells];
  const { lanes, groups } = config.array;
  const drain = GATES * (lanes / config.elemLanes) * cells;
  const words = stackDensity(layer.weightR, 'r', config) * GATES * cells * largestShare(layer.outputs, groups);
  const second = Math.min(secondTile(cells, drain, words), TILE_ROWS / GATES);
  return [cells - second, second];
}

/** A layer with a projection, which waits for its cells; shares of the weights of W_x and W_r that are not zero, to three digits. */
export interface LayerWork {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly density: { readonly x: number; readonly r: number };
}

/** Cycles from the last column of a tile to the first result that can be read. */
const LATENCY = 64;

/**
 * Cells of a lane by tile for the only recurrent layer of a network: two tiles where its drain takes longer than what MAC can do beside it
 * otherwise, which is W_x of the next step.
 *
 * @param ahead whether W_x of the next step may be done in this one
 */
export function layerTiles(
  { inputs, cells, outputs, density }: LayerWork,
  { groups, lanes, elemLanes }: Pick<Machine, 'groups' | 'lanes' | 'elemLanes'>,
  ahead: boolean,
): Tiles {
  const own = largestShare(cells, lanes);
  if (own < 2 || cells % lanes !== 0) return [own];
  const drain = GATES * (lanes / elemLanes) * own;
  const words = (share: number, columns: number) => share * GATES * own * largestShare(columns, groups);
  if (ahead && words(density.x, inputs) >= drain + LATENCY) return [own];
  const second = secondTile(own, drain, words(density.r, outputs));
  return [own - second, second];
}
