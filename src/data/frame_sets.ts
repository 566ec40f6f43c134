import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { EsegenError } from '../util/errors.ts';
import { readNpy } from '../util/npy.ts';
import { readJson } from '../util/read_json.ts';
import { expected, integer, parseWith } from '../util/schema.ts';
import { type CalibrationSet, randomCalibration } from './calibration_set.ts';
import type { Frames } from './frames.ts';

const STRINGS = expected('a list of utterances, such as [{ "steps": 44 }]');

const bordersSchema = z.object(
  {
    strings: z
      .array(
        z.object(
          { steps: integer(1, 2 ** 31, 'the number of its steps, at least 1') },
          { error: expected('{ "steps": … }') },
        ),
        { error: STRINGS },
      )
      .min(1, { error: STRINGS }),
  },
  { error: expected('{ "strings": [{ "steps": 44 }, …] }') },
);

/**
 * The calibration set that was named, that beside the model if it has frames for it, or random frames, in this order.
 *
 * @param model path of the model
 * @param named path of the frames, if any were named
 * @param inputs I
 * @throws EsegenError as {@link readFrameSet}
 */
export function readCalibration(model: string, named: string | undefined, inputs: number): CalibrationSet {
  if (named !== undefined) return readFrameSet(named, inputs);
  const beside = join(dirname(model), 'calibration.npy');
  if (!existsSync(beside)) return randomCalibration(inputs);
  const { shape } = readFloats(beside, inputs);
  if (shape[1] === inputs) return readFrameSet(beside, inputs);
  const random = randomCalibration(inputs);
  return { ...random, origin: `${random.origin} (${beside} is for ${shape[1]} inputs)` };
}

/**
 * Reads frames with their utterance borders, which a JSON file of the same stem holds; without one they are one utterance.
 *
 * @param path `.npy`, [T, I] of float32 or float64
 * @param inputs I
 * @throws EsegenError where a file cannot be read, or the shape is another one
 */
export function readFrameSet(path: string, inputs: number): CalibrationSet {
  const { shape, data } = readFloats(path, inputs);
  const [frames, width] = shape;
  if (frames! < 1 || width !== inputs) {
    const fix = 'Calibrate with frames as the model was trained on';
    throw new EsegenError(path, `expected frames [T, ${inputs}], got [${frames}, ${width}]`, fix);
  }
  const utteranceStarts = readBorders(path, frames!);
  const utterances = utteranceStarts.length === 1 ? '1 utterance' : `${utteranceStarts.length} utterances`;
  return {
    frames: { frames: frames!, width, data: Float64Array.from(data) },
    utteranceStarts,
    origin: `${path} (${frames} frames, ${utterances})`,
  };
}

/** The frames of each utterance, as views. */
export function utterancesOf({ frames, utteranceStarts }: CalibrationSet): readonly Frames[] {
  const { width, data } = frames;
  return utteranceStarts.map((start, n) => {
    const end = utteranceStarts[n + 1] ?? frames.frames;
    return { frames: end - start, width, data: data.subarray(start * width, end * width) };
  });
}

function readFloats(path: string, inputs: number) {
  const array = readNpy(path);
  if ((array.dtype !== 'float32' && array.dtype !== 'float64') || array.shape.length !== 2) {
    const got = `${array.dtype} [${array.shape.join(', ')}]`;
    throw new EsegenError(path, `expected frames [T, ${inputs}] of float32 or float64, got ${got}`);
  }
  return array;
}

/** First frames of the utterances, from the JSON file of the same stem; without one it is all one utterance. */
function readBorders(npy: string, frames: number): number[] {
  const lengths = readUtteranceSteps(npy);
  if (lengths === null) return [0];
  const starts: number[] = [];
  let next = 0;
  for (const steps of lengths) {
    starts.push(next);
    next += steps;
  }
  if (next !== frames) {
    const where = bordersPath(npy);
    throw new EsegenError(where, `expected steps that sum up to the ${frames} frames of ${npy}, got ${next}`);
  }
  return starts;
}

/** Where the utterance borders of a file of frames are. */
export function bordersPath(npy: string): string {
  return `${npy.slice(0, npy.length - extname(npy).length)}.json`;
}

/**
 * Steps of the utterances of a file of frames, from the JSON file of the same stem; null where there is none.
 *
 * @throws EsegenError where that file is not valid
 */
export function readUtteranceSteps(npy: string): readonly number[] | null {
  const path = bordersPath(npy);
  if (!existsSync(path)) return null;
  return parseWith(bordersSchema, readJson(path), path).strings.map(({ steps }) => steps);
}
