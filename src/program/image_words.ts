import { crc32 } from 'node:zlib';
import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';
import type { MemImage } from './mem_image.ts';

/** Path of the image in a design directory. */
export const IMAGE_FILE = 'sw/model.img';

/** "ESEM" */
export const IMAGE_MAGIC = 0x4553454d;

/** Versions of the layout; the loader in hardware (image_loader.v) knows one. */
export const IMAGE_VERSIONS = { layer: 2, network: 3 } as const;

/**
 * Words before the sections: magic, version, words in all, hash of the design (2), three of the model, bytes and CRC-32 of the
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

/** A memory in an image. */
export interface ImageSection {
  /** Code of its kind, 0 to 15, and its number among them, 0 to 2,047. */
  readonly kind: number;
  readonly number: number;
  readonly image: MemImage;
  /** Whether its entries are 32-bit words, and not the words of the memory. */
  readonly byParts: boolean;
}

const KIND_SHIFT = 12;

/**
 * An image as the hardware takes it in through IMAGE_DATA: 32-bit words, little-endian. image_loader.v describes the layout.
 *
 * @param hash hash of the hardware's design
 * @param model words 5 to 7 of the header
 * @param weights of the weights that the model has in external memory; null where it has none there
 */
export function packImage(
  version: number,
  hash: bigint,
  model: readonly [number, number, number],
  weights: WeightsSum | null,
  sections: Iterable<ImageSection>,
): Uint8Array {
  const words: number[] = [IMAGE_MAGIC, version, 0, Number(hash & 0xffff_ffffn), Number(hash >> 32n)];
  words.push(...model, weights?.bytes ?? 0, weights?.crc ?? 0);
  for (const { kind, number, image, byParts } of sections) {
    words.push((kind << KIND_SHIFT) | number, byParts ? image.words.length : image.depth);
    // Words of a memory lie in limbs of 32 bits, as the image has them.
    for (const limb of image.words) words.push(limb);
  }
  words[2] = words.length + 1;
  const bytes = new Uint8Array(4 * (words.length + 1));
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word, true);
  view.setUint32(4 * words.length, crc32(bytes.subarray(0, 4 * words.length)), true);
  return bytes;
}

/**
 * Hash of the design in the header of its own image.
 *
 * @param version that the hardware is to take
 * @param where path of the image for messages
 * @throws EsegenError where it is no image, or the hardware of the design takes images of another version
 */
export function readImageHash(image: Uint8Array, version: number, where: string): bigint {
  if (image.length < 4 * IMAGE_HEADER_WORDS) {
    throw new EsegenError(where, `expected an image, ${quoteName(where)} has ${image.length} bytes`, BUILD_AGAIN);
  }
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const found = view.getUint32(4, true);
  if (found === version) return view.getBigUint64(12, true);
  throw new EsegenError(
    where,
    `the hardware takes images of version ${found}, this esegen writes version ${version}`,
    BUILD_AGAIN,
  );
}

const BUILD_AGAIN = 'Use the esegen that built the design, or build design and bitstream again';
