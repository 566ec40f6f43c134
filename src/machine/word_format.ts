/**
 * The relative-index format of ESE (Han et al., FPGA 2017), which is that of EIE (Han et al., ISCA 2016). Every lane stores its rows
 * of a matrix by columns, one word per non-zero weight:
 *
 *     word = (weight mod 2^weightBits) · 2^indexBits + index
 *     row(first word of a column) = index,   row(next word) = row + index + 1
 *
 * Rows are positions in the lane's local order. A gap of more than 2^indexBits - 1 rows takes padding words: weight 0
 * and an index of all ones, which moves the row on by 2^indexBits. A column never ends in padding; an empty one has no
 * words. A weight of 0 that is to have a word moves the row on like any other: to the hardware it is padding at a row of its
 * own. Where lanes work in step, columns are filled up to the longest of the group with words of all zeros, which may lead beyond the
 * lane's rows.
 *
 * Example, 2 index bits, 4 weight bits, column (0, 3, 0, 0, 0, 0, 0, -1): row 1 is 3, then 5 rows are skipped, 4 of
 * them by a padding word: 0b0011_01, 0b0000_11, 0b1111_01.
 */
export interface WordFormat {
  /** Bits of a two's-complement weight, 2 to 16. */
  readonly weightBits: number;
  /** Bits of a relative index, 0 to 10. */
  readonly indexBits: number;
}

/** Bits of a stored word: a weight and a relative index. */
export function weightWordBits({ weightBits, indexBits }: WordFormat): number {
  return weightBits + indexBits;
}

/**
 * Bits of the column of a lane in the memory of lanes in step, whose words are written one by one: those of a word, and zeros up
 * to a multiple of 8 or 9. Vivado makes a memory of its own of every column that is none (UG901, byte-write enable).
 */
export function weightColumnBits(format: WordFormat): number {
  const bits = weightWordBits(format);
  return Math.min(...[8, 9].map((unit) => Math.ceil(bits / unit) * unit));
}
