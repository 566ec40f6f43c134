import type { FloatTensor } from '../model/import/write_safetensors.ts';
import type { LstmLayer, LstmModel } from '../model/lstm.ts';
import { type FeatureNorm, STACK } from '../speech/features.ts';
import { printJson } from './files.ts';
import type { Labels } from './labels.ts';
/** What the host needs beside the model; null where the design has none. */
export interface HostFiles {
  readonly norm: FeatureNorm | null;
  readonly labels: Labels | null;
}

/** Where the host files lie in a design directory. */
export const HOST_PATHS = {
  model: 'host/model.safetensors',
  norm: 'host/norm.json',
  labels: 'host/labels.json',
} as const;

/** `host/norm.json`. */
export function printNorm(norm: FeatureNorm): string {
  return printJson({ mean: [...norm.mean], istd: [...norm.istd], stack: STACK });
}

/** The pruned layer and the output layer by PyTorch's names; all biases of the layer stand in `bias_ih_l0`, zeros in the other. */
export function modelTensors(layer: LstmLayer, { outputLayer }: LstmModel): Map<string, FloatTensor> {
  const { inputs, cells, outputs, weightP, peepholes } = layer;
  const tensors = new Map<string, FloatTensor>([
    ['lstm.weight_ih_l0', { shape: [4 * cells, inputs], data: layer.weightX }],
    ['lstm.weight_hh_l0', { shape: [4 * cells, outputs], data: layer.weightR }],
    ['lstm.bias_ih_l0', { shape: [4 * cells], data: layer.bias }],
    ['lstm.bias_hh_l0', { shape: [4 * cells], data: new Float64Array(4 * cells) }],
  ]);
  if (weightP !== null) tensors.set('lstm.weight_hr_l0', { shape: [outputs, cells], data: weightP });
  if (peepholes !== null) {
    for (const gate of ['i', 'f', 'o'] as const) {
      tensors.set(`lstm.weight_c${gate}`, { shape: [cells], data: peepholes[gate] });
    }
  }
  if (outputLayer !== null) {
    tensors.set('fc.weight', { shape: [outputLayer.classes, outputs], data: outputLayer.weight });
    tensors.set('fc.bias', { shape: [outputLayer.classes], data: outputLayer.bias });
  }
  return tensors;
}
