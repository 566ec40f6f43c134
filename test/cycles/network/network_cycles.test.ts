import { describe, expect, test } from 'vitest';
import { withNetworkDir } from '../../../fixtures/network_dir.ts';
import { cosimulateNetwork } from '../../../sim-verilator/network_cosim.ts';
import { spreadSteps } from '../../../sim-verilator/stimuli.ts';
import { estimateNetworkCycles } from '../../../src/cycles/network/estimate.ts';
import { type NetworkInput, networkCycles } from '../../../src/cycles/network/network_cycles.ts';
import {
  describeNetworkDesign,
  type RandomNetworkDesign,
  randomNetworkDesign,
} from '../../lib/random_network_design.ts';

/** The frames of a random network as the bench gives them to its design. */
function inputOf({ design, utterances }: RandomNetworkDesign): NetworkInput {
  const { program, sizes } = design;
  const { name, elements } = program.inputs[0]!;
  const steps = utterances.map((inputs) => inputs.get(name)!.length / elements);
  if (sizes.utterance) return { utterances: steps };
  const places = spreadSteps(steps, sizes.channels);
  const batches = Array.from({ length: places.at(-1)!.batch + 1 }, () =>
    new Array<boolean>(sizes.channels).fill(false),
  );
  for (const { batch, channel } of places) batches[batch]![channel] = true;
  return { batches };
}

/**
 * Random networks: streaming with one and several channels, by utterance, replicated vectors, lanes in step; 8, 22 and 42 with weights in external
 * memory, of which a row takes several beats or the other way round.
 */
const SEEDS = [3, 8, 12, 14, 17, 22, 42];
/** External memory that does not keep up. */
const SLOW = { latency: 20, bandwidth: 0.5 };

describe('the cycle model of networks is exact', () => {
  test.each(SEEDS)('random network %i, every frame of it', async (seed) => {
    const network = randomNetworkDesign(seed);
    const { design, utterances } = network;
    const { stats, mismatches } = await withNetworkDir(design, (dir) =>
      cosimulateNetwork(dir, design, utterances, { simulator: 'icarus', seed, stalls: 0, memory: SLOW }),
    );
    const about = describeNetworkDesign(network);
    expect(mismatches, about).toBe(0);
    const expected = networkCycles(design, inputOf(network), SLOW).filter(({ last }) => last);
    // The bench counts from its reset, the model from the begin of the programs.
    const offset = stats[0]!.cycle - expected[0]!.cycle;
    expect(
      stats.map(({ cycle }) => cycle - offset),
      about,
    ).toEqual(expected.map(({ cycle }) => cycle));
  });
});

test('the estimate of a step or an utterance is that of the model, less bandwidth gives no fewer cycles', () => {
  for (let seed = 3; seed <= 8; seed++) {
    const { design } = randomNetworkDesign(seed);
    const { steps, cycles } = estimateNetworkCycles(design)!;
    const slow = estimateNetworkCycles(design, SLOW)!;
    expect(slow.cycles, `seed ${seed}`).toBeGreaterThanOrEqual(cycles);
    expect(cycles, `seed ${seed}`).toBeGreaterThan(0);
    expect(steps).toBe(design.sizes.utterance ? design.program.machine.maxSteps : 1);
  }
});
