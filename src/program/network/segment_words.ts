import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { type EncodedMatrix, encodeGroups } from '../encode.ts';
import type { MacInstruction } from '../instruction.ts';
import type { Program, Segment } from '../program.ts';
import { encodeSpectral, rowMask } from './spectral_words.ts';

/** A segment in the weight and pointer memories. */
export interface PlacedSegment {
  /** Number in the program. */
  readonly segment: number;
  /** Columns of a group; of a spectral segment they are pairs of elements. */
  readonly columns: number;
  /** Which rows of a cell have words; of a spectral segment. */
  readonly rowMask: number;
  /** First count and first word, the same in all lanes of all groups; no word where the weights are not on chip. */
  readonly pointerBase: number;
  readonly wordBase: number;
  /** Words of the fullest lane. */
  readonly words: number;
  /** Of the lanes of group 0, then those of group 1 and so on. */
  readonly encoded: EncodedMatrix;
}

/**
 * Rows of a segment by lane, in the order of its local rows: the rows of cell k stand together in lane k mod L, from local row
 * period · ⌊k / L⌋ on.
 */
function segmentRows({ rows, period }: Pick<Segment, 'rows' | 'period'>, lanes: number): Int32Array[] {
  const cells = rows / period;
  return Array.from({ length: lanes }, (_, lane) => {
    const own = Math.max(Math.ceil((cells - lane) / lanes), 0);
    return Int32Array.from({ length: own * period }, (_, local) => {
      return period * (lane + lanes * Math.floor(local / period)) + (local % period);
    });
  });
}

/** First pair of a group, in its vector, that a spectral segment reads. */
export function firstPair({ views, machine }: Program, { source }: Pick<MacInstruction, 'source'>): number {
  return views[source]!.offset / (2 * machine.groups);
}

/**
 * Encodes the segments of a program and puts them one behind the other, in the order of their first use.
 *
 * @param inStep whether the lanes of a group work in step: their columns are made equally long
 * @param onChip whether the words are in memories of the lanes
 * @throws EsegenError where a weight does not fit, or a lane has too many rows
 */
export function placeSegments(program: Program, inStep: boolean, onChip: boolean): ReadonlyMap<number, PlacedSegment> {
  const { machine, segments, streams } = program;
  const { groups, lanes, weightBits, indexBits } = machine;
  const placed = new Map<number, PlacedSegment>();
  let [pointerBase, wordBase] = [0, 0];
  for (const instruction of streams.mac) {
    if (instruction.op !== 'mac' || placed.has(instruction.segment)) continue;
    const { segment: number } = instruction;
    const segment = segments[number]!;
    if (segment.format.bits > weightBits) {
      const where = `segment ${quoteName(segment.name)}`;
      throw new EsegenError(where, `expected weights of at most ${weightBits} bits, got ${segment.format.bits}`);
    }
    const { values, columns: all, block } = segment;
    const format = { weightBits, indexBits };
    const encoded =
      block === null
        ? encodeGroups(values, all, groups, segmentRows(segment, lanes), format, null, inStep)
        : encodeSpectral(segment, block, firstPair(program, instruction), groups, lanes, format, inStep);
    const words = Math.max(...encoded.words.map((ofLane) => ofLane.length));
    const { columns } = encoded;
    const mask = block === null ? 0 : rowMask(segment);
    placed.set(number, { segment: number, columns, rowMask: mask, pointerBase, wordBase, words, encoded });
    pointerBase += columns;
    if (onChip) wordBase += words;
  }
  return placed;
}
