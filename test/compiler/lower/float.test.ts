import { describe, expect, test } from 'vitest';
import { describeNetwork, randomNetwork, randomUtterances } from '../../../fixtures/random_network.ts';
import { lower } from '../../../src/compiler/lower/lower.ts';
import { type CompiledNetwork, compileNetwork } from '../../../src/compiler/pipeline.ts';
import type { QuantizedGraph, QuantizedLayer, Sums } from '../../../src/compiler/quantized_graph.ts';
import { GoldenNetwork } from '../../../src/golden/network.ts';
import { machineOf } from '../../../src/machine/machine.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import type { Graph } from '../../../src/model/graph.ts';
import { SEMAPHORE_MAX } from '../../../src/program/instruction.ts';
import { Rng } from '../../../src/util/rng.ts';
import { plainNetwork } from '../../golden/plain_network.ts';
import { randomFrames } from '../../golden/random_quantized.ts';
import { goldenError } from '../../lib/golden_error.ts';

const CONFIG = parseConfig({ array: { groups: 2, lanes: 4 }, weightBits: 16 }, 'config');

function compiledNetwork(seed: number) {
  const graph = randomNetwork(seed, { host: false });
  const utterances = randomUtterances(graph, seed).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
  return { graph, utterances, compiled: compileNetwork(graph, CONFIG, utterances) };
}

/** Values are rounded to 16 bits and looked up in tables of 2,048 words, layer after layer. */
const BOUND = 0.02;
/** A fault makes at least so many times the error. */
const FACTOR = 3;

/** Networks of which a layer hardly shows in the outputs: dead activations, elements that nothing reads, weights of almost zero. */
const DULL: readonly number[] = [4, 9, 11, 12, 23, 24];

/** Whether the hardware computes the outputs themselves. */
function comparable(graph: Graph, { partition }: CompiledNetwork): boolean {
  return graph.outputs.every(({ tensor }, n) => partition.core.outputs[n]?.tensor === tensor);
}

/** Faults of a lowering, put into a layer; null where the layer has nothing of the kind. */
const FAULTS: Readonly<Record<string, (layer: QuantizedLayer) => QuantizedLayer | null>> = {
  'two gate rows swapped': (layer) => {
    if (layer.kind === 'lstm') return { ...layer, gates: swapped(layer.gates, 1, 2, 4) };
    if (layer.kind !== 'gru') return null;
    const { stages } = layer;
    const period = stages.reset === 'after' ? 4 : 2;
    const sums = swapped(stages.sums, period === 4 ? 1 : 0, period === 4 ? 2 : 1, period);
    return { ...layer, stages: { ...stages, sums } };
  },
  'a bias missing': (layer) => {
    if (layer.kind === 'affine' && layer.sums.bias.every((value) => Math.abs(value) < 0.05 * 2 ** layer.sums.frac))
      return null;
    if (layer.kind === 'lstm') return { ...layer, gates: unbiased(layer.gates) };
    if (layer.kind === 'gru') return { ...layer, stages: { ...layer.stages, sums: unbiased(layer.stages.sums) } };
    return layer.kind === 'affine' ? { ...layer, sums: unbiased(layer.sums) } : null;
  },
  'the wrong direction': (layer) => {
    return layer.kind === 'lstm' || layer.kind === 'gru' ? { ...layer, reverse: !layer.reverse } : null;
  },
};

/** The graph with the reset gate of a GRU on the other side of the product; null where that shows in nothing but a bias. */
function otherReset(graph: Graph, at: number): Graph | null {
  const node = graph.nodes[at]!;
  const { layer } = node;
  if (layer.kind !== 'gru' || layer.cells === 1) return null;
  const other = { ...node, layer: { ...layer, resetAfter: !layer.resetAfter } };
  return { ...graph, nodes: graph.nodes.map((each) => (each === node ? other : each)) };
}

function swapped(sums: Sums, a: number, b: number, period: number): Sums {
  const from = (row: number) => row - (row % period) + (row % period === a ? b : row % period === b ? a : row % period);
  return {
    ...sums,
    bias: sums.bias.map((_, row) => sums.bias[from(row)]!),
    products: sums.products.map((product) => {
      const { columns, values } = product.matrix;
      const moved = values.map((_, at) => values[from(Math.floor(at / columns)) * columns + (at % columns)]!);
      return { ...product, matrix: { ...product.matrix, values: moved } };
    }),
  };
}

function unbiased(sums: Sums): Sums {
  return { ...sums, bias: new Float64Array(sums.rows) };
}

describe('golden against the double-precision model', () => {
  test('random networks stay within the rounding of their formats', () => {
    const loud: number[] = [];
    for (let seed = 0; seed < 80; seed++) {
      const { graph, utterances, compiled } = compiledNetwork(seed);
      const message = `seed ${seed}: ${describeNetwork(graph)}`;
      for (const count of Object.values(compiled.check.counts))
        expect(count, message).toBeLessThanOrEqual(SEMAPHORE_MAX);
      const frames = randomFrames(compiled.quantized, new Rng(seed), 12);
      const { outputs } = new GoldenNetwork(compiled.program).run(frames);
      for (const [name, values] of plainNetwork(compiled.quantized, frames)) {
        expect([...outputs.get(name)!], `${message}: ${name}`).toEqual([...values]);
      }
      if (!comparable(graph, compiled)) continue;
      const error = goldenError(graph, compiled, utterances);
      if (error >= BOUND) loud.push(seed);
    }
    // Outputs that are hardly there: differences of values a hundred times as large.
    expect(loud).toEqual([23, 24, 36]);
  });

  for (const [name, fault] of Object.entries(FAULTS)) {
    test(`${name}: each layer shows it`, () => {
      let layers = 0;
      for (let seed = 0; seed < 25; seed++) {
        const { graph, utterances, compiled } = compiledNetwork(seed);
        if (DULL.includes(seed) || !comparable(graph, compiled)) continue;
        const sound = goldenError(graph, compiled, utterances);
        for (const [at, node] of compiled.quantized.nodes.entries()) {
          const layer = fault(node.layer);
          if (layer === null) continue;
          layers++;
          const nodes = compiled.quantized.nodes.map((each, n) => (n === at ? { ...node, layer } : each));
          const quantized: QuantizedGraph = { ...compiled.quantized, nodes };
          const error = goldenError(graph, { ...compiled, program: lower(quantized, machineOf(CONFIG)) }, utterances);
          expect(error, `seed ${seed}, ${node.id}`).toBeGreaterThan(FACTOR * sound);
        }
      }
      expect(layers).toBeGreaterThan(20);
    });
  }

  test('the other reset form of a GRU: each shows it, both ways', () => {
    const forms = { after: 0, before: 0 };
    for (let seed = 0; seed < 42; seed++) {
      const { graph, utterances, compiled } = compiledNetwork(seed);
      if (DULL.includes(seed) || !comparable(graph, compiled)) continue;
      const sound = goldenError(graph, compiled, utterances);
      for (const [at, { id, layer }] of graph.nodes.entries()) {
        const other = otherReset(graph, at);
        if (other === null || layer.kind !== 'gru') continue;
        forms[layer.resetAfter ? 'after' : 'before']++;
        const error = goldenError(graph, compileNetwork(other, CONFIG, utterances), utterances);
        expect(error, `seed ${seed}, ${id}`).toBeGreaterThan(FACTOR * sound);
      }
    }
    expect(forms.after).toBeGreaterThan(5);
    expect(forms.before).toBeGreaterThan(5);
  });
});
