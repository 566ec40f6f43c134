import { type Config, densityOf, type Encoding, type Matrix, STACKS } from '../../machine/config.ts';
import { shareOf } from '../../machine/deal.ts';
import type { Tiles } from '../../machine/tiles.ts';
import type { Floats } from '../../model/graph.ts';
import type { StackedLayer } from '../../model/stacked_layer.ts';
import { createPartition, projectionRowsByLane, tileRowsByLane } from '../../program/partition.ts';
import { tilesFor } from '../choose_tiles.ts';
import { columnBalanced } from './column_balanced.ts';
import { deal } from './deal.ts';
import { type LaneShare, laneShare, type PruneRule } from './lane_share.ts';
import { loadBalanced } from './load_balanced.ts';
import { paddingAware } from './padding_aware.ts';

/** Which weights pruning has kept of each matrix: 1 where one stays, row-major as the weights. */
export interface Masks {
  readonly x: Uint8Array;
  readonly r: Uint8Array;
  readonly p: Uint8Array | null;
}

/** What pruning made of a layer. */
export interface PrunedLayer {
  /** The layer to build: the very one given where `pruned` is false, otherwise with new weight matrices. */
  readonly layer: StackedLayer;
  /** Whether weights were dropped here. */
  readonly pruned: boolean;
  /** What stays: what the rule of the config chose, be it 0 or not, or the non-zeros of a model that keeps its own mask. */
  readonly masks: Masks;
  /** Tiles over which the weights were balanced. */
  readonly tiles: Tiles;
}

/**
 * Share of exact zeros from which a sub-matrix counts as pruned by whoever trained it.
 *
 * A trained dense matrix holds a few exact zeros per million weights, more where its source is 16-bit floats; they are
 * no mask. A mask with fewer zeros than this share loses its zeros first when it is pruned on, and nothing at density 1.
 * The limit of the rule: a dense model that went through 8-bit integers can have a few per cent of zeros, and then stays
 * dense whatever density the config asks for.
 */
const MASK_SHARE = 0.01;

const RULES: Readonly<Record<Encoding, PruneRule>> = {
  ese: loadBalanced,
  'ese-padding-aware': paddingAware,
  'column-balanced': columnBalanced,
};

/** Sub-matrices of the same shape on top of each other. */
export interface Stack {
  readonly matrices: readonly string[];
  /** [rows of all, columns] row-major. */
  readonly weights: Floats;
  readonly columns: number;
  /** Per tile and lane, its rows in local order; the sub-matrices take turns. */
  readonly rowsByTile: readonly (readonly Int32Array[])[];
}

/**
 * Prunes a layer by the rule of the config's encoding. Whatever the rule, of the n weights that a lane holds of a
 * sub-matrix, ceil(n · density) stay. Its column groups have equal shares of them, see {@link deal}.
 *
 * A model with zeros in it keeps exactly its own mask: where any sub-matrix has 1 % or more of exact zeros, the whole
 * layer stays as it is, whatever the config's densities and encoding.
 *
 * @param tiles those of hardware that is there; without them, the best for this layer
 */
export function pruneLayer(layer: StackedLayer, config: Config, tiles: Tiles = tilesFor(layer, config)): PrunedLayer {
  if (!stacksOf(layer, config.array.lanes, tiles).some(isMasked)) return selectWeights(layer, config, tiles);
  const { weightX, weightR, weightP } = layer;
  const masks = { x: nonZeros(weightX), r: nonZeros(weightR), p: weightP === null ? null : nonZeros(weightP) };
  return { layer, pruned: false, masks, tiles };
}

/** Prunes a layer as {@link pruneLayer} does, also where it has zeros already: they are the first to go. */
export function selectWeights(
  layer: StackedLayer,
  config: Config,
  tiles: Tiles = tilesFor(layer, config),
): PrunedLayer {
  const stacks = stacksOf(layer, config.array.lanes, tiles);
  const [x, r, p = null] = selectStacks(stacks, config, (matrix) => densityOf(config, matrix as Matrix));
  const masks = { x: x!, r: r!, p };
  const weightX = masked(layer.weightX, masks.x);
  const weightR = masked(layer.weightR, masks.r);
  const weightP = layer.weightP === null ? null : masked(layer.weightP, p!);
  if (weightX === layer.weightX && weightR === layer.weightR && weightP === layer.weightP) {
    return { layer, pruned: false, masks, tiles };
  }
  return { layer: { ...layer, weightX, weightR, weightP }, pruned: true, masks, tiles };
}

/**
 * Chooses the weights of stacks that share their lanes, by the rule of the config's encoding.
 *
 * @param density of a matrix: the share of its weights that stays
 * @returns a mask for each stack, 1 where a weight stays
 */
export function selectStacks(
  stacks: readonly Stack[],
  config: Config,
  density: (matrix: string) => number,
): readonly Uint8Array[] {
  let turn = 0;
  return stacks.map((stack) => {
    const mask = new Uint8Array(stack.weights.length);
    for (const [tile, rowsByLane] of stack.rowsByTile.entries()) {
      const { parts, next } = partsOf(stack, tile, rowsByLane, config, density, turn);
      turn = next;
      markKept(mask, stack, config, parts);
    }
    return mask;
  });
}

