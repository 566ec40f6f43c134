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

describe('states', () => {
  test('kept from run to run, or given back, go on as in one run', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rng = new Rng(seed);
      const graph = randomQuantized(seed, { utterance: false });
      const program = lower(graph, randomMachine(rng));
      const frames = randomFrames(graph, rng, 9);
      const part = (from: number, to: number) =>
        new Map(
          program.inputs.map(({ name, elements }) => [name, frames.get(name)!.slice(from * elements, to * elements)]),
        );
      const whole = new GoldenNetwork(program).run(frames);
      const parts = new GoldenNetwork(program);
      const first = parts.run(part(0, 4));
      const other = new GoldenNetwork(program).run(part(4, 9), { states: first.states });
      const rest = parts.run(part(4, 9), { states: 'kept' });
      const windows = graph.nodes.some(
        ({ layer }) =>
          layer.kind === 'affine' && layer.sums.products.some(({ window }) => (window?.time.kernel ?? 1) > 1),
      );
      for (const { name } of program.outputs) {
        const joined = [...first.outputs.get(name)!, ...rest.outputs.get(name)!];
        expect(joined, `seed ${seed}, ${name}`).toEqual([...whole.outputs.get(name)!]);
        // Frames that a window looks back on are no states of the host.
        if (!windows) expect(other.outputs.get(name), `seed ${seed}, ${name}`).toEqual(rest.outputs.get(name));
      }
      expect(rest.states, `seed ${seed}`).toEqual(whole.states);
    }
  });

  test('of another size are refused, and so are inputs that are missing or have no whole frames', () => {
    const graph = randomQuantized(2, { utterance: false });
    const network = new GoldenNetwork(lower(graph, randomMachine(new Rng(2))));
    const frames = randomFrames(graph, new Rng(2), 3);
    const [state] = network.program.states;
    const wrong = new Map([[`${state!.node}.${state!.part}`, new Int16Array(99)]]);
    expect(() => network.run(frames, { states: wrong })).toThrow(/expected \d+ elements, got 99/);
    expect(() => network.run(new Map())).toThrow(/is missing/);
    const { name, elements } = network.program.inputs[0]!;
    expect(() => network.run(new Map([...frames, [name, new Int16Array(elements + 1)]]))).toThrow(/expected /);
  });
});
