import { describe, expect, test } from 'vitest';
import type { Graph, GruLayer, LstmLayer } from '../../../src/model/graph.ts';
import { hardwareModel } from '../../../src/model/import/hardware_model.ts';
import { networkOfTensors, parseSafetensors } from '../../../src/model/import/safetensors.ts';
import { type FloatTensor, writeSafetensors } from '../../../src/model/import/write_safetensors.ts';
import type { LstmModel } from '../../../src/model/stacked_layer.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { Rng } from '../../../src/util/rng.ts';
import { checkGraph } from '../../lib/check_graph.ts';
import { fileOf, lstmTensors, normal, SIZES } from './safetensors_fixture.ts';

type Tensors = Map<string, FloatTensor>;

const importTensors = (tensors: Tensors): Graph =>
  networkOfTensors('m.safetensors', parseSafetensors(writeSafetensors(tensors), 'm.safetensors').tensors);

const read = (tensors: Tensors): LstmModel => hardwareModel('m.safetensors', importTensors(tensors));

/** Message of the refusal of the fixture's model after a change. */
function refusal(change: (tensors: Tensors) => void): string {
  const tensors = lstmTensors();
  change(tensors);
  try {
    read(tensors);
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message;
  }
  throw new Error('expected an EsegenError, nothing was thrown');
}

const rng = new Rng(3);
const { cells, inputs, outputs, classes } = SIZES;

describe('a projected LSTM with peepholes and output layer', () => {
  test('is read value by value', () => {
    const tensors = lstmTensors();
    const { layer, outputLayer } = read(tensors);
    const data = (name: string) => tensors.get(name)!.data;
    expect(layer).toMatchObject({ inputs, cells, outputs });
    expect(layer.weightX).toEqual(data('lstm.weight_ih_l0'));
    expect(layer.weightR).toEqual(data('lstm.weight_hh_l0'));
    expect(layer.weightP).toEqual(data('lstm.weight_hr_l0'));
    const sum = data('lstm.bias_ih_l0').map((value, row) => value + data('lstm.bias_hh_l0')[row]!);
    expect(Float32Array.from(layer.bias)).toEqual(sum);
    expect(layer.bias).toBeInstanceOf(Float64Array);
    expect(layer.peepholes).toEqual({
      i: data('lstm.weight_ci'),
      f: data('lstm.weight_cf'),
      o: data('lstm.weight_co_l0'),
    });
    expect(outputLayer).toEqual({ classes, weight: data('fc.weight'), bias: Float64Array.from(data('fc.bias')) });
  });

  test.each(['', 'lstm.', 'net.encoder.', 'a b/../'])('may stand behind the prefix %j', (prefix) => {
    expect(read(lstmTensors(prefix)).layer).toEqual(read(lstmTensors()).layer);
  });

  test('may stand in a wrapper, with its output layer beside it', () => {
    const tensors = new Map([...lstmTensors()].map(([name, tensor]) => [`module.${name}`, tensor]));
    expect(read(tensors)).toEqual(read(lstmTensors()));
  });
});

