import { type Config, ENCODINGS, MATRICES } from '../../src/machine/config.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Rng } from '../../src/util/rng.ts';

/** Most multipliers of an array with several channels or groups, in most designs: what simulates in a second or two. */
const MULTIPLIERS = 64;

/** Channels, groups and lanes: one in three a single voice without groups. Seldom more than 64 multipliers. */
function randomArray(rng: Rng): Config['array'] {
  if (rng.uniform() < 0.02) return { channels: 1, groups: 1, lanes: 128 };
  if (rng.uniform() < 0.3) return { channels: 1, groups: 1, lanes: 2 ** rng.integer(0, 5) };
  const most = rng.uniform() < 0.03 ? 2 * MULTIPLIERS : MULTIPLIERS;
  const lanes = 2 ** rng.integer(0, 4);
  const groups = Math.min(rng.uniform() < 0.05 ? 32 : 2 ** rng.integer(0, 3), most / lanes);
  const channels = Math.min(2 ** rng.integer(0, 3), most / (lanes * groups));
  return rng.uniform() < 0.5 ? { channels, groups, lanes } : { channels: groups, groups: channels, lanes };
}

/** Sizes of a layer. */
type Sizes = Pick<Config['maximum'], 'inputs' | 'cells' | 'outputs'>;

/** Memories made for a larger model than that of `sizes`, in one design of three; without them, all 0. */
export function randomMaximum(rng: Rng, { inputs, cells, outputs }: Sizes): Config['maximum'] {
  if (rng.uniform() < 0.67) return { inputs: 0, cells: 0, outputs: 0, words: 0 };
  const more = (size: number) => rng.pick([0, size, size + 1, size + rng.integer(0, 40), 3 * size]);
  return { inputs: more(inputs), cells: more(cells), outputs: more(outputs), words: rng.pick([0, 0, 100, 1000]) };
}

/** Densities of the sub-matrices, each its own. */
export function randomDensities(rng: Rng): Config['density'] {
  const all = MATRICES.map((matrix) => [matrix, rng.pick([1, 0.7, 0.4, 0.1, 0])]);
  return Object.fromEntries(all) as Config['density'];
}

/** A random valid config. */
export function randomConfig(rng: Rng): Config {
  const array = randomArray(rng);
  const elemLanes = 2 ** rng.integer(0, Math.log2(array.lanes));
  const settings = {
    name: rng.pick(['ese_lstm', 'lstm', 'x1']),
    array,
    elemLanes,
    outputBeat: rng.uniform() < 0.5 ? 1 : 2 ** rng.integer(0, 3),
    fifoDepth: rng.pick([1, 2, 3, 5, 8, 16, rng.integer(1, 64)]),
    indexBits: rng.pick([2, 3, 4, 6, rng.integer(2, 10)]),
    weightBits: rng.pick([4, 8, 12, 16, rng.integer(4, 16)]),
    vectorBits: rng.pick([8, 16, 16, rng.integer(8, 16)]),
    accumulatorBits: rng.uniform() < 0.6 ? 'exact' : rng.integer(12, 48),
    encoding: rng.pick(ENCODINGS),
    weights: rng.pick(['onchip', 'dram', 'dram']),
    memoryBusBits: 2 ** rng.integer(6, 10),
    density: rng.pick([1, 0.5, 0.3, 0.1, 0]),
    tables: { sigmoidRange: 2 ** rng.integer(0, 4), tanhRange: 2 ** rng.integer(0, 4) },
    accumulatorMemory: rng.pick(['auto', 'block', 'distributed', 'split', 'split']),
  };
  // Lanes work in step with weights on chip only.
  const activationQueue = settings.weights === 'onchip' ? rng.pick(['lane', 'group']) : 'lane';
  return parseConfig({ ...settings, activationQueue }, 'random config');
}
