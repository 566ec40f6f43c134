import { TABLE_BITS } from '../../machine/formats.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { weightColumnBits, weightWordBits } from '../../machine/word_format.ts';
import { type WordFormat, wordBits } from '../field.ts';
import { STREAMS } from '../instruction.ts';
import { type MemImage, memFromBigInts, memFromWords } from '../mem_image.ts';
import type { Program } from '../program.ts';
import { READER_WORD, RECALL_WORD, UNIT_WORDS } from '../unit_words.ts';
import { axisMemory } from './axes.ts';
import { portMemory, stateMemory } from './host_tables.ts';
import { parameterImage } from './parameter_words.ts';
import type { Placement } from './place.ts';
import { recallProgram } from './recall_program.ts';
import type { PlacedSegment } from './segment_words.ts';
import { startImages } from './start_images.ts';
import { readerProgram } from './stream_rows.ts';
import { HALT_WORD, unitProgram } from './unit_program.ts';

/** Number of a lane in a file name, as the RTL composes it. */
function numbered(kind: string, lane: number, digits: number): string {
  return `${kind}_${String(lane).padStart(digits, '0')}`;
}

/**
 * Memory images of a network by file name, behind the name of the design:
 *
 * - `weights_LLLL`   where they are on chip, words of lane LLLL = group · lanes + lane, segment by segment; where the lanes of a group work in step, the
 *   words of all of them side by side in columns of weightColumnBits, lane LLLL in the low bits
 * - `pointers_LLLL`  words in each column of lane LLLL, segment by segment; of the first lane of each group where all of them have
 *   the same
 * - `params_EEE`     {peephole, bias} of the rows that ElemMul lane EEE drains, tile by tile
 * - `sigmoid`, `tanh`
 * - `starts_NNN`     where states start from other values than zeros, element NNN mod slice of each word of VMEM of group NNN / slice before a voice's first step
 * - `axes`           of a network that runs by utterance: how the steps of its axes follow from those of the input
 * - `ports`          a frame of every input and output, for the host
 * - `states`         where states lie that a host reads and writes
 * - `load`, `mac`, `cell`, `store`: the program
 * - `reader`         where the weights are in external memory, the order in which they are read
 * - `recall`         where the sequence memory is there, the order in which frames are read
 */
export function networkMemories(
  program: Program,
  name: string,
  sizes: NetworkSizes,
  placed: Placement,
): ReadonlyMap<string, MemImage> {
  const images = new Map<string, MemImage>();
  const put = (file: string, image: MemImage) => images.set(`${name}_${file}.mem`, image);
  const { groups, lanes, elemLanes, inStep, sharedCounts, external } = sizes;
  const segments = [...placed.segments.values()];
  for (let lane = 0; external === null && lane < groups * lanes; lane += inStep ? lanes : 1) {
    put(numbered('weights', lane, 4), weightImage(segments, sizes, lane));
  }
  for (let lane = 0; lane < groups * lanes; lane += sharedCounts ? lanes : 1) {
    const counts = new Uint32Array(sizes.pointerDepth);
    for (const { encoded, pointerBase } of segments) counts.set(encoded.counts[lane]!, pointerBase);
    put(numbered('pointers', lane, 4), memFromWords(sizes.countBits, counts));
  }
  for (let lane = 0; lane < elemLanes; lane++) {
    put(numbered('params', lane, 3), parameterImage(program, placed.parameters.values(), sizes, lane));
  }
  for (const table of ['sigmoid', 'tanh'] as const) {
    const words = Uint32Array.from(program.tables[table], (value) => value & (2 ** TABLE_BITS - 1));
    put(table, memFromWords(TABLE_BITS, words));
  }
  for (const [number, image] of startImages(program, sizes).entries()) put(numbered('starts', number, 3), image);
  if (sizes.utterance) put('axes', axisMemory(program, sizes.axes, sizes.inputBeat));
  put('ports', portMemory(program));
  if (sizes.stateDepth > 0) put('states', stateMemory(program, sizes.stateDepth));
  const putProgram = (file: string, format: WordFormat, depth: number, own: readonly bigint[]) => {
    const words = new Array<bigint>(depth).fill(HALT_WORD);
    words.splice(0, own.length, ...own);
    put(file, memFromBigInts(wordBits(format), words));
  };
  const streams = unitProgram(program, placed);
  for (const stream of STREAMS) putProgram(stream, UNIT_WORDS[stream], sizes.programDepth[stream], streams[stream]);
  if (external !== null) {
    putProgram('reader', READER_WORD, external.programDepth, readerProgram(program, placed, external));
  }
  if (sizes.sequenceStream !== null) {
    putProgram('recall', RECALL_WORD, sizes.sequenceStream.programDepth, recallProgram(program, placed.sequences));
  }
  return images;
}

/** Weights of a lane; of all lanes of its group side by side where they work in step. */
function weightImage(segments: readonly PlacedSegment[], sizes: NetworkSizes, first: number): MemImage {
  const ofLane = (lane: number) => {
    const words = new Uint32Array(sizes.weightDepth);
    for (const { encoded, wordBase } of segments) words.set(encoded.words[lane]!, wordBase);
    return words;
  };
  if (!sizes.inStep) return memFromWords(weightWordBits(sizes), ofLane(first));
  const column = weightColumnBits(sizes);
  const words = Array.from({ length: sizes.lanes }, (_, lane) => ofLane(first + lane));
  const sideBySide = Array.from(words[0]!, (_, at) =>
    words.reduceRight((word, own) => (word << BigInt(column)) | BigInt(own[at]!), 0n),
  );
  return memFromBigInts(column * sizes.lanes, sideBySide);
}
