/**
 * Whether a mask is that of column-balanced pruning: in every column, all lanes that have as many rows as the fullest keep
 * equally many weights. A group's columns need no other rule: lanes are compared column by column.
 *
 * @param mask [rows, columns] row-major, 1 where a weight stays
 * @param rowsByLane per lane, its matrix rows
 */
export function hasEqualColumns(mask: Uint8Array, columns: number, rowsByLane: readonly Int32Array[]): boolean {
  const most = Math.max(...rowsByLane.map((rows) => rows.length));
  let expected: Uint32Array | null = null;
  for (const rows of rowsByLane) {
    if (rows.length < most) continue;
    const counts = new Uint32Array(columns);
    for (const row of rows) {
      for (let column = 0; column < columns; column++) counts[column]! += mask[row * columns + column]!;
    }
    if (expected === null) expected = counts;
    else for (let column = 0; column < columns; column++) if (counts[column] !== expected[column]) return false;
  }
  return true;
}
