import type { IntegerFrames } from '../src/data/frames.ts';
import { EsegenError } from '../src/util/errors.ts';

/** A frame on the input stream: its row in the frames, its voice, whether it starts an utterance or ends a batch. */
export interface InputFrame {
  readonly row: number;
  readonly channel: number;
  readonly first: boolean;
  readonly endOfBatch: boolean;
}

/** Frames of all voices in the order of the stream. */
export interface Stimuli {
  readonly frames: IntegerFrames;
  readonly order: readonly InputFrame[];
}

/** Frames of one voice; frame 0 and those in `starts` begin an utterance. Every frame is a batch. */
export function singleVoice(frames: IntegerFrames, starts: readonly number[] = []): Stimuli {
  const order = Array.from({ length: frames.frames }, (_, row) => ({
    row,
    channel: 0,
    first: row === 0 || starts.includes(row),
    endOfBatch: true,
  }));
  return { frames, order };
}

/**
 * Voices that run side by side: row t * channels + c is frame t of voice c.
 *
 * @throws EsegenError where the rows are not a multiple of the channels
 */
export function sideBySide(frames: IntegerFrames, channels: number): Stimuli {
  if (frames.frames % channels !== 0) {
    throw new EsegenError('input', `expected a multiple of ${channels} frames, got ${frames.frames}`);
  }
  const order = Array.from({ length: frames.frames }, (_, row) => ({
    row,
    channel: row % channels,
    first: row < channels,
    endOfBatch: row % channels === channels - 1,
  }));
  return { frames, order };
}

/** Stimuli of several utterances, and whose step each answer of the design is, in the order in which it answers. */
export interface SpreadUtterances {
  readonly stimuli: Stimuli;
  readonly answers: readonly { readonly utterance: number; readonly step: number }[];
}

/** A step of an utterance, and the batch and the voice that it runs in. */
export interface Place {
  readonly utterance: number;
  readonly step: number;
  readonly batch: number;
  readonly channel: number;
}

/**
 * Utterances over the voices of a design: each begins on the voice that is free first, right behind the one before it there. At
 * the end voices are missing from the batches.
 *
 * @param lengths steps of the utterances
 * @returns by rising batch and channel
 */
export function spreadSteps(lengths: readonly number[], channels: number): Place[] {
  const ends = new Array<number>(channels).fill(0);
  const places = lengths.flatMap((steps, utterance) => {
    const start = Math.min(...ends);
    const channel = ends.indexOf(start);
    ends[channel] = start + steps;
    return Array.from({ length: steps }, (_, step) => ({ utterance, step, batch: start + step, channel }));
  });
  return places.toSorted((a, b) => a.batch - b.batch || a.channel - b.channel);
}

/**
 * Frames of utterances over the voices of a design ({@link spreadSteps}). Row t * channels + c is frame t of voice c, zeros where it
 * has none. An utterance without frames takes no part.
 *
 * @param utterances equally wide; at least one with frames
 */
export function spreadUtterances(utterances: readonly IntegerFrames[], channels: number): SpreadUtterances {
  const places = spreadSteps(
    utterances.map(({ frames }) => frames),
    channels,
  );
  const { width } = utterances[0]!;
  const rows = (places.at(-1)!.batch + 1) * channels;
  const data = new Int16Array(rows * width);
  const order = places.map(({ utterance, step, batch, channel }, at): InputFrame => {
    const row = batch * channels + channel;
    data.set(utterances[utterance]!.data.subarray(step * width, (step + 1) * width), row * width);
    return { row, channel, first: step === 0, endOfBatch: places[at + 1]?.batch !== batch };
  });
  return { stimuli: { frames: { frames: rows, width, data }, order }, answers: places };
}

/** The frames of each batch, by rising channel: the order in which the design answers. */
export function batches({ order }: Stimuli): InputFrame[][] {
  const all: InputFrame[][] = [];
  let batch: InputFrame[] = [];
  for (const frame of order) {
    batch.push(frame);
    if (!frame.endOfBatch) continue;
    all.push(batch.toSorted((a, b) => a.channel - b.channel));
    batch = [];
  }
  return all;
}
