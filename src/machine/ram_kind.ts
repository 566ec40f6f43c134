/** Buffers and states of more bits than this are block RAM. */
const DISTRIBUTED_BITS = 4096;

/** Pointer memories, and those of start states, of fewer bits than this are look-up tables, so that many short ones do not use up the block RAM. */
const SMALL_ROM_BITS = 2048;

/** Words of the memories of a turn of blocks from which on they are block RAM. */
export const TURN_BLOCK_DEPTH = 256;

/** Whether a memory of vectors or sequences is in block RAM. */
export function inBlockRam(words: number, bits: number): boolean {
  return words * bits > DISTRIBUTED_BITS;
}

/** Whether a memory of the model is in distributed RAM. */
export function isSmallRom(words: number, bits: number): boolean {
  return words * bits < SMALL_ROM_BITS;
}
