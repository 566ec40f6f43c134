import { largestShare } from '../machine/deal.ts';
import { type WordFormat, weightWordBits } from '../machine/word_format.ts';
import { EsegenError } from '../util/errors.ts';
import { groupColumns } from './partition.ts';

/** The words of a matrix as the memories hold them. */
export interface EncodedWords {
  readonly format: WordFormat;
  readonly columns: number;
  /** Per lane: words in each column, padding included; [lanes][columns]. */
  readonly counts: readonly Uint16Array[];
  /** Per lane: words of all columns, one column after the other. */
  readonly words: readonly Uint32Array[];
}

/** A matrix in relative-index format. */
export interface EncodedMatrix extends EncodedWords {
  readonly lanes: number;
  /** Words that hold a weight, over all lanes. */
  readonly nonZeros: number;
  /** Words with weight 0, over all lanes: padding, and zeros that have a word. */
  readonly padding: number;
}

/** The weights of one lane by columns (CSC), words with weight 0 dropped. */
export interface LaneColumns {
  /** First entry of each column, and the end of the last; [columns + 1]. */
  readonly columnStart: Int32Array;
  /** Local row of each entry, rising within a column. */
  readonly rows: Uint16Array;
  /** Weight of each entry, never 0. */
  readonly weights: Int16Array;
}

/** Rows of a lane are numbered, and words of a column counted, in 16 bits. */
const ROW_LIMIT = 2 ** 16 - 1;

/**
 * Encodes an integer matrix.
 *
 * @param weights [rows, columns] row-major; zero weights are absent, where `mask` does not have them
 * @param rowsByLane per lane, its matrix rows in the order of its local rows, at most 65,535 of them (see `gateRows` and
 *   `projectionRows`)
 * @param mask not 0 where a zero weight has a word nevertheless, as `weights`; null where none has
 * @throws EsegenError where a weight does not fit in `format.weightBits`, or a lane has too many rows
 */
export function encodeMatrix(
  weights: Int16Array,
  columns: number,
  rowsByLane: readonly Int32Array[],
  format: WordFormat,
  mask: Int16Array | null = null,
): EncodedMatrix {
  const counts: Uint16Array[] = [];
  const words: Uint32Array[] = [];
  let nonZeros = 0;
  let total = 0;
  for (const [lane, rows] of rowsByLane.entries()) {
    const where = `lane ${lane}`;
    if (rows.length > ROW_LIMIT) {
      const fix = 'Use more lanes';
      throw new EsegenError(where, `expected at most ${ROW_LIMIT} matrix rows, got ${rows.length}`, fix);
    }
    const share = countWords(weights, mask, columns, rows, format, where);
    const laneWords = fillWords(weights, columns, rows, format, share);
    counts.push(share.counts);
    words.push(laneWords);
    nonZeros += share.nonZeros;
    total += laneWords.length;
  }
  return { format, columns, lanes: rowsByLane.length, counts, words, nonZeros, padding: total - nonZeros };
}

/**
 * Encodes an integer matrix for several column groups: the lanes of group 0, then those of group 1 and so on, each with the
 * columns of its group.
 *
 * @param weights [rows, columns] row-major; zero weights are absent, where `mask` does not have them
 * @param mask 1 where a zero weight has a word nevertheless; null where none has
 * @param inStep whether the lanes of a group work in step: their columns are made equally long
 * @throws EsegenError as `encodeMatrix`
 */
export function encodeGroups(
  weights: Int16Array,
  columns: number,
  groups: number,
  rowsByLane: readonly Int32Array[],
  format: WordFormat,
  mask: Uint8Array | null = null,
  inStep = false,
): EncodedMatrix {
  const width = largestShare(columns, groups);
  const parts = Array.from({ length: groups }, (_, group) => {
    const groupMask = mask === null ? null : groupColumns(mask, columns, groups, group);
    const own = encodeMatrix(groupColumns(weights, columns, groups, group), width, rowsByLane, format, groupMask);
    return inStep ? equallyLong(own) : own;
  });
  return {
    format,
    columns: width,
    lanes: groups * rowsByLane.length,
    counts: parts.flatMap((part) => part.counts),
    words: parts.flatMap((part) => part.words),
    nonZeros: parts.reduce((sum, part) => sum + part.nonZeros, 0),
    padding: parts.reduce((sum, part) => sum + part.padding, 0),
  };
}

/** Fills the columns of all lanes up to the longest with words of all zeros. */
export function equallyLong(matrix: EncodedMatrix): EncodedMatrix {
  const { columns, counts, words, nonZeros } = matrix;
  const longest = new Uint16Array(columns);
  for (const ofLane of counts) for (let c = 0; c < columns; c++) longest[c] = Math.max(longest[c]!, ofLane[c]!);
  const length = longest.reduce((sum, count) => sum + count, 0);
  const filled = words.map((ofLane, lane) => {
    const out = new Uint32Array(length);
    let from = 0;
    let to = 0;
    for (let column = 0; column < columns; column++) {
      const count = counts[lane]![column]!;
      out.set(ofLane.subarray(from, from + count), to);
      from += count;
      to += longest[column]!;
    }
    return out;
  });
  return { ...matrix, counts: counts.map(() => longest), words: filled, padding: words.length * length - nonZeros };
}

/** Whether in every column of every group all lanes of the group have equally many words. */
export function countsAreShared({ counts, columns }: EncodedWords, groups: number): boolean {
  const lanes = counts.length / groups;
  return counts.every((laneCounts, lane) => {
    const first = counts[lane - (lane % lanes)]!;
    for (let column = 0; column < columns; column++) if (laneCounts[column] !== first[column]) return false;
    return true;
  });
}

