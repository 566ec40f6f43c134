import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createFrames, type Frames } from '../../../src/data/frames.ts';
import type { Graph } from '../../../src/model/graph.ts';
import { hardwareModel } from '../../../src/model/import/hardware_model.ts';
import { importModel } from '../../../src/model/import/read_model.ts';
import { FloatNetwork } from '../../../src/model/reference/float_network.ts';

/**
 * Files that PyTorch exported, with what it computes itself (make_fixtures.py), single operators with what ONNX Runtime
 * computes (make_operator_fixtures.py), and graphs as other exporters make them (make_exporter_fixtures.ts).
 */
const FOLDER = fileURLToPath(new URL('../../../examples/onnx/', import.meta.url));

const rows = z.array(z.array(z.number()));
const valuesSchema = z.object({ x: rows, y: rows, logits: rows.optional() });

function framesOf(values: number[][]): Frames {
  return { frames: values.length, width: values[0]!.length, data: Float64Array.from(values.flat()) };
}

/**
 * What the LSTM layers of a network make, and its linear layer (null without one), before a step is picked and before a softmax;
 * zeros behind the end of an utterance whose length the model fixes.
 */
function outputsOf(graph: Graph, values: number[][]): { readonly y: Frames; readonly logits: Frames | null } {
  const x = framesOf(values);
  const steps = Math.min(graph.sequenceLengths?.[0] ?? x.frames, x.frames);
  const seen = new Map<string, Frames>();
  const given = new Map([[graph.inputs[0]!.tensor, { ...x, frames: steps, data: x.data.slice(0, steps * x.width) }]]);
  new FloatNetwork(graph).run(given, { observe: (tensor, frames) => seen.set(tensor, frames) });
  const tail = graph.nodes.find(({ layer }) => ['pick', 'linear', 'host'].includes(layer.kind));
  const linear = graph.nodes.find(({ layer }) => layer.kind === 'linear');
  const own = seen.get(tail?.inputs[0] ?? graph.outputs[0]!.tensor)!;
  const y = createFrames(x.frames, own.width);
  y.data.set(own.data);
  return { y, logits: linear === undefined ? null : seen.get(linear.output)! };
}

function load(name: string, suffix = 'onnx') {
  const { graph } = importModel(`${FOLDER}${name}.${suffix}`);
  const values = valuesSchema.parse(JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')));
  const layers = graph.nodes.map(({ layer }) => layer).filter(({ kind }) => kind === 'lstm' || kind === 'linear');
  return { graph, layers, values };
}

function expectClose(actual: Float64Array, expected: number[][]): void {
  expect(actual.length).toBe(expected.flat().length);
  // Both compute in single precision.
  expected.flat().forEach((value, n) => {
    expect(actual[n], `value ${n}`).toBeCloseTo(value, 5);
  });
}

const EXPORTS = [
  'plain',
  'classes',
  'last-frame',
  'no-bias-opset9',
  'not-folded',
  'stacked',
  'both-directions',
  'states',
];

describe('files exported by PyTorch compute what PyTorch computes', () => {
  const names = [...EXPORTS.map((name) => [name, 'onnx']), ...EXPORTS.map((name) => [name, 'safetensors'])];
  test.each([...names, ['projected', 'safetensors'], ['projected-both-directions', 'safetensors']] as [
    string,
    string,
  ][])('%s.%s', (name, suffix) => {
    const { graph, values } = load(name, suffix);
    const { y, logits } = outputsOf(graph, values.x);
    expectClose(y.data, values.y);
    expect(logits === null).toBe(values.logits === undefined);
    if (logits === null) return;
    const { data } = logits;
    expectClose(data.subarray(data.length - values.logits!.flat().length), values.logits!);
  });

  test.each(EXPORTS)('%s is the same model as ONNX and by its state_dict', (name) => {
    expect(load(name).layers).toEqual(load(name, 'safetensors').layers);
  });

  test('zero states of any form are no initial states, and a softmax is left to the host', () => {
    expect(load('classes').graph).toMatchObject({ states: [], sequenceLengths: null });
    expect(load('not-folded').layers[0]).toMatchObject({ kind: 'lstm', initial: null });
    expect(load('classes').graph.nodes.at(-1)).toMatchObject({ name: '/LogSoftmax', layer: { kind: 'host' } });
  });

  test('the hardware takes one layer in one direction', () => {
    for (const name of ['plain', 'classes', 'last-frame', 'no-bias-opset9', 'not-folded']) {
      expect(hardwareModel(name, load(name).graph).layer.cells).toBe(6);
    }
    const refusal = (name: string) => () => hardwareModel('m.onnx', load(name).graph);
    expect(refusal('stacked')).toThrow(
      'm.onnx: lstm2 ("/lstm/LSTM_2"): is another LSTM layer or direction, a design of one LSTM layer takes one',
    );
    expect(refusal('both-directions')).toThrow(
      'm.onnx: lstm1_reverse ("/lstm/LSTM_1"): is another LSTM layer or direction, a design of one LSTM layer takes one',
    );
    // Given at run time they are the hardware's state, which the host writes.
    expect(hardwareModel('m.onnx', load('states').graph).layer.cells).toBe(6);
  });
});

describe('single operators compute what ONNX Runtime computes', () => {
  test.each(['peepholes', 'reverse', 'clip', 'input-forget', 'states', 'lengths', 'activations', 'activations-both'])(
    '%s',
    (name) => {
      const { graph, values } = load(`operator-${name}`);
      expectClose(outputsOf(graph, values.x).y.data, values.y);
    },
  );

  test.each([
    ['reverse', 'lstm0_reverse ("y"): runs in reverse direction'],
    ['clip', 'lstm0 ("y"): has clipping of the pre-activations (clip 0.4)'],
    ['input-forget', 'lstm0 ("y"): has coupled input and forget gates (input_forget)'],
    ['states', 'lstm0 ("y"): has initial states other than zeros'],
    ['lengths', 'network: has fixed sequence lengths'],
    ['activations', 'lstm0 ("y"): has the activation hardSigmoid of the gates'],
  ])('%s is refused for the hardware by name', (name, feature) => {
    expect(() => hardwareModel('m.onnx', load(`operator-${name}`).graph)).toThrow(`m.onnx: ${feature}`);
  });

  test('peepholes are not refused', () => {
    expect(hardwareModel('m.onnx', load('operator-peepholes').graph).layer.peepholes).not.toBeNull();
  });
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
    const { graph, layers, values } = load(`exporter-${name}`);
    expect(graph.states.every(({ input }) => input === null)).toBe(true);
    expect(layers.every((layer) => layer.kind !== 'lstm' || layer.initial === null)).toBe(true);
    const { y, logits } = outputsOf(graph, values.x);
    expectClose((logits ?? y).data, values.y);
  });

  test('the output layer behind a reshape is found, and lengths that are the number of frames are none', () => {
    expect(load('exporter-keras-stacked').layers.at(-1)).toMatchObject({ kind: 'linear', weight: { rows: 4 } });
    expect(load('exporter-tf-states').layers.at(-1)).toMatchObject({ kind: 'linear', weight: { rows: 4 } });
    expect(load('exporter-tf-states').graph.sequenceLengths).toBeNull();
    expect(load('exporter-lengths').graph.sequenceLengths).toEqual([5]);
  });
});