describe('optional parts', () => {
  test('without projection, P = H and the recurrent matrix is [4H, H]', () => {
    const tensors: Tensors = new Map([
      ['weight_ih_l0', normal(rng, 4 * cells, inputs)],
      ['weight_hh_l0', normal(rng, 4 * cells, cells)],
    ]);
    const { layer, outputLayer } = read(tensors);
    expect(layer).toMatchObject({ inputs, cells, outputs: cells, weightP: null, peepholes: null });
    expect(layer.bias).toEqual(new Float64Array(4 * cells));
    expect(outputLayer).toBeNull();
  });

  test('biases are summed in double precision', () => {
    const tensors = lstmTensors();
    const big = new Float32Array(4 * cells).fill(2 ** 24);
    tensors.set('lstm.bias_ih_l0', { shape: [4 * cells], data: big });
    tensors.set('lstm.bias_hh_l0', { shape: [4 * cells], data: new Float32Array(4 * cells).fill(1) });
    expect(read(tensors).layer.bias[0]).toBe(2 ** 24 + 1);
  });

  test('an output layer without bias gets zeros', () => {
    const tensors = lstmTensors();
    tensors.delete('fc.bias');
    expect(read(tensors).outputLayer!.bias).toEqual(new Float64Array(classes));
  });

  test('double precision is kept', () => {
    const tensors = lstmTensors();
    const { shape, data } = tensors.get('lstm.weight_ih_l0')!;
    tensors.set('lstm.weight_ih_l0', { shape, data: Float64Array.from(data, (value) => value + 1e-12) });
    expect(read(tensors).layer.weightX).toEqual(tensors.get('lstm.weight_ih_l0')!.data);
  });

  test('tensors of other modules are left alone, and named', () => {
    const tensors = lstmTensors();
    tensors.set('norm.weight', normal(rng, 3));
    tensors.set('lstmx', normal(rng, 3));
    expect(read(tensors)).toEqual(read(lstmTensors()));
    expect(importTensors(lstmTensors()).outside).toEqual([]);
    expect(importTensors(tensors).outside).toEqual([
      { name: 'lstmx', reason: 'is a tensor of no layer' },
      { name: 'norm.weight', reason: 'is a tensor of no layer' },
    ]);
  });

  test.each(['fc', 'linear', 'out', 'output', 'head', 'classifier', 'dense'])(
    'an output layer may be named %s',
    (name) => {
      const tensors = new Map([...lstmTensors()].map(([key, tensor]) => [key.replace(/^fc/, name), tensor]));
      expect(read(tensors)).toEqual(read(lstmTensors()));
    },
  );

  test('one cell, one input, one output', () => {
    const tensors: Tensors = new Map([
      ['weight_ih_l0', normal(rng, 4, 1)],
      ['weight_hh_l0', normal(rng, 4, 1)],
      ['weight_ci', normal(rng)],
      ['weight_cf', normal(rng, 1)],
      ['weight_co', normal(rng, 1, 1, 1)],
    ]);
    expect(read(tensors).layer).toMatchObject({ inputs: 1, cells: 1, outputs: 1 });
  });
});

describe('stacked layers and two directions', () => {
  const stacked = (): Tensors => {
    const tensors: Tensors = new Map();
    for (const [layer, width] of [[0, 3] as const, [1, 4] as const]) {
      for (const suffix of [`_l${layer}`, `_l${layer}_reverse`]) {
        tensors.set(`rnn.weight_ih${suffix}`, normal(rng, 20, width));
        tensors.set(`rnn.weight_hh${suffix}`, normal(rng, 20, 2));
        tensors.set(`rnn.weight_hr${suffix}`, normal(rng, 2, 5));
        tensors.set(`rnn.bias_ih${suffix}`, normal(rng, 20));
        tensors.set(`rnn.bias_hh${suffix}`, normal(rng, 20));
      }
    }
    tensors.set('fc.weight', normal(rng, 7, 4));
    return tensors;
  };

  test('are imported layer by layer, forward first', () => {
    const tensors = stacked();
    const graph = importTensors(tensors);
    checkGraph(graph);
    expect(graph.nodes.map(({ id, name, layer, inputs }) => [id, name, layer.kind, ...inputs])).toEqual([
      ['rnn0', 'rnn_l0', 'lstm', 'x'],
      ['rnn0_reverse', 'rnn_l0_reverse', 'lstm', 'x'],
      ['rnn0_concat', 'rnn_l0', 'concat', 'rnn0', 'rnn0_reverse'],
      ['rnn1', 'rnn_l1', 'lstm', 'rnn0_concat'],
      ['rnn1_reverse', 'rnn_l1_reverse', 'lstm', 'rnn0_concat'],
      ['rnn1_concat', 'rnn_l1', 'concat', 'rnn1', 'rnn1_reverse'],
      ['fc', 'fc', 'linear', 'rnn1_concat'],
    ]);
    for (const { name, layer } of graph.nodes) {
      if (layer.kind !== 'lstm') continue;
      const suffix = name.slice(3);
      expect(layer.reverse).toBe(suffix.endsWith('_reverse'));
      const data = (base: string) => tensors.get(`rnn.${base}${suffix}`)!.data;
      const { ix, fx, cx, ox } = layer.weights;
      expect([ix, fx, cx, ox].flatMap(({ values }) => [...values])).toEqual([...data('weight_ih')]);
      expect(layer.projection!.values).toEqual(data('weight_hr'));
      const [biasX, biasH] = [data('bias_ih'), data('bias_hh')];
      expect([...layer.bias.f]).toEqual([5, 6, 7, 8, 9].map((row) => biasX[row]! + biasH[row]!));
    }
  });

  test('are refused for the hardware by name', () => {
    expect(() => read(stacked())).toThrow(
      'm.safetensors: rnn0_reverse ("rnn_l0_reverse"): is another LSTM layer or direction, a design of one LSTM layer takes one\n' +
        'm.safetensors: rnn0_reverse ("rnn_l0_reverse"): runs in reverse direction\n' +
        'm.safetensors: rnn0_concat ("rnn_l0"): is a concatenation, which',
    );
    const both = new Map([...stacked()].filter(([name]) => !name.includes('_l1')));
    expect(() => read(both)).toThrow(
      'm.safetensors: rnn_reverse ("rnn_l0_reverse"): runs in reverse direction\nm.safetensors: rnn_concat ("rnn_l0"): is ' +
        'a concatenation, which a design of one LSTM layer does not have\nm.safetensors: fc: is a linear layer, which',
    );
  });
});

