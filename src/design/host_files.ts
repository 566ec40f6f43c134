import { lstmTensors } from '../model/import/pytorch/lstm_tensors.ts';
import type { FloatTensor } from '../model/import/write_safetensors.ts';
import type { LstmModel, StackedLayer } from '../model/stacked_layer.ts';
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

/** The pruned layer and the output layer by PyTorch's names. */
export function modelTensors(layer: StackedLayer, { outputLayer }: LstmModel): Map<string, FloatTensor> {
  const names = { matrix: (base: string) => `lstm.${base}_l0`, peephole: (base: string) => `lstm.${base}` };
  const tensors = new Map(lstmTensors(layer, names));
  if (outputLayer !== null) {
    tensors.set('fc.weight', { shape: [outputLayer.classes, layer.outputs], data: outputLayer.weight });
    tensors.set('fc.bias', { shape: [outputLayer.classes], data: outputLayer.bias });
  }
  return tensors;
}
