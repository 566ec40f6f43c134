import type { Config } from '../../machine/config.ts';
import { beatsOf, type ExternalMemory, externalMemoryOf } from '../../machine/external_memory.ts';
import type { NetworkSizes, WeightStream } from '../../machine/network_sizes.ts';
import { EsegenError } from '../../util/errors.ts';
import { clog2, unsignedBits } from '../../util/fixed.ts';
import { quoteName } from '../../util/quote_name.ts';
import { packWord } from '../field.ts';
import type { Program } from '../program.ts';
import { writeRows } from '../stream.ts';
import { READER_WORD, UNIT_OPS } from '../unit_words.ts';
import type { Placement } from './place.ts';
import { type HardwareInstruction, hardwareStream, loopWord } from './unit_program.ts';

/** Beats of a segment in the image. */
interface Beats {
  readonly first: number;
  readonly beats: number;
}

/** Where the segments lie in the image: one behind the other from a beat on, row n with word n of every lane of every group. */
function segmentBeats(
  { segments }: Placement,
  external: ExternalMemory,
): { places: Map<number, Beats>; total: number } {
  const places = new Map<number, Beats>();
  let total = 0;
  for (const [number, { words }] of segments) {
    const beats = beatsOf(external, words);
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

/**
 * The image of the weights in external memory; see stream.ts for its rows. null where they are on chip.
 */
export function weightImage(placed: Placement, { external }: Pick<NetworkSizes, 'external'>): Uint8Array | null {
  if (external === null) return null;
  const { places, total } = segmentBeats(placed, external);
  const bytes = external.busBits / 8;
  const image = new Uint8Array(total * bytes);
  for (const [number, { encoded }] of placed.segments) {
    const { first, beats } = places.get(number)!;
    writeRows(image, first * bytes, (beats * external.beatRows) / external.rowBeats, encoded, external.wordSlot);
  }
  return image;
}
