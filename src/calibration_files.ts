import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { type CalibrationSet, randomCalibration } from './compiler/calibrate.ts';
import { EsegenError } from './errors.ts';
import { readJson } from './json_file.ts';
import { readNpy } from './npy.ts';

const bordersSchema = z.object({ strings: z.array(z.object({ steps: z.int().min(1) })).min(1) });

/**
 * The calibration set that was named, that beside the model if it has frames for it, or random frames, in this order.
 *
 * @throws EsegenError where the named file, or one beside the model that fits it, is not valid
 */
export function readCalibration(model: string, named: string | undefined, inputs: number): CalibrationSet {
  const beside = join(dirname(model), 'calibration.npy');
  if (named === undefined && !existsSync(beside)) return randomCalibration(inputs);
  const path = named ?? beside;
  const array = readNpy(path);
  const [frames, width] = array.shape;
  if ((array.dtype !== 'float32' && array.dtype !== 'float64') || array.shape.length !== 2) {
    const got = `${array.dtype} [${array.shape.join(', ')}]`;
    throw new EsegenError(path, `expected frames [T, ${inputs}] of float32 or float64, got ${got}`);
  }
  if (named === undefined && width !== inputs) {
    const random = randomCalibration(inputs);
    return { ...random, origin: `${random.origin} (${path} is for ${width} inputs)` };
  }
  if (frames! < 1 || width !== inputs) {
    const fix = 'Calibrate with frames as the model was trained on';
    throw new EsegenError(path, `expected frames [T, ${inputs}], got [${frames}, ${width}]`, fix);
  }
  const utteranceStarts = readBorders(path, frames!);
  const utterances = utteranceStarts.length === 1 ? '1 utterance' : `${utteranceStarts.length} utterances`;
  return {
    frames: { frames: frames!, width, data: Float64Array.from(array.data) },
    utteranceStarts,
    origin: `${path} (${frames} frames, ${utterances})`,
  };
}

/** First frames of the utterances, from the JSON file of the same stem; without one it is all one utterance. */
function readBorders(npy: string, frames: number): number[] {
  const path = `${npy.slice(0, npy.length - extname(npy).length)}.json`;
  if (!existsSync(path)) return [0];
  const result = bordersSchema.safeParse(readJson(path));
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const where = [path, issue.path.join('.')].filter((part) => part !== '').join(': ');
    throw new EsegenError(where, issue.message, 'Expected is {"strings": [{"steps": 44}, …]}');
  }
  const starts: number[] = [];
  let next = 0;
  for (const { steps } of result.data.strings) {
    starts.push(next);
    next += steps;
  }
  if (next !== frames) {
    throw new EsegenError(path, `expected steps that sum up to the ${frames} frames of ${npy}, got ${next}`);
  }
  return starts;
}
