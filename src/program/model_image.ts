import { crc32 } from 'node:zlib';
import { EsegenError } from '../util/errors.ts';
import type { Design } from './design.ts';
import { type MemImage, memWord } from './mem_image.ts';
import { loadableImages } from './pack.ts';

/** Path of the image in a design directory. */
export const IMAGE_FILE = 'sw/model.img';

/** "ESEM", and the version of the layout; the loader in hardware (image_loader.v) knows one version. */
export const IMAGE_MAGIC = 0x4553454d;
export const IMAGE_VERSION = 2;

/**
 * Words before the sections: magic, version, words in all, hash of the design (2), inputs, cells, outputs, bytes and CRC-32 of the
 * weights in external memory (0 where there are none).
 */
export const IMAGE_HEADER_WORDS = 10;
export const IMAGE_WEIGHTS_WORD = 8;

/** By which weights in external memory (dram/weights.bin) are known. */
export interface WeightsSum {
  readonly bytes: number;
  readonly crc: number;
}

/** Length and CRC-32 of weights in external memory. */
export function weightsSum(weights: Uint8Array): WeightsSum {
  return { bytes: weights.length, crc: crc32(weights) };
}

/** Memories that can be loaded, by file name; the code of a kind is its place. */
export const MEMORY_KINDS = ['weights', 'pointers', 'elem', 'sigmoid', 'tanh', 'schedule'] as const;

const KIND_SHIFT = 12;
const PART_BITS = 32n;

/**
 * Hash of the design in the header of its own image.
 *
 * @param where path of the image for messages
 * @throws EsegenError where the hardware of the design takes images of another version
 */
export function readImageHash(image: Uint8Array, where: string): bigint {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const version = view.getUint32(4, true);
  if (version === IMAGE_VERSION) return view.getBigUint64(12, true);
  throw new EsegenError(
    where,
    `the hardware takes images of version ${version}, this esegen writes version ${IMAGE_VERSION}`,
    'Use the esegen that built the design, or build design and bitstream again',
  );
}

/**
 * The image of a model, as the hardware takes it in through IMAGE_DATA: 32-bit words, little-endian. image_loader.v describes
 * the layout.
 *
 * @param design the model, compiled for the hardware
 * @param images its memories, from packDesign
 * @param hash hash of the hardware's design (designHash)
 * @param weights of the weights that the model has in external memory; null where it has none there
 */
export function packModelImage(
  design: Design,
  images: ReadonlyMap<string, MemImage>,
  hash: bigint,
  weights: WeightsSum | null,
): Uint8Array {
  const { inputs, cells, outputs } = design.dimensions;
  const words: number[] = [IMAGE_MAGIC, IMAGE_VERSION, 0, Number(hash & 0xffff_ffffn), Number(hash >> 32n)];
  words.push(inputs, cells, outputs, weights?.bytes ?? 0, weights?.crc ?? 0);
  for (const [file, image] of loadableImages(design, images)) {
    const [, name, number] = /^([a-z]+)(?:_(\d+))?\.mem$/.exec(file)!;
    const kind = MEMORY_KINDS.indexOf(name as (typeof MEMORY_KINDS)[number]);
    words.push((kind << KIND_SHIFT) | Number(number ?? 0), image.depth);
    const parts = Math.ceil(image.width / Number(PART_BITS));
    for (let at = 0; at < image.depth; at++) {
      let rest = memWord(image, at);
      for (let part = 0; part < parts; part++) {
        words.push(Number(rest & 0xffff_ffffn));
        rest >>= PART_BITS;
      }
    }
  }
  words[2] = words.length + 1;
  const bytes = new Uint8Array(4 * (words.length + 1));
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word, true);
  view.setUint32(4 * words.length, crc32(bytes.subarray(0, 4 * words.length)), true);
  return bytes;
}
