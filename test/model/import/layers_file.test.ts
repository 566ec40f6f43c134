import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { elementsOf, stepsOf } from '../../../src/model/graph.ts';
import { parseLayersFile } from '../../../src/model/import/pytorch/layers_file.ts';
import { readLayersFile } from '../../../src/model/import/pytorch/read_layers.ts';
import { importModel } from '../../../src/model/import/read_model.ts';
import { type FloatTensor, writeSafetensors } from '../../../src/model/import/write_safetensors.ts';
import { FloatNetwork } from '../../../src/model/reference/float_network.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { Rng } from '../../../src/util/rng.ts';
import { checkGraph } from '../../lib/check_graph.ts';
import { normal } from './safetensors_fixture.ts';
import { evaluateSmall, SMALL, SMALL_LAYERS, smallTensors } from './small_network.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'esegen-layers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Tensors = Map<string, FloatTensor>;

/** Imports tensors with a layer file beside them. */
function importWith(tensors: Tensors, layers: unknown = SMALL_LAYERS) {
  const path = join(folder, 'm.safetensors');
  writeFileSync(path, writeSafetensors(tensors));
  writeFileSync(join(folder, 'm.layers.json'), typeof layers === 'string' ? layers : JSON.stringify(layers));
  return importModel(path).graph;
}

function refusal(change: (layers: { [key: string]: unknown }[], tensors: Tensors) => void): string {
  const layers = structuredClone(SMALL_LAYERS.layers) as unknown as { [key: string]: unknown }[];
  const tensors = smallTensors(1);
  change(layers, tensors);
  try {
    importWith(tensors, { ...SMALL_LAYERS, layers });
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message.replaceAll(`${folder}/`, '');
  }
  throw new Error('expected an EsegenError, nothing was thrown');
}

describe('a network of several modules', () => {
  test('computes what the modules compute, written down plainly', () => {
    for (const seed of [1, 2, 3]) {
      const tensors = smallTensors(seed);
      const graph = importWith(tensors);
      checkGraph(graph);
      expect(graph.outside, `seed ${seed}`).toEqual([]);
      const rng = new Rng(seed);
      const frames = Array.from({ length: 9 }, () => Array.from({ length: SMALL.bins }, () => rng.normal()));
      const x = { frames: 9, width: SMALL.bins, data: Float64Array.from(frames.flat()) };
      const expected = evaluateSmall(tensors, frames).flat();
      const [output] = new FloatNetwork(graph).run(new Map([['x', x]])).outputs.values();
      expect(output!.data.length).toBe(expected.length);
      expected.forEach((value, n) => {
        expect(output!.data[n], `seed ${seed}, value ${n}`).toBeCloseTo(value, 10);
      });
    }
  });

  test('may have time before space in its kernels', () => {
    const tensors = smallTensors(4);
    const turned = new Map(tensors);
    const { shape, data } = tensors.get('conv.0.weight')!;
    turned.set('conv.0.weight', {
      shape,
      data: Float32Array.from(data, (_, at) => data[Math.floor(at / 9) * 9 + (at % 3) * 3 + (Math.floor(at / 3) % 3)]!),
    });
    const layers = {
      ...SMALL_LAYERS,
      layers: SMALL_LAYERS.layers.map((entry) =>
        entry.kind === 'conv' ? { ...entry, axes: ['time', 'space'] } : entry,
      ),
    };
    expect(importWith(turned, layers).nodes).toEqual(importWith(tensors).nodes);
  });

  test('says the steps and sizes of its output', () => {
    const graph = importWith(smallTensors(1));
    const output = graph.tensors.get(graph.outputs[0]!.tensor)!;
    expect([elementsOf(output), stepsOf(output, 9), stepsOf(output, 10)]).toEqual([SMALL.classes, 5, 5]);
    expect(graph.outputs[0]!.axes).toEqual(['time', 'batch', 'shape']);
  });

  test('tensors of no layer are named, those of training alone are not', () => {
    const tensors = smallTensors(1);
    tensors.set('conv.1.num_batches_tracked', normal(new Rng(1), 1));
    tensors.set('aux.weight', normal(new Rng(1), 3));
    expect(importWith(tensors).outside).toEqual([{ name: 'aux.weight', reason: 'is a tensor of no layer' }]);
  });

  test('the last step alone makes one output an utterance', () => {
    const layers = [...SMALL_LAYERS.layers.slice(0, 5), { kind: 'pick', at: 'last' }, { kind: 'linear', name: 'fc' }];
    const graph = importWith(smallTensors(1), { ...SMALL_LAYERS, layers });
    expect(graph.outputs[0]!.axes).toEqual(['batch', 'shape']);
    expect(graph.tensors.get('fc')!.time).toBeNull();
  });

  test('the layer file of the examples is one', () => {
    const path = fileURLToPath(new URL('../../../examples/networks/ds2-p15.layers.json', import.meta.url));
    expect(readLayersFile(path).layers).toHaveLength(13);
  });
});

