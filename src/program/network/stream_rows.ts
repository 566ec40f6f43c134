import type { Config } from '../../machine/config.ts';
import { beatsOf, type ExternalMemory, externalMemoryOf } from '../../machine/external_memory.ts';
import type { NetworkSizes, WeightStream } from '../../machine/network_sizes.ts';
import { EsegenError } from '../../util/errors.ts';
import { clog2, unsignedBits } from '../../util/fixed.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { EncodedWords } from '../encode.ts';
import { packWord } from '../field.ts';
import type { Program } from '../program.ts';
import { fillerWord } from '../stream.ts';
import { READER_WORD, UNIT_OPS } from '../unit_words.ts';
import type { Placement } from './place.ts';
import { layRows } from './row_order.ts';
import { type HardwareInstruction, hardwareStream, loopWord } from './unit_program.ts';

/** Beats of a segment in the image. */
interface Beats {
  readonly first: number;
  readonly beats: number;
}

/** Beats of the segments: one behind the other in the image, each from a beat on. */
function segmentBeats(
  { segments }: Placement,
  external: ExternalMemory,
): { places: Map<number, Beats>; total: number } {
  const places = new Map<number, Beats>();
  let total = 0;
  for (const [number, { encoded }] of segments) {
    const beats = beatsOf(
      external,
      layRows(encoded, external.bufferLimit, () => {}),
    );
    places.set(number, { first: total, beats });
    total += beats;
  }
  return { places, total };
}

/** The MAC stream without what only waits or posts: the order in which the lanes use the words. */
function readerStream(program: Program): HardwareInstruction[] {
  return hardwareStream(program, 'mac').filter(({ op }) => op !== 'sync');
}

/**
 * Sizes of what brings the weights from external memory; null where they are on chip.
 *
 * @throws EsegenError where a weight is what fills rows
 */
export function weightStreamOf(program: Program, config: Config, placed: Placement): WeightStream | null {
  if (config.weights !== 'dram') return null;
  const external = externalMemoryOf(config);
  const most = -(2 ** (program.machine.weightBits - 1));
  for (const number of placed.segments.keys()) {
    const { name, values } = program.segments[number]!;
    if (!values.includes(most)) continue;
    throw new EsegenError(
      `segment ${quoteName(name)}`,
      `has the weight ${most}, which fills rows in external memory`,
      'Use "weights": "onchip"',
    );
  }
  const { total } = segmentBeats(placed, external);
  return {
    ...external,
    beatBits: Math.max(unsignedBits(total), clog2(external.burstBeats) + 2),
    programDepth: Math.max(readerStream(program).length, 2),
  };
}

/** Words of the program of the weight reader. */
export function readerProgram(program: Program, placed: Placement, external: WeightStream): bigint[] {
  const { places } = segmentBeats(placed, external);
  const empty = Object.fromEntries(READER_WORD.fields.map(({ name }) => [name, 0]));
  return readerStream(program).map((instruction, at) => {
    const where = `program: reader ${at}`;
    if (instruction.op === 'loop') return loopWord(instruction, where);
    if (instruction.op !== 'mac') {
      const op = instruction.op === 'end' ? UNIT_OPS.end : UNIT_OPS.halt;
      return packWord(READER_WORD, { ...empty, op }, where);
    }
    const { first, beats } = places.get(instruction.segment)!;
    return packWord(READER_WORD, { ...empty, op: UNIT_OPS.work, firstBeat: first, beats }, where);
  });
}

/** Writes the rows of a segment into an image, from a byte on: little-endian slots of a word of every lane of every group. */
export function writeSegment(
  image: Uint8Array,
  offset: number,
  beats: number,
  encoded: EncodedWords,
  { beatRows, rowBeats, wordSlot, bufferLimit }: ExternalMemory,
): void {
  const lanes = encoded.words.length;
  const slotBytes = wordSlot / 8;
  const write = (row: number, lane: number, word: number) => {
    const from = offset + (row * lanes + lane) * slotBytes;
    for (let byte = 0; byte < slotBytes; byte++) image[from + byte] = word >>> (8 * byte);
  };
  const filler = fillerWord(encoded.format);
  for (let row = 0; row < (beats * beatRows) / rowBeats; row++) {
    for (let lane = 0; lane < lanes; lane++) write(row, lane, filler);
  }
  layRows(encoded, bufferLimit, write);
}

/** The image of the weights in external memory, segment by segment; null where they are on chip. */
export function weightImage(placed: Placement, { external }: Pick<NetworkSizes, 'external'>): Uint8Array | null {
  if (external === null) return null;
  const { places, total } = segmentBeats(placed, external);
  const bytes = external.busBits / 8;
  const image = new Uint8Array(Math.max(total, 1) * bytes);
  for (const [number, { encoded }] of placed.segments) {
    const { first, beats } = places.get(number)!;
    writeSegment(image, first * bytes, beats, encoded, external);
  }
  return image;
}
