import { decodeMatrix, type EncodedWords } from '../program/encode.ts';

/** A sparse matrix by accumulators: what each of them adds up, in the order in which the hardware adds it. */
export interface DecodedMatrix {
  /** First entry of each accumulator, lane * rowsPerLane + local row; [lanes * rowsPerLane + 1]. */
  readonly start: Int32Array;
  /** Entries weight * 2^16 + column, by rising column within an accumulator. */
  readonly entries: Int32Array;
}

/** Bits of the column in an entry. */
export const COLUMN_BITS = 16;
export const COLUMN_MASK = 0xffff;

/**
 * Twin of ptr_read.v and spmat_read.v: follows the counts and relative indices of every lane's words. Padding words move the
 * row on and vanish. The columns of a lane become rows here, because a sum kept in a register is what makes the golden model
 * fast; every accumulator still sees its products in column order.
 *
 * @param rows rows of each lane, [groups * lanes]
 * @param groups column groups; column c of group g is column c * groups + g of the matrix
 * @param rowsPerLane accumulators of a lane, at least the largest of `rows`
 * @throws EsegenError where the words are not what the encoder writes
 */
export function spmatRead(
  encoded: EncodedWords,
  rows: readonly number[],
  groups: number,
  rowsPerLane: number,
  where: string,
): DecodedMatrix {
  const lanes = decodeMatrix(encoded, rows, where);
  const start = new Int32Array(lanes.length * rowsPerLane + 1);
  for (const [lane, { rows: laneRows }] of lanes.entries()) {
    for (const row of laneRows) start[lane * rowsPerLane + row + 1]!++;
  }
  for (let at = 1; at < start.length; at++) start[at]! += start[at - 1]!;

  const next = start.slice();
  const entries = new Int32Array(start.at(-1)!);
  for (const [lane, { columnStart, rows: laneRows, weights }] of lanes.entries()) {
    const group = Math.floor((lane * groups) / lanes.length);
    for (let column = 0; column < encoded.columns; column++) {
      for (let at = columnStart[column]!; at < columnStart[column + 1]!; at++) {
        const accumulator = lane * rowsPerLane + laneRows[at]!;
        entries[next[accumulator]!++] = (weights[at]! << COLUMN_BITS) | (column * groups + group);
      }
    }
  }
  return { start, entries };
}
