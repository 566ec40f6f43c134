/** Blocks that a block-circulant matrix may have: powers of two, so that their transforms go by stages. */
export const BLOCKS: readonly number[] = [2, 4, 8, 16, 32, 64];
