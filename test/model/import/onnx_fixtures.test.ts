import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Frames } from '../../../src/data/frames.ts';
import { trainedOf } from '../../../src/model/import/graph_of_trained.ts';
import { hardwareModel } from '../../../src/model/import/hardware_model.ts';
import { importModel } from '../../../src/model/import/read_model.ts';
import { runFloatModel } from '../../../src/model/reference/float_model.ts';
import { applyOutputLayer } from '../../../src/speech/output_layer.ts';

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

function load(name: string, suffix = 'onnx') {
  const { graph } = importModel(`${FOLDER}${name}.${suffix}`);
  const model = trainedOf(name, graph);
  const values = valuesSchema.parse(JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')));
  return { graph, model, values };
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
    const { model, values } = load(name, suffix);
    const y = runFloatModel(model, framesOf(values.x));
    expectClose(y.data, values.y);
    expect(model.outputLayer === null).toBe(values.logits === undefined);
    if (model.outputLayer === null) return;
    const logits = applyOutputLayer(model.outputLayer, y).data;
    expectClose(logits.subarray(logits.length - values.logits!.flat().length), values.logits!);
  });

  test.each(EXPORTS)('%s is the same model as ONNX and by its state_dict', (name) => {
    const byName = load(name, 'safetensors').model;
    expect({ ...load(name).model, stateInput: null }).toEqual(byName);
  });

  test('zero states of any form are no initial states, and a softmax is left to the host', () => {
    expect(load('classes').model).toMatchObject({ stateInput: null, sequenceLengths: null });
    expect(load('not-folded').model.layers[0]![0]!.initial).toBeNull();
    expect(load('classes').graph.nodes.at(-1)).toMatchObject({ name: '/LogSoftmax', layer: { kind: 'host' } });
  });

  test('the hardware takes one layer in one direction', () => {
    for (const name of ['plain', 'classes', 'last-frame', 'no-bias-opset9', 'not-folded']) {
      expect(hardwareModel(name, load(name).graph).layer.cells).toBe(6);
    }
    const refusal = (name: string) => () => hardwareModel('m.onnx', load(name).graph);
    expect(refusal('stacked')).toThrow(
      'm.onnx: lstm2 ("/lstm/LSTM_2"): is another LSTM layer or direction, the hardware takes one',
    );
    expect(refusal('both-directions')).toThrow(
      'm.onnx: lstm1_reverse ("/lstm/LSTM_1"): is another LSTM layer or direction, the hardware takes one',
    );
    expect(refusal('states')).toThrow(
      'm.onnx: lstm0 ("/lstm/LSTM"): its state y is given at run time as "onnx::LSTM_1"',
    );
  });
});

describe('single operators compute what ONNX Runtime computes', () => {
  test.each(['peepholes', 'reverse', 'clip', 'input-forget', 'states', 'lengths', 'activations', 'activations-both'])(
    '%s',
    (name) => {
      const { model, values } = load(`operator-${name}`);
      expectClose(runFloatModel(model, framesOf(values.x), model.sequenceLengths?.[0]).data, values.y);
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
    const { model, values } = load(`exporter-${name}`);
    expect(model.stateInput).toBeNull();
    expect(model.layers.flat().every(({ initial }) => initial === null)).toBe(true);
    const y = runFloatModel(model, framesOf(values.x), model.sequenceLengths?.[0]);
    expectClose((model.outputLayer === null ? y : applyOutputLayer(model.outputLayer, y)).data, values.y);
  });

  test('the output layer behind a reshape is found, and lengths that are the number of frames are none', () => {
    expect(load('exporter-keras-stacked').model.outputLayer).toMatchObject({ classes: 4 });
    expect(load('exporter-tf-states').model).toMatchObject({ outputLayer: { classes: 4 }, sequenceLengths: null });
    expect(load('exporter-lengths').model.sequenceLengths).toEqual([5]);
  });
});
