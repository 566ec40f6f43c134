import { describe, expect, test } from 'vitest';
import { describeNetwork, randomNetwork, randomUtterances } from '../../../fixtures/random_network.ts';
import { compileNetwork } from '../../../src/compiler/pipeline.ts';
import { largestRow } from '../../../src/compiler/quantize/integers.ts';
import type {
  Fixed,
  QuantizedGraph,
  QuantizedLayer,
  QuantizedNode,
  Sums,
} from '../../../src/compiler/quantized_graph.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import { elementsOf } from '../../../src/model/graph.ts';
import { Rng } from '../../../src/util/rng.ts';

const SEEDS = 80;

function sumsOf(layer: QuantizedLayer): readonly Sums[] {
  switch (layer.kind) {
    case 'lstm':
      return layer.projection === null ? [layer.gates] : [layer.gates, layer.projection.sums];
    case 'gru':
      return layer.stages.reset === 'after' ? [layer.stages.sums] : [layer.stages.resetSums, layer.stages.sums];
    case 'affine':
      return [layer.sums];
    case 'pick':
      return [];
  }
}

function shiftsOf(layer: QuantizedLayer): readonly number[] {
  switch (layer.kind) {
    case 'lstm':
      return [layer.zShift, layer.projection?.shift ?? 0, layer.peepholes?.shift ?? 0];
    case 'gru':
      return [layer.zShift, layer.stages.reset === 'after' ? layer.stages.hiddenShift : layer.stages.resetShift];
    case 'affine':
      return [layer.shift];
    case 'pick':
      return [];
  }
}

/** Format of a vector that a layer makes itself. */
function ownFormat(layer: QuantizedLayer, own: 'y' | 'h' | 'm' | 'rh'): Fixed {
  if (layer.kind === 'lstm') return own === 'm' ? layer.m : layer.y;
  if (layer.kind === 'gru') return layer.h;
  throw new Error(`a ${layer.kind} has no ${own}`);
}

function checkNode(graph: QuantizedGraph, node: QuantizedNode, exact: boolean, groups: number, message: string): void {
  const { layer } = node;
  for (const sums of sumsOf(layer)) {
    for (const { source, matrix, align, window } of sums.products) {
      const format = 'own' in source ? ownFormat(layer, source.own) : graph.formats.get(source.tensor)!;
      expect(matrix.format.frac + format.frac + align, message).toBe(sums.frac);
      expect([align >= 0 && align <= 15, matrix.rows], message).toEqual([true, sums.rows]);
      const limit = 2 ** (matrix.format.bits - 1) - 1;
      expect(
        matrix.values.every((value) => Math.abs(value) <= limit),
        message,
      ).toBe(true);
      if ('own' in source || window !== null) continue;
      expect(matrix.columns, message).toBe(elementsOf(graph.tensors.get(source.tensor)!));
    }
    const parts = sums.products.map(({ matrix, align, window }) => {
      return { weights: matrix.values, columns: matrix.columns, largest: 2 ** (15 + align), dealt: window === null };
    });
    if (exact) expect(largestRow(sums.rows, groups, parts), message).toBeLessThan(2 ** (sums.bits - 1));
    expect(sums.bits, message).toBeLessThanOrEqual(52);
    expect(sums.bias.length, message).toBe(sums.rows);
  }
  for (const shift of shiftsOf(layer)) expect(shift, message).toBeGreaterThanOrEqual(0);
  for (const shift of shiftsOf(layer)) expect(shift, message).toBeLessThanOrEqual(63);
}

describe('quantization of random networks', () => {
  test('brings all products of a sum to one unit, in accumulators that hold them', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const graph = randomNetwork(seed);
      const message = `seed ${seed}: ${describeNetwork(graph)}`;
      const rng = new Rng(seed);
      const exact = rng.uniform() < 0.7;
      const config = parseConfig(
        {
          array: { groups: rng.pick([1, 2, 4]), lanes: 4 },
          weightBits: rng.pick([8, 12, 16]),
          accumulatorBits: exact ? 'exact' : 30,
        },
        'config',
      );
      const utterances = randomUtterances(graph, seed).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
      const { quantized, report } = compileNetwork(graph, config, utterances);
      for (const node of quantized.nodes) checkNode(quantized, node, exact, config.array.groups, message);
      for (const id of quantized.tensors.keys()) expect(quantized.formats.has(id), `${message}: ${id}`).toBe(true);
      // Formats follow the data that they are reported on, so little of it saturates.
      for (const { saturated, values, layer } of report.vectors) {
        expect(saturated * values, `${message}: ${layer}`).toBeLessThanOrEqual(Math.max(3, 0.01 * values));
      }
    }
  });

  test('takes the width of weights of a layer from the config, and knows its layers', () => {
    const graph = randomNetwork(3);
    const utterances = randomUtterances(graph, 3).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
    const compiled = (layers: Record<string, unknown>) =>
      compileNetwork(graph, parseConfig({ array: { lanes: 1 }, layers }, 'config'), utterances).quantized;
    const bits = ({ nodes }: QuantizedGraph) =>
      Object.fromEntries(nodes.map(({ id, layer }) => [id, sumsOf(layer)[0]!.products[0]!.matrix.format.bits]));
    const [id] = Object.keys(bits(compiled({})));
    expect(bits(compiled({}))[id!]).toBe(12);
    expect(bits(compiled({ [id!]: { weightBits: 16 } }))).toEqual({ ...bits(compiled({})), [id!]: 16 });
    expect(() => compiled({ conv9: { weightBits: 16 } })).toThrow(
      /^config: layers: names "conv9", which the network does not have\. Its layers are "/,
    );
  });
});
