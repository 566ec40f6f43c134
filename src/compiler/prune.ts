import { type Config, densityOf, type Encoding, type Matrix } from '../config.ts';
import type { Floats, LstmLayer } from '../model.ts';
import { createPartition, gateRowsByLane, projectionRowsByLane } from './partition.ts';
import { columnBalanced } from './prune/column_balanced.ts';
import { laneShare, type PruneRule } from './prune/lane_share.ts';
import { loadBalanced } from './prune/load_balanced.ts';
import { paddingAware } from './prune/padding_aware.ts';

/** What pruning made of a layer. */
export interface PrunedLayer {
  /** The layer to build: the very one given where `pruned` is false, otherwise with new weight matrices. */
  readonly layer: LstmLayer;
  /** Whether weights were dropped here. */
  readonly pruned: boolean;
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
interface Stack {
  readonly matrices: readonly Matrix[];
  /** [rows of all, columns] row-major. */
  readonly weights: Floats;
  readonly columns: number;
  /** Per lane, its rows in local order; the sub-matrices take turns. */
  readonly rowsByLane: readonly Int32Array[];
}

/**
 * Prunes a layer by the rule of the config's encoding. Whatever the rule, of the n weights that a lane holds of a
 * sub-matrix, ceil(n · density) stay.
 *
 * A model with zeros in it keeps exactly its own mask: where any sub-matrix has 1 % or more of exact zeros, the whole
 * layer stays as it is, whatever the config's densities and encoding.
 */
export function pruneLayer(layer: LstmLayer, config: Config): PrunedLayer {
  const { lanes } = config.array;
  if (stacksOf(layer, lanes).some(isMasked)) return { layer, pruned: false };
  const weightX = layer.weightX.slice();
  const weightR = layer.weightR.slice();
  const weightP = layer.weightP === null ? null : layer.weightP.slice();
  const pruned = { ...layer, weightX, weightR, weightP };
  let dropped = 0;
  for (const stack of stacksOf(pruned, lanes)) dropped += pruneStack(stack, config);
  return dropped === 0 ? { layer, pruned: false } : { layer: pruned, pruned: true };
}

/** The two or three matrices of the hardware; the gate order is i, f, g, o. */
function stacksOf({ inputs, cells, outputs, weightX, weightR, weightP }: LstmLayer, lanes: number): readonly Stack[] {
  const partition = createPartition(lanes, cells, outputs);
  const gateRows = gateRowsByLane(partition);
  const rowsP = projectionRowsByLane(partition);
  return [
    { matrices: ['ix', 'fx', 'cx', 'ox'], weights: weightX, columns: inputs, rowsByLane: gateRows },
    { matrices: ['ir', 'fr', 'cr', 'or'], weights: weightR, columns: outputs, rowsByLane: gateRows },
    ...(weightP === null
      ? []
      : [{ matrices: ['ym'], weights: weightP, columns: cells, rowsByLane: rowsP } satisfies Stack]),
  ];
}

/** Whether any sub-matrix is a mask. */
function isMasked({ matrices, weights }: Stack): boolean {
  const size = weights.length / matrices.length;
  return matrices.some((_, part) => {
    let zeros = 0;
    for (let at = part * size; at < (part + 1) * size; at++) if (weights[at] === 0) zeros++;
    return zeros > 0 && zeros >= MASK_SHARE * size;
  });
}

/**
 * Prunes a stack in place.
 *
 * @returns number of non-zero weights set to zero
 */
function pruneStack({ matrices, weights, columns, rowsByLane }: Stack, config: Config): number {
  const densities = matrices.map((matrix) => densityOf(config, matrix));
  const occupied = rowsByLane.filter((rows) => rows.length > 0);
  const shares = occupied.map((rows) => laneShare(weights, columns, rows, densities));
  const masks = RULES[config.encoding](shares, 2 ** config.indexBits);
  let dropped = 0;
  for (const [lane, rows] of occupied.entries()) {
    const mask = masks[lane]!;
    for (const [local, row] of rows.entries()) {
      for (let column = 0; column < columns; column++) {
        if (mask[column * rows.length + local] === 1) continue;
        const at = row * columns + column;
        if (weights[at] !== 0) dropped++;
        weights[at] = 0;
      }
    }
  }
  return dropped;
}
