import { createFrames, type Frames, frameAt, type IntegerFrames } from '../../data/frames.ts';
import type { Formats } from '../../machine/formats.ts';
import type { Graph } from '../../model/graph.ts';
import type { Dimensions } from '../../program/dimensions.ts';
import { EsegenError } from '../../util/errors.ts';
import { quantize } from '../../util/fixed.ts';
import type { NpyArray } from '../../util/npy.ts';
import { Rng } from '../../util/rng.ts';
import { isFolder, lengthsOf, readInputSets } from '../run/input_sets.ts';
import { type InputArray, readUtterances, type UtteranceSet } from '../run/utterances.ts';
import type { SimulateOptions } from './options.ts';

/** Utterances that were read together, in reals; where a file holds integers, they are these over a power of two, exact. */
export interface InputUtterances extends Pick<UtteranceSet, 'reading' | 'voiceSteps'> {
  /** File of a folder; null where there is no folder. */
  readonly file: string | null;
  /** Whether they come from an archive with lengths. */
  readonly hasLengths: boolean;
  readonly utterances: readonly Frames[];
}

/** Rounds frames to the format of x. */
export function quantizeFrames(frames: Frames, { xFrac, vectorBits }: Formats): IntegerFrames {
  const data = Int16Array.from(frames.data, (v) => quantize(v, xFrac, vectorBits));
  return { frames: frames.frames, width: frames.width, data };
}

/** Seeded standard-normal frames in the format of x, an utterance for each channel. */
export function randomUtterances(
  steps: number,
  { inputs, channels }: Dimensions,
  seed: number,
  { xFrac, vectorBits }: Formats,
): InputUtterances {
  const rng = new Rng(seed);
  const utterances = Array.from({ length: channels }, () => createFrames(steps, inputs));
  for (let t = 0; t < steps; t++) {
    for (const frames of utterances) {
      const row = frameAt(frames, t);
      for (let i = 0; i < inputs; i++) row[i] = quantize(rng.normal(), xFrac, vectorBits) / 2 ** xFrac;
    }
  }
  const reading = { style: 'plain', layout: channels === 1 ? 'T' : 'TB' } as const;
  return { file: null, hasLengths: false, reading, voiceSteps: steps, utterances };
}

/**
 * Reads utterances as `run` does: an `.npy`, an `.npz` with lengths, or a folder of `.npy`; of float32 or float64, or int16 in the
 * format of x.
 *
 * @param graph of the design
 * @throws EsegenError where a file cannot be read, has another shape or dtype, fewer frames than asked for, none at all, or integers
 *   that are too wide
 */
export function readInput(
  path: string,
  graph: Graph,
  { frames: limit, layout, lengths }: Pick<SimulateOptions, 'frames' | 'layout' | 'lengths'>,
  formats: Formats,
): readonly InputUtterances[] {
  if (lengths !== undefined && isFolder(path)) {
    throw new EsegenError(path, 'is a folder, whose files have no common lengths', 'Leave out --lengths');
  }
  const { tensor } = graph.inputs[0]!;
  const sets = [...readInputSets(graph, [{ name: null, path }])].map((set): InputUtterances => {
    const arrays = [...set.arrays].map(([name, input]): [string, InputArray] => {
      return [name, { ...input, array: inReals(input, formats) }];
    });
    const read = readUtterances(graph, new Map(arrays), layout, lengthsOf(set, lengths));
    const { reading, voiceSteps } = read;
    const utterances = read.utterances.map((inputs) => inputs.get(tensor)!);
    return { file: set.file, hasLengths: set.lengths !== null, reading, voiceSteps, utterances };
  });
  const longest = sets.reduce((most, { utterances }) => Math.max(most, ...utterances.map((u) => u.frames)), 0);
  if (longest === 0) throw new EsegenError(path, 'holds no frames', 'Give at least one utterance with frames');
  if (limit === undefined) return sets;
  if (limit > longest) {
    const what = `holds ${longest} frames an utterance, ${limit} were asked for`;
    throw new EsegenError(path, what, 'Ask for fewer with --frames');
  }
  return sets.map((set) => ({
    ...set,
    voiceSteps: set.voiceSteps === null ? null : Math.min(set.voiceSteps, limit),
    utterances: set.utterances.map((utterance) => firstFrames(utterance, limit)),
  }));
}

/** Integers in the format of x as the reals that they stand for; reals as they are. */
function inReals({ path, array }: InputArray, { xFrac, vectorBits }: Formats): NpyArray {
  if (array.dtype === 'int32') {
    throw new EsegenError(path, 'expected float32, float64 or int16, got int32', 'Convert the frames');
  }
  if (array.dtype !== 'int16') return array;
  const bound = 2 ** (vectorBits - 1);
  const wide = array.data.findIndex((v) => v < -bound || v >= bound);
  if (wide >= 0) {
    throw new EsegenError(path, `element ${wide} is ${array.data[wide]}, expected ${vectorBits}-bit integers`);
  }
  return { dtype: 'float64', shape: array.shape, data: Float64Array.from(array.data, (v) => v / 2 ** xFrac) };
}

function firstFrames({ frames, width, data }: Frames, limit: number): Frames {
  const kept = Math.min(frames, limit);
  return { frames: kept, width, data: data.subarray(0, kept * width) };
}