/** The two or three matrices of the hardware; the gate order is i, f, g, o. */
function stacksOf(layer: StackedLayer, lanes: number, tiles: Tiles): readonly Stack[] {
  const { inputs, cells, outputs, weightX, weightR, weightP } = layer;
  const partition = createPartition(lanes, cells, outputs);
  const gateRows = tiles.map((_, tile) => tileRowsByLane(partition, tiles, tile));
  const rowsP = [projectionRowsByLane(partition)];
  return [
    { matrices: STACKS.x, weights: weightX, columns: inputs, rowsByTile: gateRows },
    { matrices: STACKS.r, weights: weightR, columns: outputs, rowsByTile: gateRows },
    ...(weightP === null
      ? []
      : [{ matrices: STACKS.p, weights: weightP, columns: cells, rowsByTile: rowsP } satisfies Stack]),
  ];
}

/** Whether any sub-matrix is a mask. */
function isMasked({ matrices, weights }: Stack): boolean {
  const size = weights.length / matrices.length;
  return matrices.some((_, part) => isMask(weights.subarray(part * size, (part + 1) * size)));
}

/** Whether the zeros of a matrix are a mask: whoever trained it has pruned it. */
export function isMask(weights: Floats): boolean {
  let zeros = 0;
  for (let at = 0; at < weights.length; at++) if (weights[at] === 0) zeros++;
  return zeros > 0 && zeros >= MASK_SHARE * weights.length;
}

/** A share together with the matrix rows of its lane. */
interface Part {
  readonly rows: Int32Array;
  readonly share: LaneShare;
}

/**
 * Weights that a lane keeps of a sub-matrix in the rows of the tiles up to one. The last tile gets what is left of the whole, so
 * tiles do not change how many weights a lane keeps.
 */
function keptUpTo(heights: readonly number[], tile: number, columns: number, density: number): number {
  const weights = (from: number, to: number) =>
    columns * heights.slice(from, to).reduce((sum, height) => sum + height, 0);
  // The product can come out above an integer by an error of rounding.
  const total = Math.ceil(weights(0, heights.length) * density - 1e-9);
  if (tile === heights.length - 1) return total;
  const roomBehind = weights(tile + 1, heights.length);
  return Math.max(Math.round(weights(0, tile + 1) * density), total - roomBehind);
}

/**
 * What the lanes of all groups hold of a tile of a stack, without empty shares. All lanes deal from the same group on, so that lanes
 * with equally many rows keep equally many weights of a group.
 *
 * @param turn group that is next to get one weight more than others
 */
function partsOf(
  { matrices, weights, columns, rowsByTile }: Stack,
  tile: number,
  rowsByLane: readonly Int32Array[],
  config: Config,
  densities: (matrix: string) => number,
  turn: number,
): { readonly parts: readonly Part[]; readonly next: number } {
  const { groups } = config.array;
  const widths = Array.from({ length: groups }, (_, group) => shareOf(columns, groups, group));
  const keep = rowsByLane.map((): (readonly number[])[] => []);
  let next = turn;
  for (const matrix of matrices) {
    const density = densities(matrix);
    const start = next;
    for (const [lane, rows] of rowsByLane.entries()) {
      const height = rows.length / matrices.length;
      const heights = rowsByTile.map((lanes) => lanes[lane]!.length / matrices.length);
      const before = tile === 0 ? 0 : keptUpTo(heights, tile - 1, columns, density);
      const total = keptUpTo(heights, tile, columns, density) - before;
      const room = widths.map((width) => height * width);
      const dealt = deal(total, room, start);
      keep[lane]!.push(dealt.counts);
      // Lane 0 is the fullest.
      if (lane === 0) next = dealt.next;
    }
  }
  const parts = rowsByLane.flatMap((rows, lane) =>
    widths.flatMap((width, group) => {
      if (rows.length === 0 || width === 0) return [];
      const counts = keep[lane]!.map((byGroup) => byGroup[group]!);
      return [{ rows, share: laneShare(weights, columns, groups, group, rows, counts) }];
    }),
  );
  return { parts, next };
}

/** Marks in a mask, [rows of all, columns], what the rule of the config keeps of the parts of a tile: 1 where a weight stays. */
function markKept(mask: Uint8Array, { columns }: Stack, config: Config, parts: readonly Part[]): void {
  if (parts.length === 0) return;
  const { groups } = config.array;
  const shares = parts.map(({ share }) => share);
  const kept = RULES[config.encoding](shares, 2 ** config.indexBits);
  for (const [at, { rows, share }] of parts.entries()) {
    const partMask = kept[at]!;
    for (const [local, row] of rows.entries()) {
      for (let column = 0; column < share.columns; column++) {
        mask[row * columns + column * groups + share.group] = partMask[column * rows.length + local]!;
      }
    }
  }
}

function nonZeros(weights: Floats): Uint8Array {
  const mask = new Uint8Array(weights.length);
  for (let at = 0; at < weights.length; at++) mask[at] = weights[at] === 0 ? 0 : 1;
  return mask;
}

/** Weights under a mask; the very ones given where it drops none but zeros. */
function masked(weights: Floats, mask: Uint8Array): Floats {
  let drops = false;
  for (let at = 0; at < weights.length && !drops; at++) drops = mask[at] === 0 && weights[at] !== 0;
  if (!drops) return weights;
  const out = weights.slice();
  for (let at = 0; at < out.length; at++) if (mask[at] === 0) out[at] = 0;
  return out;
}
