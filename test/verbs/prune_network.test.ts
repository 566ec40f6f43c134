import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENCODINGS } from '../../src/machine/config.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Graph, GruLayer, LstmLayer } from '../../src/model/graph.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { withSafetensors } from '../../src/model/import/safetensors_file.ts';
import { type FloatTensor, writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { matricesOf } from '../../src/model/matrices.ts';
import { FloatNetwork } from '../../src/model/reference/float_network.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { masksPath, prune } from '../../src/verbs/prune.ts';
import { normal } from '../model/import/safetensors_fixture.ts';
import { SMALL_LAYERS, smallTensors } from '../model/import/small_network.ts';

let root: string;
let model: string;
let out: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen prune-'));
  model = join(root, 'dense.safetensors');
  out = join(root, 'pruned.safetensors');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const LANES = 4;
const CELLS = 12;

function config(encoding = 'ese') {
  return parseConfig({ array: { groups: 2, lanes: LANES }, encoding }, 'test');
}

/** Two GRU layers in both directions and a linear layer. */
function gruTensors(): Map<string, FloatTensor> {
  const rng = new Rng(8);
  const tensors = new Map<string, FloatTensor>([['fc.weight', normal(rng, 8, 2 * CELLS)]]);
  for (const [number, inputs] of [10, 2 * CELLS].entries()) {
    for (const suffix of [`_l${number}`, `_l${number}_reverse`]) {
      tensors.set(`rnn.weight_ih${suffix}`, normal(rng, 3 * CELLS, inputs));
      tensors.set(`rnn.weight_hh${suffix}`, normal(rng, 3 * CELLS, CELLS));
      tensors.set(`rnn.bias_ih${suffix}`, normal(rng, 3 * CELLS));
      tensors.set(`rnn.bias_hh${suffix}`, normal(rng, 3 * CELLS));
    }
  }
  return tensors;
}

function shares(graph: Graph): Map<string, number> {
  return new Map(
    graph.nodes.flatMap(({ id, layer }) =>
      matricesOf(layer).map(([name, { values }]): [string, number] => {
        const kept = Array.from(values).filter((value) => value !== 0).length;
        return [`${id}.${name}`, kept / values.length];
      }),
    ),
  );
}

describe('GRU layers in both directions', () => {
  test.each(ENCODINGS)(
    '%s: every lane of every gate keeps as many weights, and the masks are those of the file',
    (encoding) => {
      writeFileSync(model, writeSafetensors(gruTensors()));
      const densities = new Map([['default', 0.25]]);
      const { matrices, imbalance } = prune({ model, config: config(encoding), densities, out });
      expect(matrices.map(({ layer, name }) => `${layer}.${name}`)).toContain('rnn1_reverse.nh');
      expect(matrices).toHaveLength(4 * 6);
      // A matrix of the first layer has 30 weights a lane, which are dealt to two groups.
      expect(imbalance).toBeLessThan(1.15);
      const { graph } = importModel(out);
      for (const { id, layer } of graph.nodes) {
        if (layer.kind !== 'gru') continue;
        for (const [name, { rows, columns, values }] of matricesOf(layer)) {
          const lanes = new Array<number>(LANES).fill(0);
          for (let row = 0; row < rows; row++) {
            for (let column = 0; column < columns; column++) {
              if (values[row * columns + column] !== 0) lanes[row % LANES]!++;
            }
          }
          const expected = Math.ceil((rows / LANES) * columns * 0.25);
          expect(lanes, `${id}.${name}`).toEqual(new Array(LANES).fill(expected));
        }
      }
      expect(shares(graph).get('fc.w')).toBe(1);
      withSafetensors(masksPath(out), ({ tensors }) => {
        const kinds = ['_l0', '_l0_reverse', '_l1', '_l1_reverse'].flatMap((s) => [`hh${s}`, `ih${s}`]);
        expect([...tensors.keys()].toSorted()).toEqual(kinds.map((kind) => `mask.rnn.weight_${kind}`).toSorted());
        expect(tensors.get('mask.rnn.weight_ih_l1')!.shape).toEqual([3 * CELLS, 2 * CELLS]);
      });
      expect(existsSync(join(root, 'pruned.layers.json'))).toBe(false);
    },
  );

  test('have densities by layer and by matrix, the narrowest name first; linear layers only by name', () => {
    writeFileSync(model, writeSafetensors(gruTensors()));
    const densities = new Map([
      ['default', 0.5],
      ['rnn1', 0.25],
      ['nh', 0.75],
      ['rnn1_reverse.zx', 0],
      ['fc', 0.5],
    ]);
    prune({ model, config: config(), densities, out });
    const kept = shares(importModel(out).graph);
    expect(kept.get('rnn0.rx')).toBeCloseTo(0.5, 1);
    expect(kept.get('rnn0.nh')).toBe(0.75);
    expect(kept.get('rnn1.nh')).toBe(0.25);
    expect(kept.get('rnn1_reverse.rx')).toBe(0.5);
    expect(kept.get('rnn1_reverse.zx')).toBe(0);
    expect(kept.get('fc.w')).toBe(0.5);
  });

  test('are from 0 to 1, by the option that says them', () => {
    writeFileSync(model, writeSafetensors(gruTensors()));
    for (const [name, option] of [
      ['default', '--density'],
      ['rnn0', '--per-matrix'],
    ] as const) {
      const densities = new Map([[name, 2]]);
      expect(() => prune({ model, config: config(), densities, out })).toThrow(`${option}: expected densities from 0`);
    }
  });

  test('need densities that say what a GRU has', () => {
    writeFileSync(model, writeSafetensors(gruTensors()));
    const own = parseConfig({ array: { lanes: 4 }, density: { ix: 0.1, default: 0.2 } }, 'test');
    expect(() => prune({ model, config: own, out })).toThrow(
      'density: is given by matrices of an LSTM, and the model has the matrix rx of a GRU',
    );
    expect(existsSync(out)).toBe(false);
  });
});

describe('a network of several modules', () => {
  beforeEach(() => {
    writeFileSync(model, writeSafetensors(smallTensors(5)));
    writeFileSync(join(root, 'dense.layers.json'), JSON.stringify(SMALL_LAYERS));
  });

  test('goes back under its own names, with its layer file, and computes what the masked weights compute', () => {
    const { files } = prune({ model, config: config(), densities: new Map([['default', 0.5]]), out });
    const layers = join(root, 'pruned.layers.json');
    expect(files).toEqual([out, masksPath(out), layers]);
    expect(readFileSync(layers, 'utf8')).toBe(JSON.stringify(SMALL_LAYERS));
    const [dense, pruned] = [model, out].map((file) => importModel(file).graph) as [Graph, Graph];
    for (const [n, { id, layer }] of pruned.nodes.entries()) {
      const source = dense.nodes[n]!.layer;
      if (layer.kind !== 'lstm' && layer.kind !== 'gru') {
        expect(layer, id).toEqual(source);
        continue;
      }
      expect((layer as LstmLayer | GruLayer).bias, id).toEqual((source as LstmLayer | GruLayer).bias);
      const before = new Map(matricesOf(source));
      for (const [name, { values }] of matricesOf(layer)) {
        const old = before.get(name)!.values;
        expect(
          values.every((value, at) => value === 0 || value === old[at]),
          `${id}.${name}`,
        ).toBe(true);
        expect(values.some((value) => value === 0)).toBe(true);
      }
    }
  });

  test('is scanned matrix by matrix on its output, and pruned to the proposal', () => {
    const data = join(root, 'x.npy');
    const rng = new Rng(3);
    writeNpy(data, { dtype: 'float64', shape: [20, 6], data: Float64Array.from({ length: 120 }, () => rng.normal()) });
    const { sensitivity, matrices } = prune({
      model,
      config: config(),
      out,
      sensitivity: { data, density: 0.6 },
    });
    const names = matrices.map(({ layer, name }) => `${layer}.${name}`);
    expect(names).toHaveLength(2 * 8 + 2 * 6);
    expect(new Set(sensitivity!.points.map(({ matrix }) => matrix))).toEqual(new Set(names));
    expect(Object.keys(sensitivity!.proposal)).toEqual(names);
    // Of a lane with one or two weights a high density keeps all.
    const sparse = sensitivity!.points.filter(({ density }) => density < 0.1);
    expect(sparse.every(({ relativeError }) => relativeError > 0)).toBe(true);
    expect(sensitivity!.proposed.relativeError).toBeGreaterThan(0);
    const kept = matrices.reduce((sum, matrix) => sum + matrix.kept, 0);
    const all = matrices.reduce((sum, matrix) => sum + matrix.weights, 0);
    // A lane keeps a weight more rather than one less.
    expect(kept / all).toBeGreaterThanOrEqual(0.6);
    expect(kept / all).toBeLessThan(0.8);
  });
});

test('a network of another format goes out with PyTorch names and a layer file that computes the same', () => {
  const textOf = (
    clip: number,
  ) => `<Nnet> <AddShift> 2 2 [ 1 -2 ] <Rescale> 2 2 [ 3 0.5 ] <AffineTransform> 3 2 [ 1 2\n 3 4\n 5 6 ] [ 1 0 -1 ]
    <Sigmoid> 3 3 <LstmProjected> 2 3 <CellDim> 2 <CellClip> ${clip}
    [ ${Array.from({ length: 8 }, (_, row) => `${0.1 * row} ${0.2 - row * 0.1} 0.3`).join('\n')} ]
    [ ${Array.from({ length: 8 }, (_, row) => `${0.05 * row - 0.2} ${0.03 * row}`).join('\n')} ]
    [ 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 ] [ 0.1 0.2 ] [ 0.3 0.4 ] [ 0.5 0.6 ] [ 0.7 -0.8\n 0.2 0.9 ] <Softmax> 2 2 </Nnet>`;
  const kaldi = join(root, 'final.nnet');
  const x = { frames: 5, width: 2, data: Float64Array.of(0.1, 2, -1, 3, 0.4, 1, 2, 0, -0.3, 1.5) };
  // The limit of the cell state goes along.
  const [free, limited] = [0, 0.125].map((clip) => {
    writeFileSync(kaldi, textOf(clip));
    prune({ model: kaldi, config: config(), densities: new Map([['default', 1]]), out });
    const outputs = [kaldi, out].map((path) => {
      const { graph } = importModel(path);
      const [lstm] = graph.nodes.flatMap(({ layer }) => (layer.kind === 'lstm' ? [layer] : []));
      expect(lstm!.cell.cellClip).toBe(clip === 0 ? Number.POSITIVE_INFINITY : clip);
      return [...new FloatNetwork(graph).run(new Map([['x', x]])).outputs.values()][0]!.data;
    });
    expect(outputs[1]).toEqual(outputs[0]);
    return outputs[0]!;
  });
  expect(limited).not.toEqual(free);
});

describe('a module that is two layers', () => {
  const layers = [
    { kind: 'gru', name: 'g' },
    { kind: 'gru', name: 'g' },
  ];

  function writeShared(): void {
    const rng = new Rng(9);
    const tensors = new Map<string, FloatTensor>();
    for (const name of ['weight_ih_l0', 'weight_hh_l0']) tensors.set(`g.${name}`, normal(rng, 3 * CELLS, CELLS));
    writeFileSync(model, writeSafetensors(tensors));
    writeFileSync(join(root, 'dense.layers.json'), JSON.stringify({ layers }));
  }

  test('has one mask', () => {
    writeShared();
    prune({ model, config: config(), densities: new Map([['default', 0.25]]), out });
    const kept = [...shares(importModel(out).graph).values()];
    expect(kept.length).toBe(12);
    expect(kept.slice(0, 6)).toEqual(kept.slice(6));
  });

  test('cannot be pruned in two ways', () => {
    writeShared();
    const densities = new Map([
      ['g', 0.25],
      ['g_2', 0.5],
    ]);
    expect(() => prune({ model, config: config(), densities, out })).toThrow(
      `${model}: "g.weight_ih_l0": is shared by the layers g and g_2, which are to be pruned differently. Give them the same densities`,
    );
    expect(existsSync(out)).toBe(false);
  });
});

test('a layer file of another model is not left beside the pruned one, which would be read with it', () => {
  writeFileSync(model, writeSafetensors(gruTensors()));
  const stale = join(root, 'pruned.layers.json');
  writeFileSync(stale, JSON.stringify(SMALL_LAYERS));
  expect(() => prune({ model, config: config(), out })).toThrow(`${stale}: names the layers of another model`);
  expect(existsSync(out)).toBe(false);
});
