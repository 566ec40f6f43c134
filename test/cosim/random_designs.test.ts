import { describe, expect, test, vi } from 'vitest';
import type { CosimResult } from '../../sim-verilator/cosimulate.ts';
import type { SimulatorName } from '../../sim-verilator/simulator.ts';
import { batches } from '../../sim-verilator/stimuli.ts';
import { describeDesign, type RandomDesign, randomDesign } from '../lib/random_design.ts';
import { randomSeeds } from '../lib/random_seeds.ts';
import { runDesign } from '../lib/run_design.ts';

// ESEGEN_RANDOM_DESIGNS=200 runs 200 designs; ESEGEN_RANDOM_SEED=17 begins at seed 17 and, alone, runs that one only.
const SEEDS = randomSeeds('ESEGEN_RANDOM_DESIGNS', 9);

/** Designs for Verilator, 4 x 4 x 2, weights in external memory: with projection and peepholes, and with neither. */
const VERILATOR_SEEDS = [784, 354];

vi.setConfig({ maxConcurrency: 2 });

/** Text of a failure: the design and how to run it alone. */
function about(design: RandomDesign): string {
  const again = `ESEGEN_RANDOM_SEED=${design.seed} npx vitest run test/cosim/random_designs.test.ts`;
  return `${describeDesign(design)}\nto run it again: ${again}`;
}

async function expectExact(seed: number, simulator: SimulatorName): Promise<CosimResult> {
  const design = randomDesign(seed);
  const result = await runDesign(design, simulator).catch((error: unknown) => {
    throw new Error(about(design), { cause: error });
  });
  const { stimuli } = design.run;
  const words = stimuli.order.length * design.compilation.design.dimensions.outputs;
  const found = [...result.differences, ...(result.inside === null ? [] : [result.inside])];
  expect(found, about(design)).toEqual([]);
  expect(result, about(design)).toMatchObject({ mismatches: 0, comparedWords: words, frames: batches(stimuli).length });
  return result;
}

describe('random designs are bit-exact', () => {
  describe.concurrent('on Icarus', () => {
    test.for(SEEDS)('seed %i', async (seed) => {
      await expectExact(seed, 'icarus');
    });
  });

  test.for(VERILATOR_SEEDS)('on Verilator, cycle for cycle as on Icarus: seed %i', async (seed) => {
    const fast = await expectExact(seed, 'verilator');
    const slow = await expectExact(seed, 'icarus');
    expect(fast.stats).toEqual(slow.stats);
    expect(fast.rtl).toEqual(slow.rtl);
  });
});
