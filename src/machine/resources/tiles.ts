/**
 * Voices that share a copy of a signal, as the RTL decides by the loads of a net (src/hdl/tile.ts, act_store.ts, banks.ts, array.ts); a test holds
 * both side by side.
 */

/** Loads that a net may have in one tile, and those of a bit of a parameter in a voice. */
const MOST_LOADS = 448;
const PARAM_LOADS = 24;

function largestTile(voices: number, loads: number): number {
  for (let tile = voices; tile > 1; tile--) {
    if (voices % tile === 0 && tile * loads <= MOST_LOADS) return tile;
  }
  return 1;
}

/** Voices whose activations lie in one act_store. */
export function storeTile(channels: number, actBits: number): number {
  return largestTile(channels, actBits);
}

/**
 * Voices that share the row which is read: each has some memories of 7 bits in look-up tables, which have seven addresses.
 *
 * @param rows of the largest bank in distributed RAM; 0 where there is none
 */
export function rowTile(channels: number, rows: number, accBits: number): number {
  return largestTile(channels, 7 * Math.ceil((accBits + 1) / (rows > 32 ? 7 : 14)) * Math.ceil(rows / 64));
}

/** Voices that share the register behind a memory of parameters. */
export function paramTile(channels: number): number {
  return largestTile(channels, PARAM_LOADS);
}
