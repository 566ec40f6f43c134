import type { Program } from '../program.ts';
import { placeSegments } from './segment_words.ts';

/** What the weights of a program take in memory. */
export interface StoredWords {
  /** Of all lanes of all groups, padding included. */
  readonly words: number;
  /** Of these words, their indices included. */
  readonly bits: number;
}

/**
 * Words of the weights of a program, each segment once.
 *
 * @param indexBits widths of an index to try; that with the fewest bits counts. 0 is best where nothing is sparse
 * @param inStep whether the lanes of a group work in step, see {@link placeSegments}
 * @throws EsegenError where a weight does not fit
 */
export function storedWords(program: Program, indexBits: readonly number[], inStep: boolean): StoredWords {
  const { machine } = program;
  const found = [...new Set(indexBits)].map((index): StoredWords => {
    let words = 0;
    const placed = placeSegments({ ...program, machine: { ...machine, indexBits: index } }, inStep, true);
    for (const { encoded } of placed.values()) for (const own of encoded.words) words += own.length;
    return { words, bits: words * (machine.weightBits + index) };
  });
  return found.reduce((best, own) => (own.bits < best.bits ? own : best));
}
