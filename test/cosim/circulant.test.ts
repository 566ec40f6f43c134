import { expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { cosimulateNetwork } from '../../sim-verilator/network_cosim.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { projectGraph } from '../../src/compiler/prune/circulant.ts';
import { networkCycles } from '../../src/cycles/network/network_cycles.ts';
import { createFrames } from '../../src/data/frames.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';
import { circulantDesign } from '../lib/circulant_design.ts';
import { networkInput } from '../lib/network_input.ts';
import { randomLstm, randomVector } from '../lib/random_graph.ts';
import { randomSeeds } from '../lib/random_seeds.ts';

// ESEGEN_CIRCULANT_NETWORKS=150 runs 150 networks; ESEGEN_RANDOM_SEED=17 begins at seed 17 and, alone, runs that one only.
const SEEDS = randomSeeds('ESEGEN_CIRCULANT_NETWORKS', 2);
/** Icarus is slow with large arrays. */
const PES = 32;
const MEMORY = { latency: 20, bandwidth: 0.5 };

test.each(SEEDS)('block-circulant network %i on Icarus: bit-exact, and in the cycles of the model', async (seed) => {
  const network = circulantDesign(seed, PES);
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

test('a projection follows last cells in quarters of a round, whose rows are turned against each other by their kind', async () => {
  const rng = new Rng(5);
  const builder = new GraphBuilder();
  const layer = randomLstm({ inputs: 12, cells: 64, outputs: 16, peepholes: true }, rng);
  const initial = { y: randomVector(16, rng), c: randomVector(64, rng) };
  builder.output(builder.node({ ...layer, initial }, [builder.input([12])]));
  const { graph } = projectGraph(builder.build(), () => 8);
  const [{ tensor, name }] = graph.inputs as [(typeof graph.inputs)[0]];
  const calibration = createFrames(24, 12);
  for (let n = 0; n < calibration.data.length; n++) calibration.data[n] = rng.normal();
  const config = parseConfig(
    {
      ...{ name: 'quarters', array: { groups: 2, lanes: 8 }, elemLanes: 8, activationQueue: 'group' },
      ...{ indexBits: 0, weightBits: 12, vectorBits: 16 },
    },
    'config',
  );
  const { program } = compileNetwork(graph, config, [new Map([[tensor, calibration]])]);
  expect(program.segments.filter(({ kindsTurned }) => kindsTurned).map(({ rows }) => rows)).toEqual([96, 96, 32, 32]);
  const design = networkDesign(program, config);
  const input = Int16Array.from({ length: 3 * 12 }, () => rng.integer(-9000, 9000));
  const { mismatches, differences, stats } = await withNetworkDir(design, (dir) =>
    cosimulateNetwork(dir, design, [new Map([[name, input]])], { simulator: 'icarus', seed: 1, stalls: 0 }),
  );
  expect(differences).toEqual([]);
  expect(mismatches).toBe(0);
  const batches = new Array<boolean[]>(3).fill([true]);
  const expected = networkCycles(design, { batches }).filter(({ last }) => last);
  expect(stats.map(({ cycle }) => cycle)).toEqual(expected.map(({ cycle }) => cycle));
});
