import { createFrames, type Frames, type IntegerFrames } from '../../data/frames.ts';
import type { Formats } from '../../machine/formats.ts';
import type { Dimensions } from '../../program/dimensions.ts';
import { EsegenError } from '../../util/errors.ts';
import { quantize } from '../../util/fixed.ts';
import { readNpy } from '../../util/npy.ts';
import { Rng } from '../../util/rng.ts';

/** Frames in integers and in reals: the reals are what the integers were rounded from, where there were any. */
export interface InputFrames {
  readonly integers: IntegerFrames;
  readonly reals: Frames;
}

/** Frames of integers, with their reals. */
function fromIntegers(data: Int16Array, width: number, { xFrac }: Formats): InputFrames {
  const frames = data.length / width;
  const reals = createFrames(frames, width);
  for (let i = 0; i < data.length; i++) reals.data[i] = data[i]! / 2 ** xFrac;
  return { integers: { frames, width, data }, reals };
}

/** Rounds frames to the format of x. */
export function quantizeFrames(frames: Frames, { xFrac, vectorBits }: Formats): IntegerFrames {
  const data = Int16Array.from(frames.data, (v) => quantize(v, xFrac, vectorBits));
  return { frames: frames.frames, width: frames.width, data };
}

/** Seeded standard-normal frames. */
export function randomFrames(count: number, width: number, seed: number, formats: Formats): InputFrames {
  const rng = new Rng(seed);
  const reals = createFrames(count, width);
  for (let i = 0; i < reals.data.length; i++) reals.data[i] = rng.normal();
  return fromIntegers(quantizeFrames(reals, formats).data, width, formats);
}

/**
 * Reads frames for all channels of a design.
 *
 * @param path `.npy`, [T, I] or with several channels [T, B, I], of float32 or float64, or of int16 in the format of x
 * @param limit time steps that are taken; all where undefined
 * @throws EsegenError where the file cannot be read, has another shape or dtype, fewer frames, or integers that are too wide
 */
export function readFrames(
  path: string,
  { inputs: width, channels }: Dimensions,
  limit: number | undefined,
  formats: Formats,
): InputFrames {
  const array = readNpy(path);
  const expected = channels === 1 ? ['T', width] : ['T', channels, width];
  const [rows = 0] = array.shape;
  const fits = array.shape.length === expected.length && expected.slice(1).every((n, i) => n === array.shape[i + 1]);
  if (!fits || rows < 1) {
    throw new EsegenError(path, `expected frames of shape [${expected.join(', ')}], got [${array.shape.join(', ')}]`);
  }
  const frames = limit === undefined ? rows : Math.min(rows, limit);
  if (limit !== undefined && limit > rows) {
    throw new EsegenError(path, `holds ${rows} frames, ${limit} were asked for`, 'Ask for fewer with --frames');
  }
  const length = frames * channels * width;
  if (array.dtype === 'int16') {
    const data = array.data.slice(0, length);
    const bound = 2 ** (formats.vectorBits - 1);
    const wide = data.findIndex((v) => v < -bound || v >= bound);
    if (wide >= 0) {
      throw new EsegenError(path, `element ${wide} is ${data[wide]}, expected ${formats.vectorBits}-bit integers`);
    }
    return fromIntegers(data, width, formats);
  }
  if (array.dtype === 'int32') {
    throw new EsegenError(path, 'expected float32, float64 or int16, got int32', 'Convert the frames');
  }
  const reals = { frames: frames * channels, width, data: Float64Array.from(array.data.subarray(0, length)) };
  return { integers: quantizeFrames(reals, formats), reals };
}
