import { largestShare, shareOf } from '../machine/deal.ts';
import { GATES, type Tiles, tileRows } from '../machine/tiles.ts';

/**
 * Which lane works on which matrix row. Cells are dealt out round robin, and the four gates of a cell stay in one lane,
 * next to each other, so that the element-wise stage never crosses lanes:
 *
 *     cell h   -> lane h mod lanes,   local rows 4·floor(h / lanes) + g   for gate g of i, f, g, o
 *     output r -> lane r mod lanes,   local row  floor(r / lanes)
 *
 * Example, 3 cells on 2 lanes: lane 0 holds cells 0 and 2 (8 gate rows), lane 1 holds cell 1 (4 gate rows).
 */
export interface Partition {
  /** L: number of lanes, at least 1. */
  readonly lanes: number;
  /** H: number of cells. */
  readonly cells: number;
  /** Number of outputs: rows of the projection. */
  readonly outputs: number;
  /** ceil(H / L): cells of the fullest lane. */
  readonly cellsPerLane: number;
  /** ceil(outputs / L): projection rows of the fullest lane. */
  readonly outputsPerLane: number;
}

/**
 * Deals cells and outputs out to lanes.
 *
 * @param lanes at least 1; lanes beyond the number of cells or outputs stay empty
 */
export function createPartition(lanes: number, cells: number, outputs: number): Partition {
  return {
    lanes,
    cells,
    outputs,
    cellsPerLane: largestShare(cells, lanes),
    outputsPerLane: largestShare(outputs, lanes),
  };
}

/** Number of cells that `lane` holds, at most `cellsPerLane`. */
export function cellsOfLane(partition: Partition, lane: number): number {
  return shareOf(partition.cells, partition.lanes, lane);
}

/** Number of projection rows that `lane` holds, at most `outputsPerLane`. */
export function outputsOfLane(partition: Partition, lane: number): number {
  return shareOf(partition.outputs, partition.lanes, lane);
}

/**
 * Rows of the stacked gate matrices W_x and W_r that `lane` works on, in the order of its local rows. Stacked row
 * g·H + h belongs to gate g of cell h.
 *
 * @returns stacked row number for every local row, [4 · cellsOfLane]
 */
export function gateRows(partition: Partition, lane: number): Int32Array {
  const { lanes, cells } = partition;
  const rows = new Int32Array(GATES * cellsOfLane(partition, lane));
  for (let local = 0; local < rows.length; local++) {
    const cell = lane + lanes * Math.floor(local / GATES);
    rows[local] = (local % GATES) * cells + cell;
  }
  return rows;
}

/**
 * Rows of the projection matrix that `lane` works on, in the order of its local rows.
 *
 * @returns row number for every local row, [outputsOfLane]
 */
export function projectionRows(partition: Partition, lane: number): Int32Array {
  return Int32Array.from({ length: outputsOfLane(partition, lane) }, (_, local) => lane + partition.lanes * local);
}

/** {@link gateRows} of every lane. */
export function gateRowsByLane(partition: Partition): readonly Int32Array[] {
  return Array.from({ length: partition.lanes }, (_, lane) => gateRows(partition, lane));
}

/** {@link gateRows} of every lane, those of a tile. */
export function tileRowsByLane(partition: Partition, tiles: Tiles, tile: number): readonly Int32Array[] {
  const { from, to } = tileRows(tiles, tile);
  return gateRowsByLane(partition).map((rows) => rows.subarray(from, to));
}

/** {@link projectionRows} of every lane. */
export function projectionRowsByLane(partition: Partition): readonly Int32Array[] {
  return Array.from({ length: partition.lanes }, (_, lane) => projectionRows(partition, lane));
}

/**
 * Columns of a matrix that a group works on: j with j mod groups = group, as a matrix of their own, padded with zero columns to
 * the width of the widest group.
 *
 * @param weights [rows, columns] row-major, or a mask of them
 * @returns [rows, ceil(columns / groups)]; of a single group the weights themselves
 */
export function groupColumns(
  weights: Int16Array | Uint8Array,
  columns: number,
  groups: number,
  group: number,
): Int16Array {
  if (groups === 1 && weights instanceof Int16Array) return weights;
  const width = largestShare(columns, groups);
  const rows = weights.length / columns;
  const out = new Int16Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let local = 0, column = group; column < columns; local++, column += groups) {
      out[row * width + local] = weights[row * columns + column]!;
    }
  }
  return out;
}
