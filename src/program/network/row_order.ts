import type { EncodedWords } from '../encode.ts';

/** Takes the word of a lane in a row. */
export type PutWord = (row: number, lane: number, word: number) => void;

/**
 * Lays the words of a segment into rows of one word for every lane, in order; a lane without a word in a row gets a filler.
 *
 * A lane that waits for a word must get it before others have more words behind the column of it than their buffers hold before the
 * reader stops: so a lane rests while it has `limit` words of later columns than the one that the last lane is at. In segments whose
 * lanes have about as many words in every stretch of columns none ever rests, and the rows are the words of the fullest lane.
 *
 * @param limit words, at least 1
 * @returns rows
 */
export function layRows({ counts, words, columns }: EncodedWords, limit: number, put: PutWord): number {
  const lanes = words.length;
  // Words up to and with a column, the words laid so far, and the column of the next one; `columns` behind the last.
  const ends = counts.map((own) => {
    let sum = 0;
    return Int32Array.from(own, (count) => (sum += count));
  });
  const laid = new Int32Array(lanes);
  const column = new Int32Array(lanes);
  for (let row = 0; ; row++) {
    let last = columns;
    for (let lane = 0; lane < lanes; lane++) {
      const own = ends[lane]!;
      while (column[lane]! < columns && own[column[lane]!]! <= laid[lane]!) column[lane]!++;
      if (column[lane]! < last) last = column[lane]!;
    }
    if (last === columns) return row;
    for (let lane = 0; lane < lanes; lane++) {
      if (column[lane] === columns || laid[lane]! - ends[lane]![last]! >= limit) continue;
      put(row, lane, words[lane]![laid[lane]!++]!);
    }
  }
}
