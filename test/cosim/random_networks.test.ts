import { describe, expect, test, vi } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { cosimulateNetwork, type NetworkCosim } from '../../sim-verilator/network_cosim.ts';
import type { SimulatorName } from '../../sim-verilator/simulator.ts';
import { randomConvolutions, randomQuantized } from '../golden/random_quantized.ts';
import { describeNetworkDesign, type RandomNetworkDesign, randomNetworkDesign } from '../lib/random_network_design.ts';
import { randomSeeds } from '../lib/random_seeds.ts';

// ESEGEN_RANDOM_NETWORKS=200 runs 200 networks, ESEGEN_RANDOM_CONVOLUTIONS=30 as many of large convolutions; ESEGEN_RANDOM_SEED=17 begins at seed 17 and, alone, runs that one only.
const SEEDS = randomSeeds('ESEGEN_RANDOM_NETWORKS', 8);

// ESEGEN_VERILATOR_NETWORKS=20 runs seeds 1 to 20 on both simulators. 20 has its sequences in external memory.
const VERILATOR_SEEDS =
  process.env.ESEGEN_VERILATOR_NETWORKS === undefined ? [1, 20] : randomSeeds('ESEGEN_VERILATOR_NETWORKS', 0);

// Of networks whose convolutions are in blocks of positions.
const CONVOLUTION_SEEDS = randomSeeds('ESEGEN_RANDOM_CONVOLUTIONS', 1);

vi.setConfig({ maxConcurrency: 2 });

/** Text of a failure: the network and how to run it alone. */
function about(network: RandomNetworkDesign): string {
  const again = `ESEGEN_RANDOM_SEED=${network.seed} npx vitest run test/cosim/random_networks.test.ts`;
  return `${describeNetworkDesign(network)}\nto run it again: ${again}`;
}

async function expectExact(seed: number, simulator: SimulatorName, draw = randomQuantized): Promise<NetworkCosim> {
  const network = randomNetworkDesign(seed, draw);
  const { design, stalls, memory } = network;
  // Frames of large convolutions take long to come in.
  const utterances = draw === randomConvolutions ? network.utterances.slice(0, 1) : network.utterances;
  const result = await withNetworkDir(design, (dir) =>
    cosimulateNetwork(dir, design, utterances, { simulator, seed, stalls, memory }),
  ).catch((error: unknown) => {
    throw new Error(about(network), { cause: error });
  });
  const words = result.golden.flatMap((outputs) => [...outputs.values()]).reduce((sum, { length }) => sum + length, 0);
  expect(result.differences, about(network)).toEqual([]);
  expect(result, about(network)).toMatchObject({ mismatches: 0, comparedWords: words });
  return result;
}

describe('random networks are bit-exact', () => {
  describe.concurrent('on Icarus', () => {
    test.for(SEEDS)('seed %i', async (seed) => {
      await expectExact(seed, 'icarus');
    });
  });

  test('voices that start from others than zeros, each where its utterance starts: seed 28', async () => {
    const { sizes } = randomNetworkDesign(28).design;
    expect(sizes).toMatchObject({ channels: 4, startDepth: 16 });
    await expectExact(28, 'icarus');
  });

  describe.concurrent('with large convolutions, on Icarus', () => {
    test.for(CONVOLUTION_SEEDS)('seed %i', async (seed) => {
      await expectExact(seed, 'icarus', randomConvolutions);
    });
  });

  test.for(VERILATOR_SEEDS)('on Verilator, cycle for cycle as on Icarus: seed %i', async (seed) => {
    const fast = await expectExact(seed, 'verilator');
    const slow = await expectExact(seed, 'icarus');
    expect(fast.stats).toEqual(slow.stats);
    expect(fast.rtl).toEqual(slow.rtl);
  });
});
