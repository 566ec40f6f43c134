import type { Design } from './design.ts';
import { IMAGE_VERSIONS, type ImageSection, packImage, type WeightsSum } from './image_words.ts';
import type { MemImage } from './mem_image.ts';
import { loadableImages } from './pack.ts';

/** Memories that can be loaded, by file name; the code of a kind is its place. */
export const MEMORY_KINDS = ['weights', 'pointers', 'elem', 'sigmoid', 'tanh', 'schedule'] as const;

/**
 * The image of a model of one layer.
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
  const sections = [...loadableImages(design, images)].map(([file, image]): ImageSection => {
    const [, name, number] = /^([a-z]+)(?:_(\d+))?\.mem$/.exec(file)!;
    const kind = MEMORY_KINDS.indexOf(name as (typeof MEMORY_KINDS)[number]);
    return { kind, number: Number(number ?? 0), image, byParts: false };
  });
  return packImage(IMAGE_VERSIONS.layer, hash, [inputs, cells, outputs], weights, sections);
}
