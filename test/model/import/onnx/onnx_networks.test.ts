import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Frames } from '../../../../src/data/frames.ts';
import type { Graph } from '../../../../src/model/graph.ts';
import { importOnnx } from '../../../../src/model/import/onnx/onnx_file.ts';
import { FloatNetwork } from '../../../../src/model/reference/float_network.ts';

/**
 * Files that PyTorch exported, with what it computes itself (make_fixtures.py), single operators with what ONNX Runtime
 * computes (make_operator_fixtures.py), and graphs as other exporters make them (make_exporter_fixtures.ts).
 */
const FOLDER = fileURLToPath(new URL('../../../../examples/onnx/', import.meta.url));

const rows = z.array(z.array(z.number()));
const valuesSchema = z.object({ x: rows, y: rows, logits: rows.optional() });

function load(name: string) {
  const { graph } = importOnnx(`${FOLDER}${name}.onnx`);
  const values = valuesSchema.parse(JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')));
  return { graph, values };
}

/** Output of a graph of one input; the first steps where the utterance has a fixed length, zeros behind them. */
function run(graph: Graph, values: number[][]): Frames {
  const width = values[0]!.length;
  const steps = Math.min(graph.sequenceLengths?.[0] ?? values.length, values.length);
  const frames = { frames: steps, width, data: Float64Array.from(values.slice(0, steps).flat()) };
  const { outputs } = new FloatNetwork(graph).run(new Map([[graph.inputs[0]!.tensor, frames]]));
  return outputs.get(graph.outputs[0]!.tensor)!;
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], length = expected.length): void {
  expect(actual.length).toBe(length);
  // Both compute in single precision.
  for (let n = 0; n < length; n++) expect(actual[n], `value ${n}`).toBeCloseTo(expected[n]!, 5);
}

/** log of softmax, which some of the fixtures end with, of the logits that they list. */
function logSoftmax(logits: readonly number[]): number[] {
  const sum = Math.log(logits.reduce((all, value) => all + Math.exp(value), 0));
  return logits.map((value) => value - sum);
}

describe('files exported by PyTorch compute what PyTorch computes', () => {
  test.each(['plain', 'no-bias-opset9', 'stacked', 'states'])('%s', (name) => {
    const { graph, values } = load(name);
    expectClose(run(graph, values.x).data, values.y.flat());
  });

  test.each(['classes', 'last-frame', 'not-folded', 'both-directions'])('%s, up to its softmax', (name) => {
    const { graph, values } = load(name);
    expectClose(run(graph, values.x).data, values.logits!.flatMap(logSoftmax));
  });
});

describe('single operators compute what ONNX Runtime computes', () => {
  test.each(['peepholes', 'reverse', 'clip', 'input-forget', 'states', 'lengths', 'activations', 'activations-both'])(
    '%s',
    (name) => {
      const { graph, values } = load(`operator-${name}`);
      const steps = graph.sequenceLengths?.[0] ?? values.x.length;
      expectClose(run(graph, values.x).data, values.y.flat(), steps * values.y[0]!.length);
    },
  );
});

describe('graphs as other exporters make them compute what ONNX Runtime computes', () => {
  test.each([
    'keras-stacked',
    'keras-open',
    'keras-both',
    'tf-states',
    'tf-zeros-like',
    'tf-both',
    'lengths',
    'torch-split',
  ])('%s', (name) => {
    const { graph, values } = load(`exporter-${name}`);
    expect(graph.states).toEqual([]);
    expect(graph.nodes.every(({ layer }) => layer.kind !== 'lstm' || layer.initial === null)).toBe(true);
    const steps = graph.sequenceLengths?.[0] ?? values.x.length;
    expectClose(run(graph, values.x).data, values.y.flat(), steps * values.y[0]!.length);
  });
});

test('axes of inputs and outputs, states by name, and fixed lengths', () => {
  expect(load('exporter-keras-stacked').graph).toMatchObject({
    inputs: [{ name: 'x', axes: ['batch', 'time', 'shape'] }],
    outputs: [{ name: 'y', axes: ['batch', 'time', 'shape'] }],
  });
  expect(load('last-frame').graph.outputs[0]).toMatchObject({ axes: ['batch', 'shape'] });
  expect(load('exporter-lengths').graph.sequenceLengths).toEqual([5]);
  expect(load('states').graph.states).toMatchObject([
    { part: 'y', input: { name: 'onnx::LSTM_1', elements: Int32Array.of(0, 1, 2, 3, 4, 5) }, output: null },
    { part: 'c', input: { name: 'onnx::LSTM_2' }, output: null },
  ]);
});
