import { type Config, densityOf, type Matrix } from '../config.ts';
import type { Floats, LstmLayer } from '../model.ts';

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

/** A sub-matrix in its place: rows `firstRow` to `firstRow + rows` of a matrix of the layer. */
interface Block {
  readonly matrix: Matrix;
  readonly weights: Floats;
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Load-balance-aware pruning (Han et al., ESE, FPGA 2017): every lane keeps the same share of each sub-matrix, so all
 * lanes have the same number of weights to work on. Of the n weights that a lane holds of a sub-matrix, the
 * ceil(n · density) of largest magnitude stay; among equal ones, those that come first in row-major order.
 *
 * A model with zeros in it keeps exactly its own mask: where any sub-matrix has 1 % or more of exact zeros, the whole
 * layer stays as it is, whatever the config's densities.
 */
export function pruneLayer(layer: LstmLayer, config: Config): PrunedLayer {
  if (blocksOf(layer).some(isMasked)) return { layer, pruned: false };
  const weightX = layer.weightX.slice();
  const weightR = layer.weightR.slice();
  const weightP = layer.weightP === null ? null : layer.weightP.slice();
  const pruned = { ...layer, weightX, weightR, weightP };
  let dropped = 0;
  for (const block of blocksOf(pruned))
    dropped += pruneBlock(block, config.array.lanes, densityOf(config, block.matrix));
  return dropped === 0 ? { layer, pruned: false } : { layer: pruned, pruned: true };
}

/** The eight or nine sub-matrices; the gate order is i, f, g, o. */
function blocksOf({ inputs, cells, outputs, weightX, weightR, weightP }: LstmLayer): readonly Block[] {
  const gates = (names: readonly Matrix[], weights: Floats, columns: number): readonly Block[] =>
    names.map((matrix, gate) => ({ matrix, weights, firstRow: gate * cells, rows: cells, columns }));
  return [
    ...gates(['ix', 'fx', 'cx', 'ox'], weightX, inputs),
    ...gates(['ir', 'fr', 'cr', 'or'], weightR, outputs),
    ...(weightP === null
      ? []
      : [{ matrix: 'ym', weights: weightP, firstRow: 0, rows: outputs, columns: cells } as const]),
  ];
}

function isMasked({ weights, firstRow, rows, columns }: Block): boolean {
  const end = (firstRow + rows) * columns;
  let zeros = 0;
  for (let at = firstRow * columns; at < end; at++) if (weights[at] === 0) zeros++;
  return zeros > 0 && zeros >= MASK_SHARE * rows * columns;
}

/**
 * Prunes a block in place. Its rows are dealt out to lanes round robin, as `Partition` deals out cells
 * and outputs.
 *
 * @returns number of non-zero weights set to zero
 */
function pruneBlock(block: Block, lanes: number, density: number): number {
  const { weights, firstRow, rows, columns } = block;
  let dropped = 0;
  for (let lane = 0; lane < Math.min(lanes, rows); lane++) {
    const size = Math.ceil((rows - lane) / lanes) * columns;
    // The product can come out above an integer by an error of rounding.
    const keep = Math.ceil(size * density - 1e-9);
    if (keep === size) continue;

    // In the precision of the source, so that different weights stay different.
    const sorted = weights instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
    let count = 0;
    for (let row = lane; row < rows; row += lanes) {
      const base = (firstRow + row) * columns;
      for (let column = 0; column < columns; column++) sorted[count++] = Math.abs(weights[base + column]!);
    }
    sorted.sort();
    const threshold = keep === 0 ? Number.POSITIVE_INFINITY : sorted[size - keep]!;
    // Of the weights that equal the threshold, as many stay as the larger ones leave room for.
    let ties = 0;
    for (let at = size - keep; at < size && sorted[at] === threshold; at++) ties++;

    for (let row = lane; row < rows; row += lanes) {
      const base = (firstRow + row) * columns;
      for (let column = 0; column < columns; column++) {
        const magnitude = Math.abs(weights[base + column]!);
        if (magnitude > threshold || (magnitude === threshold && ties-- > 0)) continue;
        if (magnitude > 0) dropped++;
        weights[base + column] = 0;
      }
    }
  }
  return dropped;
}
