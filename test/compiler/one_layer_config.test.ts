import { expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { randomLstm, randomMatrix } from '../../fixtures/random_weights.ts';
import { compile } from '../../src/compiler/compile.ts';
import { oneLayerConfig } from '../../src/compiler/one_layer_config.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { ESE_CELL } from '../../src/model/graph.ts';
import { hardwareModel } from '../../src/model/import/hardware_model.ts';
import { Rng } from '../../src/util/rng.ts';

test('hardware for one layer has what the config says of that layer, and other layers are refused', () => {
  const rng = new Rng(1);
  const builder = new GraphBuilder();
  const plain = { cell: ESE_CELL, initial: null } as const;
  const one = { ...randomLstm(rng, { inputs: 3, cells: 4, reverse: false }, null), ...plain };
  const lstm = builder.node(one, [builder.input([3])]);
  const weight = randomMatrix(rng, 2, 4);
  builder.output(builder.node({ kind: 'linear', weight, bias: new Float64Array(2), activation: null }, [lstm]));
  const graph = builder.build();
  const parsed = (layers?: Record<string, unknown>) =>
    parseConfig({ array: { lanes: 2 }, density: 0.5, ...(layers === undefined ? {} : { layers }) }, 'test');
  expect(oneLayerConfig(graph, parsed())).toEqual(parsed());
  const own = oneLayerConfig(graph, parsed({ lstm1: { weightBits: 6, density: 0.25 } }));
  expect(own).toMatchObject({ weightBits: 6, density: { ix: 0.25, or: 0.25, ym: 0.25 } });
  expect(own.layers).toBeUndefined();
  expect(oneLayerConfig(graph, parsed({ lstm1: {} }))).toMatchObject({ weightBits: 12, density: { ix: 0.5 } });
  const { layer } = hardwareModel('test', graph);
  const named = parsed({ lstm1: { weightBits: 6 } });
  expect(() => compile(layer, named, randomCalibration(3))).toThrow('config: layers: names layers of a network');
  expect(compile(layer, oneLayerConfig(graph, named), randomCalibration(3)).design.formats.weightBits).toBe(6);
  expect(() => oneLayerConfig(graph, parsed({ lstm1: { block: 8 } }))).toThrow(
    'layer lstm1: the config demands blocks of 8, and its matrices are not block-circulant',
  );
  expect(() => oneLayerConfig(graph, parsed({ linear1: { weightBits: 8 }, rnn7: { weightBits: 8 } }))).toThrow(
    'config: layers: names "linear1", "rnn7", which the hardware does not compute. The hardware of this model is the layer "lstm1"',
  );
});
