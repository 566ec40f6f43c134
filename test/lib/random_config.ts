import { type Config, parseConfig } from '../../src/config.ts';
import type { Rng } from '../../src/rng.ts';

/** A random valid config. Most have up to 32 lanes; a few have 128. */
export function randomConfig(rng: Rng): Config {
  const lanes = rng.uniform() < 0.02 ? 128 : 2 ** rng.integer(0, 5);
  const elemLanes = 2 ** rng.integer(0, Math.log2(lanes));
  return parseConfig(
    {
      name: rng.pick(['ese_lstm', 'lstm', 'x1']),
      array: { lanes },
      elemLanes,
      fifoDepth: rng.pick([1, 2, 3, 5, 8, 16, rng.integer(1, 64)]),
      indexBits: rng.pick([2, 3, 4, 6, rng.integer(2, 10)]),
      weightBits: rng.pick([4, 8, 12, 16, rng.integer(4, 16)]),
      vectorBits: rng.pick([8, 16, 16, rng.integer(8, 16)]),
      accumulatorBits: rng.uniform() < 0.6 ? 'exact' : rng.integer(12, 48),
      density: rng.pick([1, 1, 0.5, 0.1, 0]),
      tables: { sigmoidRange: 2 ** rng.integer(0, 4), tanhRange: 2 ** rng.integer(0, 4) },
      accumulatorMemory: rng.pick(['auto', 'block', 'distributed']),
    },
    'random config',
  );
}
