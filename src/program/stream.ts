import type { WordFormat } from '../machine/word_format.ts';
import type { DesignMatrices } from './design.ts';
import type { Dimensions } from './dimensions.ts';

/** Path of the weights in external memory, in a design directory, and of what describes them. */
export const STREAM_FILE = 'dram/weights.bin';
export const STREAM_MAP_FILE = 'dram/map.json';

/** A matrix in the image, or a tile of one: bytes from its start, bytes, and rows of one word for every lane. */
export interface StreamSegment {
  readonly matrix: 'W_x' | 'W_r' | 'W_ym';
  readonly tile: number;
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
}

/** What a word of the image is: `wordSlot` / 8 bytes, the least significant one first. */
const BITS_OF_BYTE = 8;

/**
 * The word that fills the row of a lane that has no more: the most negative weight, which quantization never makes, with
 * index 0. group_memory drops it.
 */
export function fillerWord({ weightBits, indexBits }: WordFormat): number {
  return 2 ** (weightBits - 1 + indexBits);
}

const MATRIX_NAMES = { x: 'W_x', r: 'W_r', p: 'W_ym' } as const;

/** Where the matrices lie in the image. */
export function streamSegments(d: Dimensions): StreamSegment[] {
  const bytes = d.busBits / BITS_OF_BYTE;
  return d.segments.map(({ matrix, tile, base, beats }) => ({
    matrix: MATRIX_NAMES[matrix],
    tile,
    offset: base * bytes,
    bytes: beats * bytes,
    rows: (beats * d.beatRows) / d.rowBeats,
  }));
}

/** Bytes of the image. */
export function streamBytes(d: Dimensions): number {
  return (d.imageBeats * d.busBits) / BITS_OF_BYTE;
}

/**
 * The image of the weights in external memory. A matrix is a run of rows; row n holds word n of every lane of every group,
 * lane by lane, in little-endian slots of `wordSlot` bits. A row is one or several beats of the bus, or a part of one.
 */
export function packStream(matrices: DesignMatrices, d: Dimensions): Uint8Array {
  const lanes = d.groups * d.lanes;
  const slotBytes = d.wordSlot / BITS_OF_BYTE;
  const segments = streamSegments(d);
  const image = new Uint8Array(streamBytes(d));
  for (const [at, { words, format }] of matrices.entries()) {
    const { offset, rows } = segments[at]!;
    const filler = fillerWord(format);
    for (let lane = 0; lane < lanes; lane++) {
      const laneWords = words[lane]!;
      for (let row = 0; row < rows; row++) {
        let word = row < laneWords.length ? laneWords[row]! : filler;
        const from = offset + (row * lanes + lane) * slotBytes;
        for (let byte = 0; byte < slotBytes; byte++) {
          image[from + byte] = word & 0xff;
          word >>>= BITS_OF_BYTE;
        }
      }
    }
  }
  return image;
}

/**
 * Words of the lanes out of an image.
 *
 * @param counts words of every lane, per matrix: [matrices][lanes]
 * @returns [matrices][lanes], the words of each lane
 */
export function unpackStream(
  image: Uint8Array,
  d: Dimensions,
  counts: readonly (readonly number[])[],
): Uint32Array[][] {
  const lanes = d.groups * d.lanes;
  const slotBytes = d.wordSlot / BITS_OF_BYTE;
  return streamSegments(d).map(({ offset }, at) =>
    counts[at]!.map((count, lane) => {
      const words = new Uint32Array(count);
      for (let row = 0; row < count; row++) {
        const from = offset + (row * lanes + lane) * slotBytes;
        let word = 0;
        for (let byte = slotBytes - 1; byte >= 0; byte--) word = word * 256 + image[from + byte]!;
        words[row] = word;
      }
      return words;
    }),
  );
}

/** What a host needs to know to place the image, as JSON. */
export function streamMap(d: Dimensions): object {
  return {
    file: STREAM_FILE,
    alignment: 4096,
    busBits: d.busBits,
    burstBeats: d.burstBeats,
    wordSlotBits: d.wordSlot,
    rowBits: d.rowStreamBits,
    groups: d.groups,
    lanes: d.lanes,
    segments: streamSegments(d),
  };
}
