/**
 * What a row is to the cell unit, by its gate: what comes of it and where it goes. A token has a bit for each, the bank with the constants
 * of its instruction, and whether its word is the first and the last one.
 */
const CELL_ROWS = ['i', 'f', 'g', 'o', 'nh', 'r', 'nx', 'z', 'n', 'reset', 'affine'] as const;
export type CellRow = (typeof CELL_ROWS)[number];

const MARKS = [...CELL_ROWS, 'bank', 'first', 'last'] as const;
export type CellMark = (typeof MARKS)[number];

/** Bits of a token. */
export const TOKEN_BITS = MARKS.length;

/** Place of a mark in a token. */
function markBit(mark: CellMark): number {
  return MARKS.indexOf(mark);
}

/** A mark of the token of some cycle, as a template prints it: `wire {{name}} = tokens[{{bit}}];`. */
export function tokenMarks(
  wanted: Readonly<Record<string, { readonly cycle: number; readonly marks: readonly CellMark[] }>>,
): { readonly name: string; readonly bit: number }[] {
  return Object.entries(wanted).flatMap(([stage, { cycle, marks }]) =>
    marks.map((mark) => ({ name: `${stage}_${mark}`, bit: cycle * TOKEN_BITS + markBit(mark) })),
  );
}
