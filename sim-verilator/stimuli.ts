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
