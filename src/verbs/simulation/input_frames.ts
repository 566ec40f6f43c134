import { createFrames, type Frames } from '../../data/frames.ts';
import { elementsOf, type TensorId } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { quantize } from '../../util/fixed.ts';
import type { NpyArray } from '../../util/npy.ts';
import { quoteName } from '../../util/quote_name.ts';
import { Rng } from '../../util/rng.ts';
import type { OpenedDesign } from '../opened/opened_design.ts';
import type { Values } from '../run/host_parts.ts';
import { isFolder, lengthsOf, readInputSets } from '../run/input_sets.ts';
import type { NamedPath } from '../run/named_path.ts';
import { type InputArray, readUtterances, type UtteranceSet } from '../run/utterances.ts';
import type { SimulateOptions } from './options.ts';

/** Utterances that were read together, in reals; where a file holds integers, they are these over a power of two, exact. */
export interface InputUtterances extends Pick<UtteranceSet, 'reading' | 'voiceSteps' | 'utterances'> {
  /** File of a folder; null where there is no folder. */
  readonly file: string | null;
  /** Whether they come from an archive with lengths. */
  readonly hasLengths: boolean;
}

/** Paths of the inputs; one without a name is the input, or all of them. */
export function inputPaths(input: SimulateOptions['input']): readonly NamedPath[] {
  return typeof input === 'string' ? [{ name: null, path: input }] : (input ?? []);
}

/** Most values of random frames: 1 GiB. */
const RANDOM_LIMIT = 2 ** 27;

/**
 * Seeded standard-normal frames in the formats of the inputs, an utterance for each channel.
 *
 * @throws EsegenError where they would be more values than a computer holds
 */
export function randomUtterances(design: OpenedDesign, steps: number, seed: number): InputUtterances {
  const { graph, channels } = design;
  const rng = new Rng(seed);
  const tensors = graph.inputs.map((port) => graph.tensors.get(port.tensor)!);
  const perStep = channels * tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0);
  const most = Math.max(1, Math.floor(RANDOM_LIMIT / perStep));
  if (steps > most) throw new EsegenError('--frames', `expected at most ${most} random frames, got ${steps}`);
  const utterances = Array.from({ length: channels }, () => {
    return new Map(
      tensors.map((tensor) => [tensor.id, createFrames(tensor.time === null ? 1 : steps, elementsOf(tensor))]),
    );
  });
  for (let t = 0; t < steps; t++) {
    for (const values of utterances) {
      for (const { id } of tensors) {
        const { frames, width, data } = values.get(id)!;
        if (t >= frames) continue;
        const format = formatOf(design, id);
        for (let i = t * width; i < (t + 1) * width; i++) {
          const value = rng.normal();
          data[i] = format === null ? value : quantize(value, format.frac, format.bits) / 2 ** format.frac;
        }
      }
    }
  }
  const reading = { style: 'plain', layout: channels === 1 ? 'T' : 'TB' } as const;
  return { file: null, hasLengths: false, reading, voiceSteps: steps, utterances };
}

/**
 * Reads utterances as `run` does: an `.npy` an input, an `.npz` with lengths, or a folder of `.npy`; of float32 or float64, or int16 in
 * the format of the input.
 *
 * @throws EsegenError where a file cannot be read, has another shape or dtype, fewer frames than asked for, none at all, or integers
 *   that are too wide
 */
export function readInput(
  input: readonly NamedPath[],
  design: OpenedDesign,
  { frames: limit, layout, lengths }: Pick<SimulateOptions, 'frames' | 'layout' | 'lengths'>,
): readonly InputUtterances[] {
  const { graph } = design;
  const { path } = input[0]!;
  if (lengths !== undefined && isFolder(path)) {
    throw new EsegenError(path, 'is a folder, whose files have no common lengths', 'Leave out --lengths');
  }
  const tensors = graph.inputs.map((port) => graph.tensors.get(port.tensor)!);
  const timed = tensors.filter(({ time }) => time !== null).map(({ id }) => id);
  const lead = timed[0] ?? tensors[0]!.id;
  const sets = [...readInputSets(graph, input)].map((set): InputUtterances => {
    const arrays = [...set.arrays].map(([name, given]): [string, InputArray] => {
      return [name, { ...given, array: inReals(given, name, design) }];
    });
    const { reading, voiceSteps, utterances } = readUtterances(graph, new Map(arrays), layout, lengthsOf(set, lengths));
    return { file: set.file, hasLengths: set.lengths !== null, reading, voiceSteps, utterances };
  });
  const stepsOf = (values: Values) => values.get(lead)!.frames;
  const longest = sets.reduce((most, { utterances }) => Math.max(most, ...utterances.map(stepsOf)), 0);
  if (longest === 0) throw new EsegenError(path, 'holds no frames', 'Give at least one utterance with frames');
  if (limit === undefined) return sets;
  if (limit > longest) {
    const what = `holds ${longest} frames an utterance, ${limit} were asked for`;
    throw new EsegenError(path, what, 'Ask for fewer with --frames');
  }
  return sets.map((set) => ({
    ...set,
    voiceSteps: set.voiceSteps === null ? null : Math.min(set.voiceSteps, limit),
    utterances: set.utterances.map(
      (values) =>
        new Map([...values].map(([id, frames]) => [id, timed.includes(id) ? firstFrames(frames, limit) : frames])),
    ),
  }));
}

/** Format of an input of the hardware; null of one that the host computes on. */
function formatOf({ inputs }: OpenedDesign, tensor: TensorId) {
  return inputs.find((input) => input.tensor.id === tensor)?.port.format ?? null;
}

/** Integers in the format of an input as the reals that they stand for; reals as they are. */
function inReals({ path, array }: InputArray, name: string, design: OpenedDesign): NpyArray {
  if (array.dtype === 'int32') {
    throw new EsegenError(path, 'expected float32, float64 or int16, got int32', 'Convert the frames');
  }
  if (array.dtype !== 'int16') return array;
  const format = formatOf(design, design.graph.inputs.find((port) => port.name === name)!.tensor);
  if (format === null) {
    const what = `expected float32 or float64 for the input ${quoteName(name)}, which the host computes on, got int16`;
    throw new EsegenError(path, what, 'Convert the frames');
  }
  const { bits, frac } = format;
  const bound = 2 ** (bits - 1);
  const wide = array.data.findIndex((v) => v < -bound || v >= bound);
  if (wide >= 0) {
    throw new EsegenError(path, `element ${wide} is ${array.data[wide]}, expected ${bits}-bit integers`);
  }
  return { dtype: 'float64', shape: array.shape, data: Float64Array.from(array.data, (v) => v / 2 ** frac) };
}

function firstFrames({ frames, width, data }: Frames, limit: number): Frames {
  const kept = Math.min(frames, limit);
  return { frames: kept, width, data: data.subarray(0, kept * width) };
}