describe('a GRU', () => {
  const gru = (prefix: string, suffixes: readonly string[]): Tensors => {
    const tensors: Tensors = new Map();
    for (const suffix of suffixes) {
      tensors.set(`${prefix}weight_ih${suffix}`, normal(rng, 12, suffix.includes('1') ? 4 : 3));
      tensors.set(`${prefix}weight_hh${suffix}`, normal(rng, 12, 4));
      tensors.set(`${prefix}bias_ih${suffix}`, normal(rng, 12));
      tensors.set(`${prefix}bias_hh${suffix}`, normal(rng, 12));
    }
    return tensors;
  };

  test('has rows r, z, n, and keeps the two biases of n apart', () => {
    const tensors = gru('gru.', ['_l0', '_l1']);
    tensors.set('fc.weight', normal(rng, 2, 4));
    const graph = importTensors(tensors);
    checkGraph(graph);
    expect(graph.nodes.map(({ id }) => id)).toEqual(['gru0', 'gru1', 'fc']);
    const layer = graph.nodes[1]!.layer as GruLayer;
    const data = (name: string) => [...tensors.get(`gru.${name}_l1`)!.data];
    expect(layer).toMatchObject({ kind: 'gru', inputs: 4, cells: 4, resetAfter: true, reverse: false, initial: null });
    expect([...layer.weights.rx.values]).toEqual(data('weight_ih').slice(0, 16));
    expect([...layer.weights.zh.values]).toEqual(data('weight_hh').slice(16, 32));
    expect([...layer.weights.nx.values]).toEqual(data('weight_ih').slice(32));
    const sums = data('bias_ih').map((value, row) => value + data('bias_hh')[row]!);
    expect([...layer.bias.r, ...layer.bias.z]).toEqual(sums.slice(0, 8));
    expect([...layer.bias.n]).toEqual(data('bias_ih').slice(8));
    expect([...layer.bias.nh]).toEqual(data('bias_hh').slice(8));
  });

  test('may be a cell', () => {
    const graph = importTensors(gru('cell.', ['']));
    expect(graph.nodes.map(({ id, name, layer }) => [id, name, layer.kind])).toEqual([['cell', 'cell', 'gru']]);
    checkGraph(graph);
  });

  test('has no projection and no peepholes', () => {
    const tensors = gru('gru.', ['_l0']);
    tensors.set('gru.weight_ci', normal(rng, 4));
    expect(() => importTensors(tensors)).toThrow(
      '"gru.weight_ci": unknown tensor of the GRU, expected only weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0.',
    );
  });
});

test('the cell of an LSTM has the names without a number', () => {
  const tensors = new Map([...lstmTensors()].map(([name, tensor]) => [name.replace('_l0', ''), tensor]));
  const layer = importTensors(tensors).nodes[0]!.layer as LstmLayer;
  expect(layer).toEqual(importTensors(lstmTensors()).nodes[0]!.layer);
  tensors.set('lstm.weight_ih_l0', normal(rng, 20, 3));
  expect(() => importTensors(tensors)).toThrow('"lstm.": has the tensors of a cell and of a layer');
});

