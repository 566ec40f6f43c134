import { expect, test } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { cosimulateNetwork } from '../../sim-verilator/network_cosim.ts';
import { circulantDesign } from '../lib/circulant_design.ts';
import { randomSeeds } from '../lib/random_seeds.ts';

// ESEGEN_CIRCULANT_NETWORKS=150 runs 150 networks; ESEGEN_RANDOM_SEED=17 begins at seed 17 and, alone, runs that one only.
const SEEDS = randomSeeds('ESEGEN_CIRCULANT_NETWORKS', 8);

test.each(SEEDS)('block-circulant network %i is bit-exact on Icarus', async (seed) => {
  const { title, design, utterances, stalls } = circulantDesign(seed);
  const memory = { latency: 20, stalls: 0.2, bandwidth: 0.5 };
  expect(design.sizes.blocks.length, title).toBeGreaterThan(0);
  const { mismatches, differences, comparedWords } = await withNetworkDir(design, (dir) =>
    cosimulateNetwork(dir, design, utterances, { simulator: 'icarus', seed, stalls, memory }),
  ).catch((error: unknown) => {
    throw new Error(title, { cause: error });
  });
  expect(differences, title).toEqual([]);
  expect(mismatches, title).toBe(0);
  expect(comparedWords, title).toBeGreaterThan(0);
});