/** What of a lane has words. */
interface LaneShare {
  readonly counts: Uint16Array;
  readonly nonZeros: number;
  /** Columns of the weights that have a word, row by row, and where those of each row begin; [rows + 1]. */
  readonly found: Uint32Array;
  readonly rowStart: Uint32Array;
}

/** First pass over a lane, row by row: words of each column, from the gap before each non-zero. */
function countWords(
  weights: Int16Array,
  mask: Int16Array | null,
  columns: number,
  rows: Int32Array,
  { weightBits, indexBits }: WordFormat,
  where: string,
): LaneShare {
  const counts = new Uint16Array(columns);
  const nextRow = new Int32Array(columns);
  const found = new Uint32Array(rows.length * columns);
  const rowStart = new Uint32Array(rows.length + 1);
  const limit = 2 ** (weightBits - 1);
  let nonZeros = 0;
  let length = 0;
  for (let local = 0; local < rows.length; local++) {
    const base = rows[local]! * columns;
    for (let column = 0; column < columns; column++) {
      const weight = weights[base + column]!;
      if (weight === 0 && !mask?.[base + column]) continue;
      if (weight < -limit || weight >= limit) {
        const at = `${where}, row ${rows[local]}, column ${column}`;
        throw new EsegenError(at, `expected a weight of ${weightBits} bits, got ${weight}`);
      }
      counts[column]! += ((local - nextRow[column]!) >> indexBits) + 1;
      nextRow[column] = local + 1;
      found[length++] = column;
      if (weight !== 0) nonZeros++;
    }
    rowStart[local + 1] = length;
  }
  return { counts, nonZeros, found, rowStart };
}

/** Second pass, over what has words: writes each column's words behind those of the columns before it. */
function fillWords(
  weights: Int16Array,
  columns: number,
  rows: Int32Array,
  { weightBits, indexBits }: WordFormat,
  { counts, found, rowStart }: LaneShare,
): Uint32Array {
  const cursor = new Int32Array(columns);
  let length = 0;
  for (let column = 0; column < columns; column++) {
    cursor[column] = length;
    length += counts[column]!;
  }
  const words = new Uint32Array(length);
  const nextRow = new Int32Array(columns);
  const weightMask = 2 ** weightBits - 1;
  const padding = 2 ** indexBits - 1;
  for (let local = 0; local < rows.length; local++) {
    const base = rows[local]! * columns;
    for (let n = rowStart[local]!; n < rowStart[local + 1]!; n++) {
      const column = found[n]!;
      const gap = local - nextRow[column]!;
      let at = cursor[column]!;
      for (let pads = gap >> indexBits; pads > 0; pads--) words[at++] = padding;
      words[at++] = ((weights[base + column]! & weightMask) << indexBits) | (gap & padding);
      cursor[column] = at;
      nextRow[column] = local + 1;
    }
  }
  return words;
}

/**
 * Decodes what `encodeMatrix` wrote: the same rows and weights, lane by lane. Words with weight 0 only move the row on.
 *
 * @param rowsPerLane number of local rows of each lane
 * @param where file or matrix name for messages
 * @throws EsegenError where the words are not what the encoder writes: a lane is missing, counts do not add up to the
 *   number of words, a word is too wide or leads beyond the lane's rows
 */
export function decodeMatrix(
  encoded: EncodedWords,
  rowsPerLane: readonly number[],
  where: string,
): readonly LaneColumns[] {
  const lanes = rowsPerLane.length;
  if (encoded.counts.length !== lanes || encoded.words.length !== lanes) {
    const got = `${encoded.counts.length} of counts and ${encoded.words.length} of words`;
    throw new EsegenError(where, `expected ${lanes} lanes, got ${got}`);
  }
  return rowsPerLane.map((rows, lane) => decodeLane(encoded, lane, rows, `${where}: lane ${lane}`));
}

function decodeLane(encoded: EncodedWords, lane: number, laneRows: number, where: string): LaneColumns {
  const { columns } = encoded;
  const { weightBits, indexBits } = encoded.format;
  const counts = encoded.counts[lane]!;
  const words = encoded.words[lane]!;
  const counted = counts.reduce((sum, count) => sum + count, 0);
  if (counts.length !== columns) {
    throw new EsegenError(where, `expected ${columns} column counts, got ${counts.length}`);
  }
  if (counted !== words.length) {
    throw new EsegenError(where, `counts add up to ${counted} words, got ${words.length}`);
  }

  const indexMask = 2 ** indexBits - 1;
  const wordLimit = 2 ** weightWordBits({ weightBits, indexBits });
  let entries = 0;
  for (let at = 0; at < words.length; at++) if (words[at]! >>> indexBits !== 0) entries++;
  const columnStart = new Int32Array(columns + 1);
  const rows = new Uint16Array(entries);
  const weights = new Int16Array(entries);
  let at = 0;
  let entry = 0;
  for (let column = 0; column < columns; column++) {
    const end = at + counts[column]!;
    let row = -1;
    for (; at < end; at++) {
      const word = words[at]!;
      row += (word & indexMask) + 1;
      const fault = faultOf(word >= wordLimit, word === 0 ? -1 : row, laneRows);
      if (fault !== '') throw new EsegenError(`${where}, column ${column}, word ${at}`, fault);
      if (word >>> indexBits === 0) continue;
      rows[entry] = row;
      weights[entry++] = (word << (32 - weightBits - indexBits)) >> (32 - weightBits);
    }
    columnStart[column + 1] = entry;
  }
  return { columnStart, rows, weights };
}

/** What is wrong with a word; empty where it is what the encoder writes. */
function faultOf(tooWide: boolean, row: number, laneRows: number): string {
  if (tooWide) return 'has more bits than weight and index';
  if (row >= laneRows) return `leads to local row ${row}, but the lane has ${laneRows} rows`;
  return '';
}
