import { describe, expect, test } from 'vitest';
import { randomNetwork } from '../../../fixtures/random_network.ts';
import { parseArrays, parseGraph, printGraphs } from '../../../src/model/file/graph_file.ts';
import type { Graph } from '../../../src/model/graph.ts';

/** A graph as JSON, before it is checked. */
type Loose = Readonly<Record<'inputs' | 'outputs' | 'nodes', readonly object[]>>;

/** A graph written and read back. */
function again(graph: Graph): Graph {
  const { json, arrays } = printGraphs({ graph });
  return parseGraph(JSON.parse(json).graph, parseArrays(arrays, 'arrays'), 'graph');
}

describe('graphs as files', () => {
  test('come back as they were, random ones of all kinds', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const graph = randomNetwork(seed);
      expect(again(graph), `seed ${seed}`).toEqual(graph);
    }
  });

  test('hold an array once, however often it stands in them, and limits that are infinite', () => {
    const values = Float64Array.from({ length: 1000 }, (_, n) => n);
    const once = printGraphs({ a: values }).arrays.length;
    expect(printGraphs({ a: values, b: { c: values } }).arrays).toHaveLength(once);
    expect(printGraphs({ clip: Number.POSITIVE_INFINITY, low: Number.NEGATIVE_INFINITY }).json).toBe(
      '{"clip":"Infinity","low":"-Infinity"}\n',
    );
  });

  test('whose parts lead nowhere or do not fit are refused', () => {
    const { json, arrays } = printGraphs({ graph: randomNetwork(3) });
    const floats = parseArrays(arrays, 'arrays');
    const refuse = (change: (graph: Loose) => void, message: RegExp) => {
      const { graph } = JSON.parse(json);
      change(graph);
      expect(() => parseGraph(graph, floats, 'file')).toThrow(message);
    };
    refuse(({ outputs }) => Object.assign(outputs[0]!, { tensor: 'none' }), /^file: an output is "none"/);
    refuse(({ inputs }) => Object.assign(inputs[0]!, { tensor: 'none' }), /^file: an input is "none"/);
    refuse(({ nodes }) => Object.assign(nodes[0]!, { output: 'none' }), /makes "none"/);
    refuse((graph) => Object.assign(graph, { more: 1 }), /^file: more: unknown key/);
    expect(() => parseArrays(arrays.subarray(0, 20), 'arrays')).toThrow(/^arrays: /);
  });
});
