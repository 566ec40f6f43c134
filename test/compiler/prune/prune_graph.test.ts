import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../fixtures/graph_builder.ts';
import { randomGru, randomLstm, randomMatrix } from '../../../fixtures/random_weights.ts';
import { configDensity } from '../../../src/compiler/prune/config_density.ts';
import { pruneGraph, pruneRecurrent } from '../../../src/compiler/prune/prune_graph.ts';
import { pruneLayer } from '../../../src/compiler/prune/prune_layer.ts';
import type { Config } from '../../../src/machine/config.ts';
import { machineOf } from '../../../src/machine/machine.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import type { Graph, LstmLayer, Matrix } from '../../../src/model/graph.ts';
import { stacked } from '../../../src/model/import/hardware_model.ts';
import { matricesOf, withMatrices } from '../../../src/model/matrices.ts';
import { Rng } from '../../../src/util/rng.ts';

/** Layers lstm1, gru1 and linear1, dense. */
function network(): Graph {
  const rng = new Rng(7);
  const builder = new GraphBuilder();
  const x = builder.input([10]);
  const lstm = builder.node(randomLstm(rng, { inputs: 10, cells: 16, reverse: false }, 12), [x]);
  const gru = builder.node(randomGru(rng, { inputs: 12, cells: 16, reverse: false }), [lstm]);
  const weight = randomMatrix(rng, 8, 16);
  builder.output(builder.node({ kind: 'linear', weight, bias: new Float64Array(8), activation: null }, [gru]));
  const graph = builder.build();
  const dense = (matrix: Matrix) => ({ ...matrix, values: Float64Array.from(matrix.values, () => rng.normal()) });
  const nodes = graph.nodes.map((node) => ({ ...node, layer: withMatrices(node.layer, (_, m) => dense(m)) }));
  return { ...graph, nodes };
}

function config(more: Record<string, unknown>): Config {
  return parseConfig({ array: { lanes: 4 }, ...more }, 'test');
}

/** Shares of the weights that are not zero, of each layer. */
function densities({ nodes }: Graph): Record<string, number> {
  return Object.fromEntries(
    nodes.map(({ id, layer }) => {
      const all = matricesOf(layer).flatMap(([, { values }]) => [...values]);
      return [id, Number((all.filter((value) => value !== 0).length / all.length).toFixed(1))];
    }),
  );
}

describe('a network pruned by a config', () => {
  test('has its density in the recurrent layers, and the densities of single layers in these', () => {
    const graph = network();
    expect(pruneGraph(graph, config({}))).toBe(graph);
    expect(densities(pruneGraph(graph, config({ density: 0.5 })))).toEqual({ lstm1: 0.5, gru1: 0.5, linear1: 1 });
    const layers = { gru1: { density: 0.2 }, linear1: { density: 0.3, weightBits: 16 } };
    const own = config({ density: 0.5, layers });
    expect(densities(pruneGraph(graph, own))).toEqual({ lstm1: 0.5, gru1: 0.2, linear1: 0.3 });
    expect(machineOf(own).weightBits).toBe(16);
  });

  test('keeps the masks of layers that have one', () => {
    const pruned = pruneRecurrent(network(), config({}), 0.4);
    expect(pruneGraph(pruned, config({ density: 0.1 }))).toBe(pruned);
    expect(densities(pruneRecurrent(pruned, config({}), 0.1))).toEqual({ lstm1: 0.1, gru1: 0.1, linear1: 1 });
  });

  test('has the weights of the single layer in its LSTM', () => {
    for (const encoding of ['ese', 'ese-padding-aware', 'column-balanced']) {
      const given = config({ density: { default: 0.3, ix: 0.1 }, encoding });
      const graph = { ...network(), nodes: network().nodes.slice(0, 1) };
      const layer = pruneGraph(graph, given).nodes[0]!.layer as LstmLayer;
      const single = pruneLayer(stacked(graph.nodes[0]!.layer as LstmLayer), given).layer;
      expect([...stacked(layer).weightX], encoding).toEqual([...single.weightX]);
      expect([...stacked(layer).weightR], encoding).toEqual([...single.weightR]);
      expect([...stacked(layer).weightP!], encoding).toEqual([...single.weightP!]);
    }
  });

  test('is refused where a density has no place', () => {
    expect(() => pruneGraph(network(), config({ layers: { conv1: { density: 0.5 } } }))).toThrow(
      'config: layers: gives "conv1" a density, which are no layers that pruning knows. It knows "lstm1", "gru1", "linear1"',
    );
    expect(() => pruneGraph(network(), config({ density: { ix: 0.5 } }))).toThrow('the matrix rx of a GRU');
    expect(configDensity(config({ density: { ix: 0.5 } }), network().nodes[0]!, 'fx')).toBe(1);
  });
});
