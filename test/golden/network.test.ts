import { describe, expect, test } from 'vitest';
import { lower } from '../../src/compiler/lower/lower.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import { Rng } from '../../src/util/rng.ts';
import { plainNetwork } from './plain_network.ts';
import { randomFrames, randomMachine, randomQuantized } from './random_quantized.ts';

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
