import { describe, expect, test } from 'vitest';
import { describeNetwork, randomNetwork, randomUtterances } from '../../fixtures/random_network.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import type { Frames } from '../../src/data/frames.ts';
import { SignalNoise } from '../../src/data/signal_noise.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Graph } from '../../src/model/graph.ts';
import { floatEngine } from '../../src/verbs/run/engine.ts';
import { GoldenEngine } from '../../src/verbs/run/golden_engine.ts';

const CONFIG = parseConfig({ array: { lanes: 4 }, weightBits: 16, vectorBits: 16 }, 'test');

/** The golden engine of a network, calibrated on frames, and those as inputs. */
function engineFor(graph: Graph, utterances: readonly Frames[]) {
  const inputs = utterances.map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
  return { engine: new GoldenEngine(graph, compileNetwork(graph, CONFIG, inputs)), inputs };
}

describe('the golden model with what the host computes around it', () => {
  test('is close to the float reference on random networks of all layers', () => {
    const all = new SignalNoise();
    for (let seed = 0; seed < 16; seed++) {
      const graph = randomNetwork(seed);
      const { engine, inputs } = engineFor(graph, randomUtterances(graph, seed));
      const float = floatEngine(graph);
      for (const given of inputs) {
        const exact = float.run(given).outputs;
        const { outputs } = engine.run(given);
        expect([...outputs.keys()]).toEqual([...exact.keys()]);
        for (const [tensor, { data }] of exact) {
          const own = new SignalNoise();
          own.add(data, outputs.get(tensor)!.data);
          all.add(data, outputs.get(tensor)!.data);
          expect(own.relative, `seed ${seed}: ${tensor} of ${describeNetwork(graph)}`).toBeLessThan(0.2);
        }
      }
    }
    expect(all.db).toBeGreaterThan(40);
  });

  test('goes on from the states it ended with', () => {
    for (const seed of [3, 5, 8, 11]) {
      const graph = randomNetwork(seed, { utterance: false });
      const [frames] = randomUtterances(graph, seed, 1);
      const { engine, inputs } = engineFor(graph, [frames!]);
      const whole = engine.run(inputs[0]!).outputs;
      const cut = (from: number, to: number) => {
        const { width, data } = frames!;
        return new Map([
          [graph.inputs[0]!.tensor, { frames: to - from, width, data: data.slice(from * width, to * width) }],
        ]);
      };
      const first = engine.run(cut(0, 4));
      const second = engine.run(cut(4, frames!.frames), { states: first.states });
      for (const [tensor, { data }] of whole) {
        const joined = [...first.outputs.get(tensor)!.data, ...second.outputs.get(tensor)!.data];
        expect(joined, `seed ${seed}: ${describeNetwork(graph)}`).toEqual([...data]);
      }
    }
  });

  test('counts what saturates', () => {
    const graph = randomNetwork(1, { host: false });
    const [frames] = randomUtterances(graph, 1, 1);
    const { engine, inputs } = engineFor(graph, [frames!]);
    engine.run(inputs[0]!);
    const key = `input "${graph.inputs[0]!.name}"`;
    expect(engine.saturated.get(key)).toEqual({ values: frames!.data.length, saturated: expect.any(Number) });
    const before = engine.saturated.get(key)!.saturated;
    const loud = { ...frames!, data: frames!.data.map((value) => 1000 * value) };
    engine.run(new Map([[graph.inputs[0]!.tensor, loud]]));
    expect(engine.saturated.get(key)!.saturated).toBeGreaterThan(before + loud.data.length / 2);
  });
});
