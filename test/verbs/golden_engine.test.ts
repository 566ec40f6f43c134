import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { describeNetwork, randomNetwork, randomUtterances } from '../../fixtures/random_network.ts';
import { randomLstm, randomMatrix, randomVector } from '../../fixtures/random_weights.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { createFrames, type Frames } from '../../src/data/frames.ts';
import { SignalNoise } from '../../src/data/signal_noise.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Graph, TensorId } from '../../src/model/graph.ts';
import { Rng } from '../../src/util/rng.ts';
import { floatEngine } from '../../src/verbs/run/engine.ts';
import { GoldenEngine } from '../../src/verbs/run/golden_engine.ts';

const CONFIG = parseConfig({ array: { lanes: 4 }, weightBits: 16, vectorBits: 16 }, 'test');

/** The golden engine of a network, calibrated on frames, and those as inputs. */
function engineFor(graph: Graph, utterances: readonly Frames[]) {
  const inputs = utterances.map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
  return { engine: new GoldenEngine(graph, compileNetwork(graph, CONFIG, inputs)), inputs };
}

/** Outputs that no layer of the hardware has as its own. */
const ODD_OUTPUTS: Readonly<Record<string, (given: OddNetwork) => readonly TensorId[]>> = {
  'behind an identity': ({ last, identity }) => [identity(last)],
  'a tensor and an identity of it': ({ last, lstm, identity }) => [
    identity(lstm),
    last,
    identity(identity(lstm)),
    lstm,
  ],
  'one tensor twice': ({ last }) => [last, last],
  'the input': ({ x, last }) => [x, last],
  'the input behind an identity': ({ x, last, identity }) => [last, identity(x)],
  'the input, and what the host makes of it': ({ builder, x, last }) => [x, builder.host({ op: 'exp' }, x), last],
  'an identity of what the host made': ({ builder, last, identity }) => [
    identity(builder.host({ op: 'softmax', axis: 0 }, last)),
    identity(last),
  ],
  constants: ({ builder, x, last }) => {
    const weight = { rows: 3, columns: 5, values: new Float64Array(15) };
    const bias = Float64Array.of(1, -0.5, 0);
    return [last, builder.node({ kind: 'linear', weight, bias, activation: null }, [x])];
  },
  'elements of the input in another order': ({ builder, x, last }) => [builder.gather(Int32Array.of(4, 0), x), last],
  'a step of an inner tensor': ({ builder, lstm, last }) => [builder.pick('last', lstm), last],
};

interface OddNetwork {
  readonly builder: GraphBuilder;
  readonly x: TensorId;
  readonly lstm: TensorId;
  readonly last: TensorId;
  /** An activation that changes nothing. */
  readonly identity: (tensor: TensorId) => TensorId;
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

  test('gives every output, whatever the passes made of its tensor', () => {
    const rng = new Rng(1);
    const none = { kind: 'clip', low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY } as const;
    for (const [name, outputsOf] of Object.entries(ODD_OUTPUTS)) {
      const builder = new GraphBuilder();
      const x = builder.input([5]);
      const lstm = builder.node(randomLstm(rng, { inputs: 5, cells: 6, reverse: false }, null), [x]);
      const weight = randomMatrix(rng, 4, 6);
      const last = builder.node({ kind: 'linear', weight, bias: randomVector(rng, 4, 0.3), activation: null }, [lstm]);
      const identity = (tensor: TensorId) => builder.activation(none, tensor);
      for (const tensor of outputsOf({ builder, x, lstm, last, identity })) builder.output(tensor);
      const graph = builder.build();
      const { engine, inputs } = engineFor(graph, randomUtterances(graph, 1));
      const exact = floatEngine(graph).run(inputs[0]!).outputs;
      const { outputs } = engine.run(inputs[0]!);
      expect([...outputs.keys()], name).toEqual([...exact.keys()]);
      for (const [tensor, { data, width }] of exact) {
        const own = outputs.get(tensor)!;
        expect([own.width, own.data.length], `${name}: ${tensor}`).toEqual([width, data.length]);
        for (const [n, value] of data.entries()) expect(own.data[n], `${name}: ${tensor}`).toBeCloseTo(value, 2);
      }
    }
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

  test('hands the right tensors on to the host, also where the file calls them alike', () => {
    const rng = new Rng(3);
    const builder = new GraphBuilder();
    const x = builder.input([5]);
    const parts = [false, true].map((reverse) =>
      builder.node(randomLstm(rng, { inputs: 5, cells: 4, reverse }, null), [x]),
    );
    builder.output(builder.host({ op: 'multiply' }, ...parts));
    const made = builder.build();
    const tensors = [...made.tensors.values()].map((tensor) => [tensor.id, { ...tensor, name: 'lstm' }] as const);
    const graph = { ...made, tensors: new Map(tensors) };
    const { engine, inputs } = engineFor(graph, randomUtterances(graph, 3));
    const exact = floatEngine(graph).run(inputs[0]!).outputs;
    for (const [tensor, { data }] of engine.run(inputs[0]!).outputs) {
      for (const [n, value] of exact.get(tensor)!.data.entries()) expect(data[n], tensor).toBeCloseTo(value, 2);
    }
  });

  test('takes utterances as long as the sequence memory, where a network runs by utterance', () => {
    const rng = new Rng(2);
    const builder = new GraphBuilder();
    const x = builder.input([3]);
    builder.output(builder.node(randomLstm(rng, { inputs: 3, cells: 4, reverse: true }, null), [x]));
    const graph = builder.build();
    const config = parseConfig({ array: { lanes: 2 }, sequence: { maxSteps: 9 } }, 'test');
    const utterance = (steps: number) => new Map([[x, createFrames(steps, 3)]]);
    const engine = new GoldenEngine(graph, compileNetwork(graph, config, [utterance(20)]));
    expect(engine.run(utterance(9)).outputs.size).toBe(1);
    expect(() => engine.run(utterance(10))).toThrow(
      'utterance: expected at most 9 steps, got 10. Cut it into parts, or give the config a larger sequence.maxSteps',
    );
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
