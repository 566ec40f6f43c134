/** Elements of a tile, of which all have as many: as many as their loads allow, and at least one. */
export function largestTile(elements: number, loads: number, most: number): number {
  for (let tile = elements; tile > 1; tile--) {
    if (elements % tile === 0 && tile * loads <= most) return tile;
  }
  return 1;
}
