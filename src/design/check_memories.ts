import { memoryPath } from '../machine/names.ts';
import type { DesignMatrices } from '../program/design.ts';
import type { Dimensions } from '../program/dimensions.ts';
import { countsAreShared } from '../program/encode.ts';
import { type MemImage, memWord } from '../program/mem_image.ts';
import { SCHEDULE_FILE } from '../program/pack.ts';
import { packStep, type Step, stepFields } from '../program/schedule.ts';
import { fillerWord, packStream, STREAM_FILE, streamBytes } from '../program/stream.ts';
import { EsegenError } from '../util/errors.ts';
import { REBUILD } from './files.ts';

export function checkSchedule(
  path: string,
  design: string,
  schedule: readonly Step[],
  dimensions: Dimensions,
  image: MemImage,
): void {
  const fields = stepFields(dimensions);
  for (const [at, step] of schedule.entries()) {
    if (packStep(step, fields) === memWord(image, at)) continue;
    throw new EsegenError(`${path}: schedule.${at}`, `is not what ${memoryPath(design, SCHEDULE_FILE)} holds`, REBUILD);
  }
}

export function checkSharedCounts(path: string, { sharedCounts, groups }: Dimensions, matrices: DesignMatrices): void {
  const shared = matrices.every((matrix) => countsAreShared(matrix, groups));
  if (shared === sharedCounts) return;
  throw new EsegenError(`${path}: dimensions.sharedCounts`, 'is not what the pointer memories hold', REBUILD);
}

/** The image of external memory, if it is as long as the matrices. */
export function checkStream(content: Buffer, dimensions: Dimensions): Uint8Array {
  const expected = streamBytes(dimensions);
  if (content.length === expected) return content;
  throw new EsegenError(STREAM_FILE, `expected ${expected} bytes, got ${content.length}`, REBUILD);
}

/** In external memory, what is not a word that the pointer memories count is a filler, and no word is one. */
export function checkStreamWords(image: Uint8Array, dimensions: Dimensions, matrices: DesignMatrices): void {
  const asFiller = matrices.some(({ words, format }) => {
    const filler = fillerWord(format);
    return words.some((ofLane) => ofLane.includes(filler));
  });
  if (!asFiller && Buffer.compare(packStream(matrices, dimensions), image) === 0) return;
  throw new EsegenError(STREAM_FILE, 'does not hold the words that the pointer memories count', REBUILD);
}
