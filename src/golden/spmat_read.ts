import type { EncodedWords, LaneColumns } from '../compiler/encode.ts';
import { decodeMatrix } from '../compiler/encode.ts';

/** A sparse matrix, by columns, with the accumulator row of every entry: all lanes of a column one after the other. */
export interface DecodedMatrix {
  readonly columns: number;
  /** First entry of each column, [columns + 1]. */
  readonly start: Int32Array;
  /** Accumulator of each entry: lane * rowsPerLane + local row. */
  readonly rows: Int32Array;
  readonly weights: Int16Array;
}

/**
 * Twin of ptr_read.v and spmat_read.v: follows the counts and relative indices of every lane's words. Padding words move the
 * row on and vanish. Entries of a column are in lane order, rising within a lane, as the hardware adds them.
 *
 * @param rows rows of each lane, [lanes]
 * @param rowsPerLane accumulators of a lane, at least the largest of `rows`
 */
export function spmatRead(
  encoded: EncodedWords,
  rows: readonly number[],
  rowsPerLane: number,
  where: string,
): DecodedMatrix {
  const lanes = decodeMatrix(encoded, rows, where);
  const { columns } = encoded;
  const entries = lanes.reduce((sum, lane) => sum + lane.rows.length, 0);
  const out: DecodedMatrix = {
    columns,
    start: new Int32Array(columns + 1),
    rows: new Int32Array(entries),
    weights: new Int16Array(entries),
  };
  let at = 0;
  for (let column = 0; column < columns; column++) {
    for (let lane = 0; lane < lanes.length; lane++) {
      at = copyColumn(lanes[lane]!, column, lane * rowsPerLane, out, at);
    }
    out.start[column + 1] = at;
  }
  return out;
}

function copyColumn(lane: LaneColumns, column: number, base: number, out: DecodedMatrix, at: number): number {
  const end = lane.columnStart[column + 1]!;
  let next = at;
  for (let entry = lane.columnStart[column]!; entry < end; entry++) {
    out.rows[next] = base + lane.rows[entry]!;
    out.weights[next++] = lane.weights[entry]!;
  }
  return next;
}
