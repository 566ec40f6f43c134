import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../fixtures/graph_builder.ts';
import { randomGru, randomLstm, randomMatrix } from '../../../fixtures/random_weights.ts';
import { type Partition, partition } from '../../../src/compiler/passes/partition.ts';
import { simplify } from '../../../src/compiler/passes/simplify.ts';
import {
  type ConvLayer,
  ESE_CELL,
  type Graph,
  type LinearLayer,
  type LstmLayer,
  POINT_WINDOW,
} from '../../../src/model/graph.ts';
import { Rng } from '../../../src/util/rng.ts';

const rng = new Rng(7);

function lstm(inputs: number, cells: number, rest: Partial<LstmLayer> = {}): LstmLayer {
  return { ...randomLstm(rng, { inputs, cells, reverse: false }, null), cell: ESE_CELL, ...rest };
}

function linear(inputs: number, rows: number): LinearLayer {
  const weight = randomMatrix(rng, rows, inputs);
  return { kind: 'linear', weight, bias: new Float64Array(rows), activation: null };
}

function conv(channels: number, outputs: number, kernel: number): ConvLayer {
  const space = [{ ...POINT_WINDOW, kernel }];
  const weight = randomMatrix(rng, outputs, channels * kernel);
  const bias = new Float64Array(outputs);
  return { kind: 'conv', channels, groups: 1, weight, bias, space, time: POINT_WINDOW, activation: null };
}

/** Nodes of each part. */
function idsOf({ front, core, back }: Partition) {
  const ids = (graph: Graph | null) => graph?.nodes.map(({ id }) => id) ?? null;
  return { front: ids(front), core: ids(core), back: ids(back) };
}

describe('partition', () => {
  test('leaves a network without host layers as it is', () => {
    const builder = new GraphBuilder();
    builder.output(builder.node(lstm(4, 3), [builder.input([4])]));
    const graph = builder.build();
    expect(partition(graph)).toEqual({ front: null, core: graph, back: null });
  });

  test('gives the host what stands before its own layers, as a magnitude behind a convolution, and what stands behind', () => {
    const builder = new GraphBuilder();
    const padded = builder.host({ op: 'reflectPad', before: 2, after: 2 }, builder.input([1, 20]));
    // As large as all that follows: what decides is that a recurrent layer is the hardware's.
    const bins = builder.node(conv(1, 60, 4), [padded]);
    const magnitude = builder.host({ op: 'sqrt' }, builder.host({ op: 'square' }, bins));
    const small = builder.node(conv(60, 2, 21), [magnitude]);
    const cells = builder.node(lstm(2, 3), [builder.reshape(small, [2])]);
    const mean = builder.host({ op: 'mean', axes: [1] }, builder.reshape(cells, [3, 1]));
    builder.output(builder.host({ op: 'softmax', axis: 0 }, mean));
    const parts = partition(simplify(builder.build()));
    expect(idsOf(parts)).toEqual({
      front: ['reflectpad1', 'conv1', 'square1', 'sqrt1'],
      core: ['conv2', 'gather1', 'lstm1', 'gather2'],
      back: ['softmax1'],
    });
    expect(parts.front!.outputs.map(({ tensor }) => tensor)).toEqual(['t_sqrt1']);
    expect(parts.core.inputs.map(({ tensor }) => tensor)).toEqual(['t_sqrt1']);
    expect(parts.back!.outputs).toEqual(builder.build().outputs);
  });

  test('counts time from the inputs of a part', () => {
    const builder = new GraphBuilder();
    const time = { ...POINT_WINDOW, kernel: 3, stride: 2 };
    const frames = builder.node({ ...conv(1, 4, 1), time, weight: randomMatrix(rng, 4, 3) }, [builder.input([1, 5])]);
    builder.output(builder.node(lstm(20, 3), [builder.reshape(builder.host({ op: 'abs' }, frames), [20])]));
    const { front, core } = partition(builder.build());
    expect(front!.tensors.get('t_abs1')!.time).toEqual([time]);
    expect(core.tensors.get('t_abs1')!.time).toEqual([]);
    expect(core.tensors.get('t_lstm1')!.time).toEqual([]);
  });

  test('hands on what the last part needs of the first', () => {
    const builder = new GraphBuilder();
    const magnitude = builder.host({ op: 'abs' }, builder.input([4]));
    const mask = builder.node(linear(3, 4), [builder.node(lstm(4, 3), [magnitude])]);
    builder.output(builder.host({ op: 'multiply' }, magnitude, mask));
    const { front, core, back } = partition(builder.build());
    expect(front!.outputs.map(({ tensor }) => tensor)).toEqual(['t_abs1']);
    expect(core.outputs.map(({ tensor }) => tensor)).toEqual(['t_linear1']);
    expect(back!.inputs.map(({ tensor }) => tensor)).toEqual(['t_abs1', 't_linear1']);
  });

  test('names every node that the hardware cannot run, with its reason', () => {
    const builder = new GraphBuilder();
    const x = builder.input([4]);
    const first = builder.node(lstm(4, 3, { cell: { ...ESE_CELL, candidate: { kind: 'relu' }, couplesGates: true } }), [
      x,
    ]);
    const between = builder.host({ op: 'exp' }, first);
    const gru = {
      ...randomGru(rng, { inputs: 3, cells: 2, reverse: false }),
      gate: { kind: 'tanh' } as const,
      clip: 4,
    };
    const second = builder.node(gru, [between]);
    const third = builder.node(lstm(1, 2), [second]);
    builder.output(builder.activation({ kind: 'leakyRelu', alpha: 1.5 }, third));
    expect(() => partition(builder.build())).toThrow(
      [
        'model: node "node exp1" (exp): only the host computes it, and it stands before "node gru1" (gru), which the hardware is to run; cut the network with --from or --to',
        'model: node "node lstm1" (lstm): its candidate activation is relu, which is not bounded; the hardware has tanh',
        'model: node "node lstm1" (lstm): its input and forget gates are coupled (input_forget); the hardware computes both',
        'model: node "node gru1" (gru): its gate activation is tanh; the hardware has sigmoid and hard sigmoid',
        'model: node "node lstm2" (lstm): it takes 2 steps in each of the network\'s; the hardware takes one',
        'model: node "node activation1" (activation): expected a leaky ReLU of a slope between -1 and 1, got 1.5',
      ].join('\n'),
    );
  });

  test('refuses a clip that would show in a hard sigmoid, and takes one that does not', () => {
    const clipped = (clip: number) => {
      const builder = new GraphBuilder();
      const cell = { ...ESE_CELL, gate: { kind: 'hardSigmoid', alpha: 0.2, beta: 0.5 } as const, clip };
      builder.output(builder.node(lstm(4, 3, { cell }), [builder.input([4])]));
      return () => partition(builder.build());
    };
    expect(clipped(2.5)).not.toThrow();
    expect(clipped(2.4)).toThrow('its clip of 2.4 cuts the hard sigmoid of its gates before it ends');
  });

  test('refuses what has nothing for the hardware', () => {
    const builder = new GraphBuilder();
    builder.output(builder.host({ op: 'exp' }, builder.input([4])));
    expect(() => partition(builder.build())).toThrow(/^model: has no layer that the hardware could execute\./);
  });
});
