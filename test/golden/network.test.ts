import { describe, expect, test } from 'vitest';
import { lower } from '../../src/compiler/lower/lower.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import type { Machine } from '../../src/machine/machine.ts';
import { Rng } from '../../src/util/rng.ts';
import { plainNetwork } from './plain_network.ts';
import { randomFrames, randomQuantized } from './random_quantized.ts';

/** A small machine; few rows a tile, so that layers are cut now and then. */
function randomMachine(rng: Rng): Machine {
  const lanes = rng.pick([1, 2, 4]);
  return {
    ...{ channels: 1, groups: rng.pick([1, 2, 4]), lanes, elemLanes: rng.pick([1, 2]) },
    ...{ vectorBits: 16, weightBits: 12, indexBits: 4, tileRows: rng.pick([4, 8, 64]), maxSteps: 100 },
  };
}

function check(seed: number, utterance: boolean): void {
  const rng = new Rng(seed);
  const graph = randomQuantized(seed, { utterance });
  const network = new GoldenNetwork(lower(graph, randomMachine(rng)));
  if (!utterance) expect(network.program.mode).toBe('streaming');
  for (let run = 0; run < 2; run++) {
    const frames = randomFrames(graph, rng, rng.integer(8, 14));
    const { outputs } = network.run(frames);
    for (const [name, values] of plainNetwork(graph, frames)) {
      expect([...outputs.get(name)!], `seed ${seed}, run ${run}, ${name}`).toEqual([...values]);
    }
  }
}

describe('the golden model equals a plain evaluation', () => {
  test('of random streaming networks', () => {
    for (let seed = 1; seed <= 100; seed++) check(seed, false);
  });

  test('of random networks by utterance', () => {
    for (let seed = 1001; seed <= 1150; seed++) check(seed, true);
  });
});
