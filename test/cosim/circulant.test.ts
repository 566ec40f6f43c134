import { expect, test } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { cosimulateNetwork } from '../../sim-verilator/network_cosim.ts';
import { networkCycles } from '../../src/cycles/network/network_cycles.ts';
import { circulantDesign } from '../lib/circulant_design.ts';
import { networkInput } from '../lib/network_input.ts';
import { randomSeeds } from '../lib/random_seeds.ts';

// ESEGEN_CIRCULANT_NETWORKS=150 runs 150 networks; ESEGEN_RANDOM_SEED=17 begins at seed 17 and, alone, runs that one only.
const SEEDS = randomSeeds('ESEGEN_CIRCULANT_NETWORKS', 2);
const MEMORY = { latency: 20, bandwidth: 0.5 };

test.each(SEEDS)('block-circulant network %i on Icarus: bit-exact, and in the cycles of the model', async (seed) => {
  const network = circulantDesign(seed);
  const { title, design, utterances, stalls } = network;
  const memory = { ...MEMORY, stalls: 0 };
  const { mismatches, differences, comparedWords, stats } = await withNetworkDir(design, (dir) =>
    cosimulateNetwork(dir, design, utterances, { simulator: 'icarus', seed, stalls, memory }),
  ).catch((error: unknown) => {
    throw new Error(title, { cause: error });
  });
  expect(differences, title).toEqual([]);
  expect(mismatches, title).toBe(0);
  expect(comparedWords, title).toBeGreaterThan(0);
  if (stalls > 0) return;
  const expected = networkCycles(design, networkInput(network.design, network.utterances), MEMORY).filter(
    ({ last }) => last,
  );
  expect(
    stats.map(({ cycle }) => cycle),
    title,
  ).toEqual(expected.map(({ cycle }) => cycle));
});
