import type { WordFormat } from '../../machine/word_format.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { type EncodedMatrix, equallyLong } from '../encode.ts';
import type { Segment } from '../program.ts';
import { kindTurn } from '../spectral_order.ts';

/*
 * Words of a spectral segment (see `Segment.block`) are weights without an index: a real pair {a, b} that serves two products is stored once, a in the even and
 * b in the odd lane of a pair of lanes. A column is a pair of a block, both elements in one group. Its words in a lane are those of the cells whose sums are
 * that pair, cell by cell, and of a cell those of the rows that the matrix has.
 */

/**
 * Pair of a block that a column of a group is; see `spectralColumns`. It repeats every block / 2 columns.
 *
 * @param groups a power of two
 */
export function pairOfColumn(block: number, groups: number, group: number, column: number): number {
  const pairs = block / 2;
  const unit = column * groups + group;
  const turn = Math.floor(Math.floor(unit / pairs) / Math.max(1, groups / pairs)) % Math.min(pairs, groups);
  return (unit - turn + pairs) % pairs;
}

/**
 * Which of the cells of a lane are a pair: those whose number is it modulo block / 2; see `spectralRows`.
 *
 * @param lanes of a group, a power of two, at least 2
 * @param more pairs by which the rows are turned more, see {@link kindTurn}
 */
export function partOfLane(block: number, lanes: number, lane: number, pair: number, more = 0): number {
  const pairs = block / 2;
  const place = Math.floor(lane / 2);
  const lanePairs = lanes / 2;
  const modulo = (value: number, of: number) => ((value % of) + of) % of;
  if (lanePairs >= pairs) return modulo(place - pair - more, pairs);
  const turned = modulo(place - pair, lanePairs);
  const at = modulo(pair + turned - place, pairs) / lanePairs;
  return modulo(turned - more, lanePairs) * (pairs / lanePairs) + at;
}

/** Rows of a cell that have weights in a segment, as a mask. */
export function rowMask({ values, columns, period }: Pick<Segment, 'values' | 'columns' | 'period'>): number {
  let mask = 0;
  for (let at = 0; at < values.length; at++) {
    if (values[at] !== 0) mask |= 1 << (Math.floor(at / columns) % period);
  }
  return mask;
}

type SpectralSegment = Pick<Segment, 'name' | 'rows' | 'columns' | 'period' | 'values' | 'kindsTurned'>;

/**
 * Encodes a spectral segment: the lanes of group 0, then those of group 1 and so on. Columns in which both lanes of a pair have zeros only have no words
 * there.
 *
 * @param block of the segment
 * @param first column of a group in its vector that is the first one of the segment
 * @param inStep whether the lanes of a group work in step: their columns are made equally long
 * @throws EsegenError where a weight has not its negative in the format, or the matrix is not one of spectra
 */
export function encodeSpectral(
  segment: SpectralSegment,
  block: number,
  first: number,
  groups: number,
  lanes: number,
  format: WordFormat,
  inStep: boolean,
): EncodedMatrix {
  const columns = segment.columns / (2 * groups);
  const kinds = kindsOf(rowMask(segment), segment.period);
  const parts = Array.from({ length: groups }, (_, group) => {
    const own = encodeGroup(segment, kinds, columns, group, { block, first, groups, lanes, format });
    return inStep ? equallyLong(own) : own;
  });
  return {
    ...{ format, columns, lanes: groups * lanes },
    counts: parts.flatMap(({ counts }) => counts),
    words: parts.flatMap(({ words }) => words),
    nonZeros: parts.reduce((sum, { nonZeros }) => sum + nonZeros, 0),
    padding: parts.reduce((sum, { padding }) => sum + padding, 0),
  };
}

function kindsOf(mask: number, period: number): number[] {
  return Array.from({ length: period }, (_, kind) => kind).filter((kind) => (mask >> kind) & 1);
}

function encodeGroup(
  { name, rows, columns: elements, period, values, kindsTurned }: SpectralSegment,
  kinds: readonly number[],
  columns: number,
  group: number,
  {
    block,
    first,
    groups,
    lanes,
    format,
  }: { block: number; first: number; groups: number; lanes: number; format: WordFormat },
): EncodedMatrix {
  const { weightBits, indexBits } = format;
  const [limit, mask] = [2 ** (weightBits - 1), 2 ** weightBits - 1];
  const cells = rows / period;
  const pairs = block / 2;
  const counts = Array.from({ length: lanes }, () => new Uint16Array(columns));
  const words: number[][] = Array.from({ length: lanes }, () => []);
  // Weights that are stored, and entries of the matrix that they stand for.
  let [nonZeros, entries] = [0, 0];
  for (let lane = 0; lane < lanes; lane += 2) {
    for (let column = 0; column < columns; column++) {
      const pair = pairOfColumn(block, groups, group, first + column);
      const element = 2 * groups * column + group;
      const own: number[] = [];
      const second = element + groups;
      const parts = kinds.map((kind) => partOfLane(block, lanes, lane, pair, kindTurn(block, kindsTurned, kind)));
      for (let round = 0; round * lanes < cells; round += pairs) {
        for (const [at, kind] of kinds.entries()) {
          const cell = (round + parts[at]!) * lanes + lane;
          if (cell >= cells) continue;
          const row = cell * period;
          // Row of one component, and row of the other one.
          const [re, im] = [(row + kind) * elements, (row + period + kind) * elements];
          const [a, b] = [values[re + element]!, values[im + (pair === 0 ? second : element)]!];
          const [across, down] = [values[re + second]!, values[im + (pair === 0 ? element : second)]!];
          if (across !== (pair === 0 ? 0 : -b) || down !== (pair === 0 ? 0 : a)) throw notSpectra(name);
          for (const weight of [a, b, across, down]) if (weight !== 0) entries++;
          own.push(a, b);
        }
      }
      if (own.every((weight) => weight === 0)) continue;
      for (const [at, weight] of own.entries()) {
        if (weight <= -limit || weight >= limit) {
          const where = `segment ${quoteName(name)}`;
          throw new EsegenError(where, `expected spectra of ${-limit + 1} to ${limit - 1}, got ${weight}`);
        }
        if (weight !== 0) nonZeros++;
        words[lane + (at % 2)]!.push((weight & mask) << indexBits);
      }
      counts[lane]![column] = own.length / 2;
      counts[lane + 1]![column] = own.length / 2;
    }
  }
  if (entries !== entriesOf(values, elements, groups, group)) throw notSpectra(name);
  const total = words.reduce((sum, own) => sum + own.length, 0);
  const packed = words.map((own) => Uint32Array.from(own, (word) => word >>> 0));
  return { format, columns, lanes, counts, words: packed, nonZeros, padding: total - nonZeros };
}

/** Weights other than 0 in the columns of a group. */
function entriesOf(values: Int16Array, columns: number, groups: number, group: number): number {
  let entries = 0;
  for (let row = 0; row < values.length; row += columns) {
    for (let column = group; column < columns; column += groups) if (values[row + column] !== 0) entries++;
  }
  return entries;
}

function notSpectra(name: string): EsegenError {
  return new EsegenError(
    `segment ${quoteName(name)}`,
    'expected spectra of blocks: a and -b over b and a for each pair, two numbers for the first one, 0 elsewhere',
    'Compile the model again',
  );
}
