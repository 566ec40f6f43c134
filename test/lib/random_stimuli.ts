import type { IntegerFrames } from '../../sim-verilator/bench_files.ts';
import type { Rng } from '../../src/rng.ts';

/** Inputs of a run. */
export interface Stimuli {
  readonly frames: IntegerFrames;
  /** Frames that start an utterance, beside the first. */
  readonly utteranceStarts: readonly number[];
  /** Probability of an idle input cycle and of output back-pressure, and their seed. */
  readonly stalls: number;
  readonly seed: number;
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

/** One to six frames of full-scale, small, extreme and zero elements; random utterances; random stalls. */
export function randomStimuli(rng: Rng, inputs: number, vectorBits: number): Stimuli {
  const frames = rng.integer(1, 6);
  const data = new Int16Array(frames * inputs);
  for (let t = 0; t < frames; t++) {
    const kind = rng.pick(KINDS);
    for (let j = 0; j < inputs; j++) data[t * inputs + j] = randomElement(rng, kind, vectorBits);
  }
  const share = rng.pick([0, 0.3, 1]);
  return {
    frames: { frames, width: inputs, data },
    utteranceStarts: Array.from({ length: frames }, (_, t) => t).filter(() => rng.uniform() < share),
    stalls: rng.pick([0, 0, 0.1, 0.3, 0.6, 0.9]),
    seed: rng.uint32(),
  };
}
