import type { Formats } from './formats.ts';
import { inBlockRam } from './ram_kind.ts';
import type { MachineSizes } from './sizes.ts';

/**
 * Voices that share a copy of a signal. They are the same number in each tile, as many as the loads of a net allow, and at least one.
 */

/** Loads that a net may have in one tile, and those of a bit of a parameter in a voice. */
const MOST_LOADS = 448;
const PARAM_LOADS = 24;

/** @param loads of the net in a voice */
function largestTile(voices: number, loads: number): number {
  for (let tile = voices; tile > 1; tile--) {
    if (voices % tile === 0 && tile * loads <= MOST_LOADS) return tile;
  }
  return 1;
}

/** Voices whose activations lie in one act_store, which addresses their places and enables their registers. */
export function storeTile(voices: number, actBits: number): number {
  return largestTile(voices, actBits);
}

/**
 * Voices that share the row which is read: each has some memories of 7 bits in look-up tables, which have seven addresses.
 *
 * @param rows of the largest bank in distributed RAM; 0 where there is none
 */
export function rowTile(voices: number, rows: number, accBits: number): number {
  return largestTile(voices, 7 * Math.ceil((accBits + 1) / (rows > 32 ? 7 : 14)) * Math.ceil(rows / 64));
}

/** Voices that share the register behind a memory of parameters. */
export function paramTile(voices: number): number {
  return largestTile(voices, PARAM_LOADS);
}

/** Voices of a vector tile, at most 4: memories in look-up tables have a register a bit behind them, those in block RAM an enable. */
export function vectorTileVoices(
  {
    channels,
    projection,
    slotBits,
    slice,
    sliceOutWords,
    sliceCellWords,
  }: Pick<MachineSizes, 'channels' | 'projection' | 'slotBits' | 'slice' | 'sliceOutWords' | 'sliceCellWords'>,
  { vectorBits, actBits }: Pick<Formats, 'vectorBits' | 'actBits'>,
): number {
  const latch = (words: number, bits: number) => (inBlockRam(words, bits) ? 1 : bits);
  const x = latch(2 ** (slotBits + 1), vectorBits) + vectorBits;
  const y = latch(sliceOutWords, slice * vectorBits) + vectorBits;
  const m = projection ? latch(sliceCellWords, slice * vectorBits) + vectorBits : 0;
  const channel = x + y + m + actBits + 8;
  const fitting = [4, 2, 1].find((size) => size * channel <= MOST_LOADS) ?? 1;
  return Math.min(channels, fitting);
}
