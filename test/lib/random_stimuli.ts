import { type InputFrame, type Stimuli, singleVoice } from '../../sim-verilator/stimuli.ts';
import type { IntegerFrames } from '../../src/data/frames.ts';
import type { Config } from '../../src/machine/config.ts';
import type { Rng } from '../../src/util/rng.ts';

/** What a design is run with. */
export interface RandomRun {
  readonly stimuli: Stimuli;
  /** Probability of an idle input cycle and of output back-pressure, and their seed. */
  readonly stalls: number;
  readonly seed: number;
  /** How external memory behaves, for a design that has one. */
  readonly memory: { readonly latency: number; readonly bandwidth: number; readonly stalls: number };
}

/** Kinds of input frame. */
const KINDS = ['uniform', 'small', 'ends', 'highest', 'lowest', 'zero'] as const;

function randomElement(rng: Rng, kind: (typeof KINDS)[number], bits: number): number {
  const limit = 2 ** (bits - 1);
  switch (kind) {
    case 'uniform':
      return rng.integer(-limit, limit - 1);
    case 'small':
      return rng.integer(-3, 3);
    case 'ends':
      return rng.pick([-limit, limit - 1]);
    case 'highest':
      return limit - 1;
    case 'lowest':
      return -limit;
    case 'zero':
      return 0;
  }
}

/** Frames of full-scale, small, extreme and zero elements. */
function randomFrames(rng: Rng, frames: number, width: number, bits: number): IntegerFrames {
  const data = new Int16Array(frames * width);
  for (let t = 0; t < frames; t++) {
    const kind = rng.pick(KINDS);
    for (let j = 0; j < width; j++) data[t * width + j] = randomElement(rng, kind, bits);
  }
  return { frames, width, data };
}

/** Frames of all channels after which no batch follows: they keep a simulation short. */
const ENOUGH_FRAMES = 12;

/** Batches of the frames in any order of channels; voices start, rest and end at any time, and some channels have none. */
function randomBatches(rng: Rng, channels: number, batches: number): InputFrame[] {
  const presence = Array.from({ length: channels }, () => rng.pick([0, 0.3, 0.7, 1, 1]));
  const restart = rng.pick([0, 0.3, 1]);
  const order: InputFrame[] = [];
  for (let batch = 0; batch < batches && order.length < ENOUGH_FRAMES; batch++) {
    const present = presence.flatMap((share, channel) => (rng.uniform() < share ? [channel] : []));
    if (present.length === 0) present.push(rng.integer(0, channels - 1));
    if (rng.uniform() < 0.5) shuffle(rng, present);
    for (const [at, channel] of present.entries()) {
      // The first frame of a channel starts an utterance with a mark or without.
      const first = rng.uniform() < restart;
      order.push({ row: order.length, channel, first, endOfBatch: at === present.length - 1 });
    }
  }
  return order;
}

function shuffle(rng: Rng, values: number[]): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = rng.integer(0, at);
    [values[at], values[other]] = [values[other]!, values[at]!];
  }
}

function randomStimuli(rng: Rng, inputs: number, { vectorBits, array: { channels } }: Config): Stimuli {
  const batches = rng.integer(1, 6);
  if (channels > 1) {
    const order = randomBatches(rng, channels, batches);
    return { frames: randomFrames(rng, order.length, inputs, vectorBits), order };
  }
  const share = rng.pick([0, 0.3, 1]);
  const starts = Array.from({ length: batches }, (_, t) => t).filter(() => rng.uniform() < share);
  return singleVoice(randomFrames(rng, batches, inputs, vectorBits), starts);
}

/** From a memory that answers at once to one of the slow and unsteady kind. */
function randomMemory(rng: Rng): RandomRun['memory'] {
  return {
    latency: rng.pick([1, 2, rng.integer(1, 200), rng.integer(1, 200)]),
    bandwidth: rng.pick([1, 0.2 + 0.8 * rng.uniform()]),
    stalls: rng.pick([0, 0.5 * rng.uniform()]),
  };
}

/** One to six batches, random utterances, random stalls, random memory. */
export function randomRun(rng: Rng, inputs: number, config: Config): RandomRun {
  return {
    stimuli: randomStimuli(rng, inputs, config),
    stalls: rng.pick([0, 0, 0.1, 0.3, 0.6, 0.9]),
    seed: rng.uint32(),
    memory: randomMemory(rng),
  };
}
