import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { describeNetwork, randomNetwork, randomUtterances } from '../../fixtures/random_network.ts';
import { randomLstm } from '../../fixtures/random_weights.ts';
import { finishNetwork, prepareNetwork } from '../../src/compiler/pipeline.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Graph } from '../../src/model/graph.ts';
import { Rng } from '../../src/util/rng.ts';
import { networkNoise } from '../../src/verbs/compress/network_noise.ts';
import { type QuantizeOptions, quantizeModel } from '../../src/verbs/quantize.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

let root: string;
let words: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-quantize-'));
  for (const file of ['gru2-p15.onnx', 'gru2-p15.x1.npy'])
    copyFileSync(`${EXAMPLES}networks/${file}`, join(root, file));
  copyFileSync(`${EXAMPLES}digits/labels.json`, join(root, 'labels.json'));
  words = join(root, 'words.json');
  writeFileSync(words, '{"references": ["5 3 7 8"]}');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function quantized(more: Partial<QuantizeOptions> = {}) {
  const [model, data] = [join(root, 'gru2-p15.onnx'), join(root, 'gru2-p15.x1.npy')];
  const config = parseConfig({ array: { lanes: 32 }, layers: { linear0: { weightBits: 16 } } }, 'test');
  return quantizeModel({ model, calibrate: data, labels: words, config, ...more });
}

describe('the report on the formats of two GRU layers and an output layer', () => {
  test('has every matrix, vector and table of every layer', () => {
    const { matrices, vectors, tables, words: float, sweep } = quantized();
    const ofGru = ['rx', 'zx', 'nx', 'rh', 'zh', 'nh'];
    const names = ['gru0', 'gru1'].flatMap((layer) => ofGru.map((name) => `${layer}.${name}`));
    expect(matrices.map(({ layer, name }) => `${layer}.${name}`)).toEqual([...names, 'linear0.w']);
    expect(matrices.map(({ weightBits }) => weightBits)).toEqual([...names.map(() => 12), 16]);
    for (const { sqnrDb, weights } of matrices) {
      expect(sqnrDb).toBeGreaterThan(50);
      expect(weights).toBeGreaterThan(1000);
    }
    expect(vectors.map(({ layer, name }) => `${layer}.${name}`)).toEqual([
      ...['null.x', 'gru0.nh', 'gru0.y', 'gru1.nh', 'gru1.y', 'linear0.y'],
    ]);
    for (const { name, formatSqnrDb, goldenSqnrDb } of vectors) {
      if (name === 'y') expect(goldenSqnrDb).toBeLessThan(formatSqnrDb!);
      if (name === 'y') expect(goldenSqnrDb).toBeGreaterThan(40);
      if (name === 'nh') expect(goldenSqnrDb).toBeNull();
    }
    expect(tables.map(({ layer, name }) => `${layer}.${name}`)).toEqual([
      ...['gru0.sigmoid(z)', 'gru0.tanh(z)', 'gru1.sigmoid(z)', 'gru1.tanh(z)'],
    ]);
    expect(float).toEqual({ errors: 0, words: 4, rate: 0 });
    expect(sweep).toEqual([]);
  });

  test('compares widths and densities of all layers, then of each alone, by SQNR and words', () => {
    const { sweep } = quantized({ weights: [12, 5], densities: [0.1] });
    const rows = sweep.map(({ layer, density, weightBits }) => [layer, density, weightBits]);
    expect(rows).toEqual([
      [null, 0.1, 12],
      [null, 0.1, 5],
      ['gru0', null, 5],
      ['gru0', 0.1, 12],
      ['gru1', null, 5],
      ['gru1', 0.1, 12],
      ['linear0', null, 12],
      ['linear0', null, 5],
    ]);
    const db = (layer: string | null, density: number | null, bits: number) =>
      sweep.find((row) => row.layer === layer && row.density === density && row.weightBits === bits)!.sqnrDb!;
    // One layer with 5 bits costs less than all of them, and one that is pruned less than both.
    const { sweep: all } = quantized({ weights: [12, 5] });
    const whole = all.map((row) => (row.layer === null ? row.sqnrDb! : 0));
    expect(whole[0]).toBeGreaterThan(40);
    expect(whole[1]).toBeLessThan(whole[0]! - 15);
    for (const layer of ['gru0', 'gru1', 'linear0']) expect(db(layer, null, 5)).toBeGreaterThan(whole[1]!);
    for (const layer of ['gru0', 'gru1']) expect(db(layer, 0.1, 12)).toBeGreaterThan(db(null, 0.1, 12));
    expect(db('linear0', null, 12)).toBeGreaterThan(db('linear0', null, 5));
    for (const { words: found, accumulatorBits } of sweep) {
      expect(found!.words).toBe(4);
      expect(accumulatorBits).toBeGreaterThan(20);
    }
  });

  test('compares structures: blocks store about weights / k, of all layers and of one alone; they start from what was given', () => {
    const { sweep } = quantized({ weights: [8], blocks: [8] });
    const named = sweep.map(({ layer, density, block, weightBits }) => [layer, density, block, weightBits]);
    expect(named).toEqual([
      [null, null, 8, 8],
      ['gru0', null, null, 8],
      ['gru0', null, 8, 12],
      ['gru1', null, null, 8],
      ['gru1', null, 8, 12],
      ['linear0', null, null, 8],
    ]);
    // 80 → 192 → 192 → 11; the output layer is as it is, and has no zeros.
    const spectral = (3 * 192 * (80 + 192) + 3 * 192 * (192 + 192)) / 8;
    const { stored } = sweep[0]!;
    // The last weights of a column are not stored where they round to 0.
    expect(stored.words).toBeLessThanOrEqual(spectral + 11 * 192);
    expect(stored.words).toBeGreaterThan(0.99 * spectral + 11 * 180);
    // Nothing is sparse, so there is no index; and all layers have these bits.
    expect(stored.bits).toBe(8 * stored.words);
    // One layer alone leaves the other sparse, whose words have an index, and the output layer has 16 bits.
    const mixed = sweep[4]!.stored;
    expect(mixed.bits).toBe(mixed.words * (16 + 4));
    for (const { block, sqnrDb } of sweep) if (block !== null) expect(sqnrDb).toBeLessThan(20);
  });

  test('refuses blocks that are none, or that the hardware has no spectra of', () => {
    expect(() => quantized({ blocks: [3] })).toThrow('--blocks: expected some of 2, 4, 8, 16, 32, 64, got 3');
    const config = join(root, 'one_lane.json');
    writeFileSync(config, JSON.stringify({ array: { lanes: 1 }, elemLanes: 1 }));
    expect(() => quantized({ config, blocks: [64] })).toThrow(
      '--blocks: sums of spectra take "accumulatorBits": "exact" and two lanes, got exact and 1',
    );
  });

  test('refuses densities that are none, and tasks without labels', () => {
    expect(() => quantized({ densities: [2] })).toThrow('--densities: expected');
    expect(() => quantized({ labels: undefined, task: 'last' })).toThrow('--task: says how labels are compared');
  });
});

