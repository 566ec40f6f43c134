import { type Machine, wordUnit } from '../../machine/machine.ts';
import { countNonZeros } from '../../util/non_zeros.ts';
import type { Sums } from '../quantized_graph.ts';
import { kernelsOf, type Shape } from './layout.ts';
import { type BlockWindow, blocksOf, blockWindow, type PositionBlock } from './position_blocks.ts';
import { MAX_COLUMNS, rowPieces } from './product.ts';

/** Cycles from a tile to the next at least: from its last column until it is drained, and its addresses. */
const TILE_CYCLES = 48;
/** Weights of the segments of a node whose positions share a tile, at most; and elements of such a matrix. */
export const MOST_WEIGHTS = 2 ** 20;
const MOST_ELEMENTS = 2 ** 24;
/** More weights for fewer cycles are not worth less than this share of them. */
const WORTH = 0.03;

interface Choice {
  readonly blocks: readonly PositionBlock[];
  readonly cycles: number;
  readonly weights: number;
}

/**
 * Into what blocks the positions of a windowed node are divided: as many positions are rows of a tile as it takes to give all lanes
 * and groups work, and to fill CELL's words, so that nothing stands between the positions of the output. Weights are there
 * once for each position of a block; the fewest are taken that do not cost cycles.
 *
 * @param positions of the output, outermost first
 * @param shapes of the sources of the products
 * @param mostWeights of the segments, where more than one position is in a block
 * @returns blocks along the innermost axis
 */
export function chooseBlocks(
  sums: Sums,
  positions: readonly number[],
  shapes: readonly Shape[],
  machine: Machine,
  mostWeights = MOST_WEIGHTS,
): readonly PositionBlock[] {
  const count = positions.at(-1)!;
  const outer = positions.slice(0, -1).reduce((product, size) => product * size, 1);
  const single = blocksOf(count, 1);
  // What saturates depends on which sums are added in which group.
  if (sums.saturate) return single;
  const weights = sums.products.reduce((sum, { matrix }) => sum + countNonZeros(matrix.values), 0);
  const choices: Choice[] = [];
  for (let size = 1; size <= count; size++) {
    const blocks = blocksOf(count, size);
    const stored = weights * blocks.reduce((sum, block) => sum + block.size, 0);
    if (size > 1 && stored > mostWeights) continue;
    const packs = size === count || (size * sums.rows) % wordUnit(machine) === 0;
    // Between positions in the same groups nothing is lost either.
    const between = size === 1 && sums.rows % machine.groups === 0;
    if (!packs && !between) continue;
    const cycles = cyclesOf(sums, blocks, shapes, machine);
    if (cycles !== null) choices.push({ blocks, cycles: cycles * outer, weights: stored });
  }
  if (choices.length === 0) return single;
  const least = Math.min(...choices.map(({ cycles }) => cycles));
  const good = choices.filter(({ cycles }) => cycles <= (1 + WORTH) * least);
  return good.reduce((best, own) => {
    const better = own.weights - best.weights || own.cycles - best.cycles;
    return better < 0 ? own : best;
  }).blocks;
}

/** Cycles of MAC for all blocks, about; null where a tile or a segment cannot have one. */
function cyclesOf(
  sums: Sums,
  blocks: readonly PositionBlock[],
  shapes: readonly Shape[],
  machine: Machine,
): number | null {
  let cycles = 0;
  for (const block of blocks) {
    const rows = block.size * sums.rows;
    if (block.size > 1 && rowPieces(rows, 1, machine, null).length > 1) return null;
    let own = 0;
    for (const [at, product] of sums.products.entries()) {
      const { matrix, window } = product;
      const source = shapes[at]!;
      const read = blockWindow(window, source, block, machine.groups);
      if (read === null) return null;
      const density = countNonZeros(matrix.values) / Math.max(matrix.values.length, 1);
      const work = workOf(read, source, block, sums.rows, density, machine);
      const columns = (matrix.columns / kernelOf(window, source)) * kernelOf(read.window, source);
      const tooLarge = rows * columns > MOST_ELEMENTS || work.columns * machine.groups > MAX_COLUMNS;
      if (block.size > 1 && tooLarge) return null;
      own += work.cycles;
      if (!startsInGroupZero(read, source, block, machine.groups)) {
        // Every group needs all elements, each of which is written by itself.
        cycles += source.positions.reduce((product, size) => product * size, source.pitch);
      }
    }
    cycles += block.count * Math.max(own, TILE_CYCLES + rows / machine.elemLanes);
  }
  return cycles;
}

function kernelOf(window: BlockWindow['window'], source: Shape): number {
  return kernelsOf(source, window).at(-1) ?? 1;
}

/** Whether all blocks begin in group 0. */
function startsInGroupZero({ window }: BlockWindow, { pitch }: Shape, { count }: PositionBlock, groups: number) {
  const own = window?.space.at(-1);
  if (own === undefined) return true;
  return (own.before * pitch) % groups === 0 && (count === 1 || (own.stride * pitch) % groups === 0);
}

/** Columns of a product of a block in a group, and cycles of the fullest group; a column takes at least one. */
function workOf(
  { window, extra, shift }: BlockWindow,
  source: Shape,
  { size }: PositionBlock,
  channels: number,
  density: number,
  { groups, lanes }: Machine,
): { readonly columns: number; readonly cycles: number } {
  const kernels = kernelsOf(source, window);
  const taps = window?.time.kernel ?? 1;
  const wide = kernels.at(-1) ?? 1;
  const kernel = wide - extra - (size - 1) * shift;
  const runs = taps * kernels.slice(0, -1).reduce((product, own) => product * own, 1);
  // Words of a column that so many positions have weights in, in the fullest lane.
  const words = (covering: number) => Math.ceil((covering * channels) / lanes) * density;
  const contiguous = source.pitch === source.channels && (window?.space.at(-1)?.dilation ?? 1) === 1;
  const busy = new Float64Array(groups);
  let columns = 0;
  for (let element = 0, at = 0; element < wide; element++) {
    const reached = element - extra;
    const first = shift === 0 ? 0 : Math.max(Math.ceil((reached - kernel + 1) / shift), 0);
    const last = shift === 0 ? size - 1 : Math.min(Math.floor(reached / shift), size - 1);
    const own = words(reached < 0 ? 0 : last - first + 1);
    if (!contiguous) at = 0;
    for (let channel = 0; channel < source.channels; channel++, at++) busy[at % groups]! += own;
    if (!contiguous || element === wide - 1) columns += Math.ceil(at / groups);
  }
  const fullest = busy.reduce((most, own) => Math.max(most, own), columns);
  return { columns: runs * columns, cycles: runs * fullest };
}