describe('refused', () => {
  test.each<[string, (layers: { [key: string]: unknown }[], tensors: Tensors) => void, string]>([
    [
      'an unknown kind',
      (l) => (l[2] = { kind: 'relu6' }),
      'm.layers.json: layers.2.kind: expected a layer whose kind is one of lstm, gru, linear, conv,',
    ],
    ['an unknown key', (l) => (l[2]!.max = 3), 'm.layers.json: layers.2.max: unknown key'],
    ['limits in the wrong order', (l) => (l[2]!.low = 2), 'm.layers.json: layers.2.low: expected low below high'],
    [
      'a stride of zero',
      (l) => (l[0]!.stride = 0),
      'm.layers.json: layers.0.stride: expected an integer from 1 to 1024, got 0',
    ],
    [
      'another number of strides',
      (l) => (l[0]!.stride = [2, 2, 2]),
      'm.layers.json: layers.0.stride: expected 2 numbers as there are axes, got 3',
    ],
    [
      'axes that do not fit the value',
      (l) => (l[0]!.axes = ['space', 'space']),
      'm.layers.json: layers.0.axes: expected "space" 1 times for values of the shape [1, 6], got 2',
    ],
    [
      'a kernel that is wider than its input',
      (_l, t) => {
        t.set('conv.0.weight', normal(new Rng(1), 2, 1, 9, 3));
      },
      'm.layers.json: layers.0: a kernel of 9 (dilation 1) is wider than the 6 positions with their padding',
    ],
    [
      'groups that do not divide',
      (l) => (l[0]!.groups = 3),
      'm.layers.json: layers.0.groups: 3 do not divide 1 channels and 2 outputs',
    ],
    [
      'a module that is not there',
      (l) => (l[3]!.name = 'rnns.7'),
      'm.safetensors: "rnns.7.": no tensor weight_ih_l0 or weight_ih stands behind this prefix',
    ],
    [
      'a GRU that is an LSTM',
      (l) => (l[3]!.kind = 'gru'),
      'm.layers.json: layers.3: expected a GRU, but "rnns.0" is an LSTM by the shape [12, 3] of "rnns.0.weight_hh_l0". A GRU has [3H, H]',
    ],
    [
      'two directions called one',
      (l) => (l[3]!.directions = 'forward'),
      'm.layers.json: layers.3.directions: "rnns.0" has two directions, got "forward"',
    ],
    [
      'a wrong size',
      (_l, t) => {
        t.set('rnns.0.weight_ih_l0', normal(new Rng(1), 12, 7));
      },
      'm.safetensors: "rnns.0.weight_ih_l0": expected shape [4H, I] = [12, 6], got [12, 7]',
    ],
    [
      'a negative variance',
      (_l, t) => {
        t.get('conv.1.running_var')!.data[1] = -2;
      },
      'm.safetensors: "conv.1.running_var": expected variances above zero, got -2 in channel 1 (eps 0.001)',
    ],
  ])('%s', (_, change, message) => {
    expect(refusal(change)).toContain(message);
  });

  test('all problems of a layer file come at once, and a key twice is one', () => {
    const where = 'net.layers.json';
    expect(() =>
      parseLayersFile({ layers: [{ kind: 'linear' }, { kind: 'pick', at: 'middle' }], extra: 1 }, where),
    ).toThrow(
      `${where}: layers.0.name: expected the prefix of its tensors, such as "rnns.0", got nothing\n` +
        `${where}: layers.1.at: expected "first" or "last", got "middle"\n${where}: extra: unknown key`,
    );
    expect(() => importWith(smallTensors(1), '{"layers": [], "layers": []}')).toThrow(
      'm.layers.json: holds the key "layers" twice',
    );
    expect(() =>
      parseLayersFile({ input: { shape: [1, 6], axes: ['time', 'shape'] }, layers: [{ kind: 'relu' }] }, where),
    ).toThrow(`${where}: input.axes: expected "shape" once for each size of shape`);
  });
});

test('500 changed layer files and 300 changed tensors give a graph that holds together or a clear error, seed 56', () => {
  const rng = new Rng(56);
  const text = JSON.stringify(SMALL_LAYERS);
  const words = text.split(/(?<=[,:[\]{}])/);
  const others = [
    '0',
    '-1',
    '1e9',
    '1024',
    'null',
    '"sum"',
    '"time"',
    '[]',
    '{}',
    '"rnns.1"',
    '"lstm"',
    '"linear"',
    '[2,2]',
    ',',
  ];
  const counts = { read: 0, refused: 0 };
  const attempt = (n: number, run: () => ReturnType<typeof importWith>) => {
    try {
      checkGraph(run());
      counts.read++;
    } catch (error) {
      if (!(error instanceof EsegenError)) throw new Error(`seed 56, file ${n}: ${error}`, { cause: error });
      expect(error.message.length, `seed 56, file ${n}`).toBeLessThan(4000);
      counts.refused++;
    }
  };
  for (let n = 0; n < 500; n++) {
    const changed = words.slice();
    for (let change = rng.integer(1, 2); change > 0; change--) {
      const at = rng.integer(0, words.length - 1);
      const end = /[,:[\]{}]$/.exec(words[at]!)?.[0] ?? '';
      changed[at] = rng.pick([rng.pick(others) + end, rng.pick(words), '']);
    }
    attempt(n, () => importWith(smallTensors(1), changed.join('')));
  }
  for (let n = 500; n < 800; n++) {
    const tensors = smallTensors(1);
    const name = rng.pick([...tensors.keys()]);
    if (rng.integer(0, 3) === 0) tensors.delete(name);
    else {
      const { shape } = tensors.get(name)!;
      const axis = rng.integer(0, shape.length - 1);
      tensors.set(name, normal(rng, ...shape.with(axis, Math.max(0, shape[axis]! + rng.integer(-2, 2)))));
    }
    attempt(n, () => importWith(tensors));
  }
  expect(counts.refused).toBeGreaterThan(400);
  expect(counts.read).toBeGreaterThan(20);
});

test('a layer file elsewhere is named by an option', () => {
  const path = join(folder, 'other.safetensors');
  writeFileSync(path, writeSafetensors(smallTensors(1)));
  expect(() => importModel(path)).toThrow('other.layers.json');
  const layers = join(folder, 'elsewhere.json');
  writeFileSync(layers, JSON.stringify(SMALL_LAYERS));
  expect(importModel(path, { layers }).graph.nodes).toHaveLength(12);
});
