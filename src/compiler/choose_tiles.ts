import { type Config, densityOf, STACKS } from '../machine/config.ts';
import { largestShare } from '../machine/deal.ts';
import { GATES, type Tiles } from '../machine/tiles.ts';
import { OUTPUT_GATE_LAG } from '../machine/timing.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';

/** Rows that a tile in look-up tables has at most: one RAM64M8 deep. */
const TILE_ROWS = 64;

/**
 * Share of the weights of W_r that stay: those that are there, or those that pruning will leave; to three digits, so that a model pruned
 * by a config and built again has the same tiles.
 */
function recurrentDensity({ weightR }: StackedLayer, config: Config): number {
  let nonZeros = 0;
  for (const weight of weightR) if (weight !== 0) nonZeros++;
  const asked = STACKS.r.reduce((sum, matrix) => sum + densityOf(config, matrix) / GATES, 0);
  return Number(Math.min(asked, nonZeros / weightR.length).toPrecision(3));
}

/**
 * Cells of a lane by tile, for the largest model of the hardware. The rows of tile 0 are drained, a word of ElemMul every four cycles, while W_r
 * of tile 1 runs; the cut is where both take the same time.
 *
 * @returns one number, or two that may be 0 in a lane of one cell
 */
export function tilesFor(layer: StackedLayer, config: Config): Tiles {
  const { lanes, groups } = config.array;
  const cells = largestShare(Math.max(layer.cells, config.maximum.cells), lanes);
  if (config.accumulatorMemory !== 'split') return [cells];
  const drain = GATES * (lanes / config.elemLanes) * cells;
  const words = recurrentDensity(layer, config) * GATES * cells * largestShare(layer.outputs, groups);
  // words · cut / cells = drain · (1 - cut / cells) + what the last output gates take
  const cut = Math.ceil((cells * (drain + GATES * OUTPUT_GATE_LAG + 1)) / (drain + words));
  const second = Math.min(cut, TILE_ROWS / GATES, cells - 1);
  return [cells - second, second];
}
