/** Bytes `begin` to `end` (exclusive) of a file. */
export type ReadRange = (begin: number, end: number) => Uint8Array;
