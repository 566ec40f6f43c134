import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lstmTensors } from '../model/import/pytorch/lstm_tensors.ts';
import type { FloatTensor } from '../model/import/write_safetensors.ts';
import type { LstmModel, StackedLayer } from '../model/stacked_layer.ts';
import { type FeatureNorm, MEL_BANDS, parseFeatureNorm, STACK } from '../speech/features.ts';
import { readJson } from '../util/read_json.ts';
import { printJson, tryJson } from './files.ts';
import { type Labels, parseLabels } from './labels.ts';

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

/** Reads the files for the host of a design directory. */
export interface HostFileReaders {
  /** Reads the normalisation of the features; null where the design has none. */
  readonly readNorm: () => FeatureNorm | null;
  /** Reads the meaning of the output classes; null where the design has none. */
  readonly readLabels: () => Labels | null;
}

/** @param files of the directory, by path; all have been checked */
export function hostFileReaders(dir: string, files: ReadonlyMap<string, string>): HostFileReaders {
  const read = <T>(file: string, parse: (value: unknown, where: string) => T): T | null =>
    files.has(file) ? parse(tryJson(join(dir, file)), file) : null;
  return {
    readNorm: () => read(HOST_PATHS.norm, parseFeatureNorm),
    readLabels: () => read(HOST_PATHS.labels, parseLabels),
  };
}

/**
 * The only `*.norm.json` of a folder, where the model takes features: stacked frames, or one a step.
 *
 * @param inputs elements of a step of the model's input
 */
export function readNorm(folder: string, inputs: number): FeatureNorm | null {
  const names = readdirSync(folder).filter((name) => name.endsWith('.norm.json'));
  const [name] = names;
  if (name === undefined || names.length > 1) return null;
  const path = join(folder, name);
  return inputs === MEL_BANDS * STACK || inputs === MEL_BANDS ? parseFeatureNorm(readJson(path), path) : null;
}

/** Meaning of the classes, from `labels.json` of a folder; null where there is none for this number of classes. */
export function readLabels(folder: string, classes: number | null): Labels | null {
  const path = join(folder, 'labels.json');
  if (classes === null || !existsSync(path)) return null;
  const labels = parseLabels(readJson(path), path);
  return labels.labels.length === classes ? labels : null;
}

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