describe('refused', () => {
  test.each<[string, (tensors: Tensors) => void, string]>([
    [
      'a second layer that is not whole',
      (t) => t.set('lstm.weight_ih_l1', normal(rng, 20, 2)),
      'm.safetensors: "lstm.weight_hh_l1": missing, expected a tensor [4H, P]. Export the whole state_dict',
    ],
    [
      'a second layer that does not fit the first',
      (t) => {
        t.set('lstm.weight_ih_l1', normal(rng, 20, 3));
        t.set('lstm.weight_hh_l1', normal(rng, 20, 5));
      },
      'm.safetensors: "lstm.weight_ih_l1": expected shape [4H, I] = [20, 2], got [20, 3]. ' +
        'Check how the model was exported',
    ],
    [
      'a layer number out of range',
      (t) => t.set('lstm.weight_ih_l999999999999', normal(rng, 20, 2)),
      'm.safetensors: "lstm.": expected layers from 1 to 64, got 1000000000000. Choose a smaller model',
    ],
    [
      'a second direction that is not whole',
      (t) => t.set('lstm.weight_ih_l0_reverse', normal(rng, 20, 3)),
      'm.safetensors: "lstm.weight_hh_l0_reverse": missing, expected a tensor [4H, P]. Export the whole state_dict',
    ],
    [
      'two LSTMs',
      (t) => t.set('decoder.weight_ih_l0', normal(rng, 20, 3)),
      'm.safetensors: holds 2 recurrent modules, with the prefixes "decoder.", "lstm.", and names do not say how they are ' +
        'connected. Name the layers in m.layers.json (docs/model-format.md)',
    ],
    [
      'no LSTM',
      (t) => {
        for (const name of t.keys()) if (name.startsWith('lstm.')) t.delete(name);
      },
      "m.safetensors: expected tensors named like those of PyTorch's nn.LSTM or nn.GRU (weight_ih_l0, weight_hh_l0, …), " +
        'got "fc.bias", "fc.weight". Save the state_dict of a model that holds one, or name its layers in m.layers.json',
    ],
    [
      'an empty file',
      (t) => t.clear(),
      "m.safetensors: expected tensors named like those of PyTorch's nn.LSTM or nn.GRU (weight_ih_l0, weight_hh_l0, …), " +
        'got none. Save the state_dict of a model that holds one, or name its layers in m.layers.json',
    ],
    [
      'an unknown tensor of the LSTM',
      (t) => t.set('lstm.weight_cg', normal(rng, 5)),
      'm.safetensors: "lstm.weight_cg": unknown tensor of the LSTM, expected only weight_ih_l0, weight_hh_l0, ' +
        'bias_ih_l0, bias_hh_l0, weight_hr_l0, weight_ci_l0, weight_cf_l0, weight_co_l0. ' +
        'Rename or remove it; leaving it out silently would change what the layer computes',
    ],
    [
      'a missing matrix',
      (t) => t.delete('lstm.weight_hh_l0'),
      'm.safetensors: "lstm.weight_hh_l0": missing, expected a tensor [4H, P]. Export the whole state_dict',
    ],
    [
      'a wrong recurrent shape',
      (t) => t.set('lstm.weight_hh_l0', normal(rng, 20, 5)),
      'm.safetensors: "lstm.weight_hh_l0": expected shape [4H, P] = [20, 2], got [20, 5]. ' +
        'Check how the model was exported',
    ],
    [
      'a forgotten projection',
      (t) => t.delete('lstm.weight_hr_l0'),
      'm.safetensors: "lstm.weight_hh_l0": expected shape [4H, P] = [20, 5], got [20, 2]. ' +
        'Check how the model was exported',
    ],
    [
      'a wrong projection shape',
      (t) => t.set('lstm.weight_hr_l0', normal(rng, 2, 6)),
      'm.safetensors: "lstm.weight_hr_l0": expected shape [P, H] = [2, 5], got [2, 6]. ' +
        'Check how the model was exported',
    ],
    [
      'rows that are no multiple of 4',
      (t) => t.set('lstm.weight_ih_l0', normal(rng, 21, 3)),
      'm.safetensors: "lstm.weight_ih_l0": expected shape [4H, I], got 21 rows, which is not a multiple of 4. ' +
        'Check how the model was exported',
    ],
    [
      'a matrix of rank 3',
      (t) => t.set('lstm.weight_ih_l0', normal(rng, 20, 3, 1)),
      'm.safetensors: "lstm.weight_ih_l0": expected shape [4H, I], got [20, 3, 1]. Check how the model was exported',
    ],
    [
      'no inputs',
      (t) => t.set('lstm.weight_ih_l0', normal(rng, 20, 0)),
      'm.safetensors: "lstm.weight_ih_l0": expected I (inputs) from 1 to 4096, got 0. Check how the model was exported',
    ],
    [
      'too many inputs',
      (t) => t.set('lstm.weight_ih_l0', normal(rng, 20, 4097)),
      'm.safetensors: "lstm.weight_ih_l0": expected I (inputs) from 1 to 4096, got 4097. Choose a smaller model',
    ],
    [
      'no outputs',
      (t) => t.set('lstm.weight_hr_l0', normal(rng, 0, 5)),
      'm.safetensors: "lstm.weight_hr_l0": expected P (outputs) from 1 to 4096, got 0. Check how the model was exported',
    ],
    [
      'no classes',
      (t) => t.set('fc.weight', normal(rng, 0, 2)),
      'm.safetensors: "fc.weight": expected outputs from 1 to 65536, got 0. Check how the model was exported',
    ],
    [
      'a short bias',
      (t) => t.set('lstm.bias_hh_l0', normal(rng, 19)),
      'm.safetensors: "lstm.bias_hh_l0": expected shape [4H] = [20], got [19]. Check how the model was exported',
    ],
    [
      'a bias sum beyond the number range',
      (t) => {
        for (const name of ['lstm.bias_ih_l0', 'lstm.bias_hh_l0']) {
          t.set(name, { shape: [20], data: new Float64Array(20).fill(1.7e308) });
        }
      },
      'm.safetensors: "lstm.bias_ih_l0": the sum of its biases is not finite in row 0. Check the training run',
    ],
    [
      'two peepholes of three',
      (t) => t.delete('lstm.weight_cf'),
      'm.safetensors: "lstm.weight_cf_l0": missing, expected a tensor [H] (peepholes come as all three or none). ' +
        'Export the whole state_dict',
    ],
    [
      'a peephole matrix',
      (t) => t.set('lstm.weight_ci', normal(rng, 5, 5)),
      'm.safetensors: "lstm.weight_ci": expected shape [H] (peepholes come as all three or none) = [5], ' +
        'got [5, 5]. Check how the model was exported',
    ],
    [
      'a peephole under both names',
      (t) => t.set('lstm.weight_co', normal(rng, 5)),
      'm.safetensors: "lstm.weight_co": stands beside weight_co_l0, expected one of the two. Remove one',
    ],
    [
      'an output layer that does not fit',
      (t) => t.set('fc.weight', normal(rng, 4, 5)),
      'm.safetensors: "fc.weight": expected shape [outputs, inputs] = [4, 2], got [4, 5]. Check how the model was exported',
    ],
    [
      'an output bias alone',
      (t) => t.delete('fc.weight'),
      'm.safetensors: "fc.weight": missing, expected a tensor [outputs, inputs]. Export the whole state_dict',
    ],
    [
      'a value that is not a number',
      (t) => {
        t.get('lstm.weight_hh_l0')!.data[7] = Number.NaN;
      },
      'm.safetensors: "lstm.weight_hh_l0": value 7 (row-major) is NaN, expected only finite values. ' +
        'Check the training run for divergence and export the model again',
    ],
  ])('%s', (_, change, message) => {
    expect(refusal(change)).toBe(message);
  });

  test('a plain RNN', () => {
    const tensors: Tensors = new Map([
      ['weight_ih_l0', normal(rng, 8, 3)],
      ['weight_hh_l0', normal(rng, 8, 8)],
    ]);
    expect(() => read(tensors)).toThrow(
      'm.safetensors: "weight_hh_l0": shape [8, 8] is that of a plain RNN, which is not supported',
    );
  });

  test.each(['ih', 'hh'])('one of two biases', (kind) => {
    const other = kind === 'ih' ? 'hh' : 'ih';
    expect(refusal((tensors) => tensors.delete(`lstm.bias_${kind}_l0`))).toBe(
      `m.safetensors: "lstm.bias_${kind}_l0": missing, expected a tensor [4H]. Export the whole state_dict`,
    );
    expect(lstmTensors().has(`lstm.bias_${other}_l0`)).toBe(true);
  });

  test('two output layers', () => {
    const tensors = new Map([...lstmTensors()].map(([name, tensor]) => [`module.${name}`, tensor]));
    tensors.set('fc.weight', normal(rng, 4, 2));
    expect(() => read(tensors)).toThrow('"module.fc.weight": stands beside "fc.weight", expected one output layer');
  });

  test('integer weights', () => {
    const header = JSON.stringify({
      weight_ih_l0: { dtype: 'I32', shape: [4, 1], data_offsets: [0, 16] },
      weight_hh_l0: { dtype: 'I32', shape: [4, 1], data_offsets: [16, 32] },
    });
    const { tensors } = parseSafetensors(fileOf(header, 32), 'm');
    expect(() => networkOfTensors('m', tensors)).toThrow(
      'm: "weight_ih_l0": expected dtype F32, F64, F16 or BF16, got I32. ' +
        'Export the model with floating-point weights; esegen quantizes them itself',
    );
  });
});
