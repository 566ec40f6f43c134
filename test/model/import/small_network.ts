import type { LayersFile } from '../../../src/model/import/pytorch/layers_file.ts';
import type { FloatTensor } from '../../../src/model/import/write_safetensors.ts';
import { Rng } from '../../../src/util/rng.ts';
import { normal } from './safetensors_fixture.ts';

type Tensors = Map<string, FloatTensor>;

/** Bins of the input, channels of the convolution, cells of the LSTM and of the GRU, classes. */
export const SMALL = { bins: 6, channels: 2, cells: 3, units: 4, classes: 5 };

/** What `SMALL` is: convolution, batch normalization, LSTM of two directions summed, GRU of two side by side, linear layer. */
export const SMALL_LAYERS: LayersFile = {
  input: { shape: [1, 6], axes: ['batch', 'shape', 'shape', 'time'] },
  layers: [
    {
      kind: 'conv',
      name: 'conv.0',
      axes: ['space', 'time'],
      stride: [2, 2],
      padding: [1, 1],
      dilation: 1,
      groups: 1,
    },
    { kind: 'batchNorm', name: 'conv.1', eps: 1e-3 },
    { kind: 'clip', low: -0.5, high: 1 },
    { kind: 'lstm', name: 'rnns.0', directions: 'sum' },
    { kind: 'gru', name: 'rnns.1', directions: 'concat' },
    { kind: 'linear', name: 'fc' },
    { kind: 'logSoftmax' },
  ],
};

/** Seeded weights of the network, so that no value saturates. */
export function smallTensors(seed: number): Tensors {
  const rng = new Rng(seed);
  const { channels, cells, units, classes } = SMALL;
  const tensors: Tensors = new Map([
    ['conv.0.weight', normal(rng, channels, 1, 3, 3)],
    ['conv.0.bias', normal(rng, channels)],
    ['conv.1.weight', normal(rng, channels)],
    ['conv.1.bias', normal(rng, channels)],
    ['conv.1.running_mean', normal(rng, channels)],
    [
      'conv.1.running_var',
      { shape: [channels], data: Float32Array.from({ length: channels }, () => 1 + rng.normal() ** 2) },
    ],
    ['fc.weight', normal(rng, classes, 2 * units)],
    ['fc.bias', normal(rng, classes)],
  ]);
  for (const suffix of ['_l0', '_l0_reverse']) {
    tensors.set(`rnns.0.weight_ih${suffix}`, normal(rng, 4 * cells, channels * 3));
    tensors.set(`rnns.0.weight_hh${suffix}`, normal(rng, 4 * cells, cells));
    tensors.set(`rnns.0.bias_ih${suffix}`, normal(rng, 4 * cells));
    tensors.set(`rnns.0.bias_hh${suffix}`, normal(rng, 4 * cells));
    tensors.set(`rnns.1.weight_ih${suffix}`, normal(rng, 3 * units, cells));
    tensors.set(`rnns.1.weight_hh${suffix}`, normal(rng, 3 * units, units));
    tensors.set(`rnns.1.bias_ih${suffix}`, normal(rng, 3 * units));
    tensors.set(`rnns.1.bias_hh${suffix}`, normal(rng, 3 * units));
  }
  return tensors;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** What PyTorch's modules compute of the network, written down plainly: frames [T][bins] to log probabilities [T/2][classes]. */
export function evaluateSmall(tensors: Tensors, frames: readonly (readonly number[])[]): number[][] {
  const { bins, channels, cells, units, classes } = SMALL;
  const value = (name: string, at: number) => Number(tensors.get(name)!.data[at]);
  const steps = Math.floor((frames.length - 1) / 2) + 1;
  const maps = Array.from({ length: steps }, (_, t) => {
    const features: number[] = [];
    for (let channel = 0; channel < channels; channel++) {
      for (let bin = 0; bin < bins / 2; bin++) {
        let sum = value('conv.0.bias', channel);
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) {
            sum += value('conv.0.weight', channel * 9 + i * 3 + j) * (frames[2 * t - 1 + j]?.[2 * bin - 1 + i] ?? 0);
          }
        }
        const deviation = Math.sqrt(value('conv.1.running_var', channel) + 1e-3);
        const normed = ((sum - value('conv.1.running_mean', channel)) / deviation) * value('conv.1.weight', channel);
        features.push(Math.max(-0.5, Math.min(1, normed + value('conv.1.bias', channel))));
      }
    }
    return features;
  });
  const product = (name: string, row: number, x: readonly number[]) =>
    x.reduce((sum, element, column) => sum + value(name, row * x.length + column) * element, 0);
  const run = (reverse: boolean, inputs: number[][], step: (x: number[]) => number[]): number[][] => {
    const order = reverse ? inputs.toReversed() : inputs;
    const outputs = order.map(step);
    return reverse ? outputs.reverse() : outputs;
  };
  const lstm = (suffix: string) => {
    let [h, c] = [new Array<number>(cells).fill(0), new Array<number>(cells).fill(0)];
    return run(suffix.endsWith('reverse'), maps, (x) => {
      const z = (gate: number, k: number) => {
        const row = gate * cells + k;
        const biases = value(`rnns.0.bias_ih${suffix}`, row) + value(`rnns.0.bias_hh${suffix}`, row);
        return product(`rnns.0.weight_ih${suffix}`, row, x) + product(`rnns.0.weight_hh${suffix}`, row, h) + biases;
      };
      c = c.map((old, k) => sigmoid(z(1, k)) * old + sigmoid(z(0, k)) * Math.tanh(z(2, k)));
      h = c.map((cell, k) => sigmoid(z(3, k)) * Math.tanh(cell));
      return h;
    });
  };
  const [forward, backward] = [lstm('_l0'), lstm('_l0_reverse')];
  const summed = forward.map((y, t) => y.map((element, k) => element + backward[t]![k]!));
  const gru = (suffix: string) => {
    let h = new Array<number>(units).fill(0);
    return run(suffix.endsWith('reverse'), summed, (x) => {
      const side = (kind: 'ih' | 'hh', gate: number, k: number, of: readonly number[]) => {
        const row = gate * units + k;
        return product(`rnns.1.weight_${kind}${suffix}`, row, of) + value(`rnns.1.bias_${kind}${suffix}`, row);
      };
      const before = h;
      h = before.map((old, k) => {
        const r = sigmoid(side('ih', 0, k, x) + side('hh', 0, k, before));
        const z = sigmoid(side('ih', 1, k, x) + side('hh', 1, k, before));
        const n = Math.tanh(side('ih', 2, k, x) + r * side('hh', 2, k, before));
        return (1 - z) * n + z * old;
      });
      return h;
    });
  };
  const [left, right] = [gru('_l0'), gru('_l0_reverse')];
  return left.map((y, t) => {
    const features = [...y, ...right[t]!];
    const logits = Array.from({ length: classes }, (_, k) => product('fc.weight', k, features) + value('fc.bias', k));
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return logits.map((logit) => logit - total);
  });
}