/** Vectors of a network over its own calibration frames. */
function noiseOf(graph: Graph, seed: number) {
  const config = parseConfig({ array: { groups: 2, lanes: 4 }, weightBits: 16 }, 'test');
  const utterances = randomUtterances(graph, seed).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
  const prepared = prepareNetwork(graph, utterances);
  return networkNoise(prepared, finishNetwork(prepared, config), { utterances, lengths: [], origin: 'random' });
}

describe('vectors of the golden model beside those of double precision', () => {
  test('are those of the same layer and step, in both directions', () => {
    const rng = new Rng(4);
    const builder = new GraphBuilder();
    const x = builder.input([6]);
    const parts = [false, true].map((reverse) =>
      builder.node(randomLstm(rng, { inputs: 6, cells: 9, reverse }, 5), [x]),
    );
    builder.output(builder.concat(parts));
    const { vectors } = noiseOf(builder.build(), 4);
    expect(vectors.filter(({ name }) => name === 'c' || name === 'm')).toHaveLength(4);
    for (const { layer, name, goldenSqnrDb } of vectors) expect(goldenSqnrDb, `${layer} ${name}`).toBeGreaterThan(45);
  });

  test('are close to each other in random networks', () => {
    let compared = 0;
    for (let seed = 0; seed < 12; seed++) {
      const graph = randomNetwork(seed);
      const { vectors, tables } = noiseOf(graph, seed);
      for (const { layer, name, goldenSqnrDb, peak } of vectors) {
        if (goldenSqnrDb === null || peak < 1e-3) continue;
        compared++;
        expect(goldenSqnrDb, `seed ${seed}, ${layer} ${name}: ${describeNetwork(graph)}`).toBeGreaterThan(15);
      }
      for (const { largestError } of tables) expect(largestError, `seed ${seed}`).toBeLessThan(0.01);
    }
    expect(compared).toBeGreaterThan(40);
  });
});
