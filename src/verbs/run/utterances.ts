import { createFrames, type Frames } from '../../data/frames.ts';
import { type Graph, type Port, stepsOf, type Tensor, type TensorId } from '../../model/graph.ts';
import type { FloatResult } from '../../model/reference/float_network.ts';
import { EsegenError } from '../../util/errors.ts';
import type { NpyArray } from '../../util/npy.ts';
import { quoteName } from '../../util/quote_name.ts';
import { type Layout, layOut, type Reading, readArray } from './array_reading.ts';

/** An array of an input, and where it comes from. */
export interface InputArray {
  readonly path: string;
  readonly array: NpyArray;
}

/** Lengths in steps, and where they come from. */
export interface GivenLengths {
  readonly where: string;
  readonly lengths: readonly number[];
  /** File whose frames they divide from the first to the last; null where a voice may have steps behind its end. */
  readonly divided: string | null;
}

/** Utterances of one set of arrays. */
export interface UtteranceSet {
  /** Inputs of each. */
  readonly utterances: readonly ReadonlyMap<TensorId, Frames>[];
  /** Steps of each. */
  readonly lengths: readonly number[];
  /** How their arrays were read, that of the first input with time. */
  readonly reading: Reading;
  /** Steps of the arrays, where each utterance is a voice of a batch; null where they follow each other in one voice. */
  readonly voiceSteps: number | null;
}

/**
 * Splits the arrays of the inputs into utterances: each voice of a batch is one, cut to its length; where one voice has several
 * lengths, they are utterances one behind the other.
 *
 * @param arrays by name of the input
 * @throws EsegenError where arrays or lengths do not fit
 */
export function readUtterances(
  graph: Graph,
  arrays: ReadonlyMap<string, InputArray>,
  layout: Layout | undefined,
  given: GivenLengths | null,
): UtteranceSet {
  const { sequenceLengths } = graph;
  if (given !== null && sequenceLengths !== null) {
    throw new EsegenError(given.where, 'the model fixes the lengths of its utterances', 'Leave them out');
  }
  const read = graph.inputs.map((port) => {
    const source = arrays.get(port.name);
    if (source === undefined) {
      const fix = `Give it with --input ${quoteName(port.name)}=file`;
      throw new EsegenError(`input ${quoteName(port.name)}`, 'is missing', fix);
    }
    const tensor = graph.tensors.get(port.tensor)!;
    return { tensor, path: source.path, ...readArray(source.path, source.array, port, tensor, layout) };
  });
  const lead = read.find(({ tensor }) => tensor.time !== null) ?? read[0]!;
  const steps = lead.voices[0]!.frames;
  const voices = lead.voices.length;
  for (const { tensor, path, voices: own } of read) {
    const expected = stepsOf(tensor, steps);
    if (own.length !== voices || own[0]!.frames !== expected) {
      const what = `expected ${voices} voices of ${expected} steps as in ${lead.path}`;
      throw new EsegenError(path, `${what}, got ${own.length} of ${own[0]!.frames}`);
    }
  }
  const lengths = given?.lengths ?? sequenceLengths ?? new Array<number>(voices).fill(steps);
  const inSequence = given !== null && voices === 1 && (lengths.length > 1 || given.divided !== null);
  if (inSequence && given.divided !== null) checkDivided(given.where, given.divided, lengths, steps);
  checkLengths(given?.where ?? 'sequence lengths of the model', lengths, voices, steps, inSequence);
  let next = 0;
  const utterances = lengths.map((length, n) => {
    const from = inSequence ? next : 0;
    next += length;
    const of = (tensor: Tensor, frames: Frames) => (tensor.time === null ? frames : part(frames, from, from + length));
    return new Map(read.map(({ tensor, voices: own }) => [tensor.id, of(tensor, own[inSequence ? 0 : n]!)]));
  });
  return { utterances, lengths, reading: lead.reading, voiceSteps: inSequence ? null : steps };
}

/**
 * Arrays of the outputs by name, laid out as the inputs were: voices of a batch with zeros behind their ends, or utterances one
 * behind the other.
 */
export function outputArrays(
  graph: Graph,
  set: UtteranceSet,
  results: readonly FloatResult['outputs'][],
): ReadonlyMap<string, NpyArray> {
  return new Map(
    graph.outputs.map((port) => {
      const own = results.map((outputs) => outputs.get(port.tensor)!);
      return [port.name, layOutUtterances(set, own, port, graph.tensors.get(port.tensor)!)];
    }),
  );
}

/** The array of one output, likewise; `own` has its values of each utterance. */
export function layOutUtterances(
  { reading, voiceSteps }: Pick<UtteranceSet, 'reading' | 'voiceSteps'>,
  own: readonly Frames[],
  port: Port,
  tensor: Tensor,
): NpyArray {
  if (voiceSteps === null) return layOut([behindEachOther(own)], port, { ...tensor, time: tensor.time ?? [] }, reading);
  const steps = stepsOf(tensor, voiceSteps);
  return layOut(
    own.map((frames) => padded(frames, steps)),
    port,
    tensor,
    reading,
  );
}

function checkDivided(where: string, path: string, lengths: readonly number[], steps: number): void {
  const sum = lengths.reduce((all, length) => all + length, 0);
  if (sum === steps) return;
  throw new EsegenError(where, `expected steps that sum up to the ${steps} frames of ${path}, got ${sum}`);
}

function checkLengths(
  where: string,
  lengths: readonly number[],
  voices: number,
  steps: number,
  inSequence: boolean,
): void {
  const shown = lengths.length === 0 ? 'none' : `${lengths.slice(0, 8).join(', ')}${lengths.length > 8 ? ', …' : ''}`;
  if (lengths.some((length) => !Number.isInteger(length) || length < 0 || length > steps)) {
    throw new EsegenError(where, `expected lengths from 0 to ${steps} steps, got ${shown}`);
  }
  if (lengths.length === voices) return;
  const sum = lengths.reduce((all, length) => all + length, 0);
  if (!inSequence || sum !== steps) {
    const other = inSequence ? `, or utterances one behind the other that sum up to ${steps} steps` : '';
    throw new EsegenError(where, `expected ${voices} lengths${other}, got ${shown}`);
  }
}

function part({ width, data }: Frames, from: number, to: number): Frames {
  return { frames: to - from, width, data: data.subarray(from * width, to * width) };
}

function padded(frames: Frames, steps: number): Frames {
  if (frames.frames === steps) return frames;
  const result = createFrames(steps, frames.width);
  result.data.set(frames.data);
  return result;
}

function behindEachOther(parts: readonly Frames[]): Frames {
  const result = createFrames(
    parts.reduce((sum, { frames }) => sum + frames, 0),
    parts[0]!.width,
  );
  let at = 0;
  for (const { data } of parts) {
    result.data.set(data, at);
    at += data.length;
  }
  return result;
}
