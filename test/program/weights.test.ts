import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { createFrames } from '../../src/data/frames.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Graph } from '../../src/model/graph.ts';
import { countWeights } from '../../src/program/weights.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomGru, randomLstm, randomMatrix, randomVector } from '../lib/random_graph.ts';

const CONFIG = parseConfig({ array: { groups: 2, lanes: 4 } }, 'config');

function counted(graph: Graph) {
  const rng = new Rng(5);
  const inputs = graph.inputs.map(({ tensor }) => {
    const frames = createFrames(16, graph.tensors.get(tensor)!.shape[0]!);
    for (let n = 0; n < frames.data.length; n++) frames.data[n] = rng.normal();
    return [tensor, frames] as const;
  });
  return countWeights(compileNetwork(graph, CONFIG, [new Map(inputs)]).program);
}

describe('weights of a program', () => {
  test.each([true, false])('rows of zeros of a GRU are none, reset after the product: %s', (resetAfter) => {
    const graph = new GraphBuilder();
    const gru = randomGru({ inputs: 5, cells: 6, resetAfter, density: 1 }, new Rng(1));
    graph.output(graph.node(gru, [graph.input([5])]));
    const { weights, density } = counted(graph.build());
    expect(weights).toBe(3 * 6 * (5 + 6));
    expect(density).toBeGreaterThan(0.95);
  });

  test('of a sum of two directions are its ones, of a projected LSTM those of its matrices', () => {
    const rng = new Rng(2);
    const graph = new GraphBuilder();
    const x = graph.input([5]);
    const lstm = (reverse: boolean) => graph.node(randomLstm({ inputs: 5, cells: 6, density: 1, reverse }, rng), [x]);
    graph.output(graph.add([lstm(false), lstm(true)]));
    const { weights, density } = counted(graph.build());
    expect(weights).toBe(2 * 4 * 6 * (5 + 6) + 2 * 6);
    expect(density).toBeGreaterThan(0.95);
  });

  test('pruned ones count as weights', () => {
    const rng = new Rng(3);
    const graph = new GraphBuilder();
    const weight = randomMatrix(6, 10, rng, 0.5);
    graph.output(
      graph.node({ kind: 'linear', weight, bias: randomVector(6, rng), activation: null }, [graph.input([10])]),
    );
    const { weights, nonZeros } = counted(graph.build());
    expect(weights).toBe(60);
    expect(nonZeros).toBeLessThanOrEqual(weight.values.filter((value) => value !== 0).length);
    expect(nonZeros).toBeGreaterThan(0);
  });
});
