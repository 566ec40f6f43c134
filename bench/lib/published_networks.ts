import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FloatTensor, writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { Rng } from '../../src/util/rng.ts';

/** A network that was published with its sizes and density, but not with its weights: these are seeded and random. */
export interface PublishedNetwork {
  readonly name: string;
  /** Elements of a step of its input, and steps of an utterance as published. */
  readonly inputs: number;
  readonly steps: number;
  /** Share of the weights of its recurrent layers that stay. */
  readonly density: number;
  /**
   * Writes the model; returns its path.
   *
   * @param density share of the weights of its recurrent layers that stay, each with the same chance
   */
  readonly write: (folder: string, density: number) => string;
}

const SEED = 20170222;
const SIGMA = 0.05;

/** Normal weights, of which a share stays: each with the same chance. */
class Weights {
  readonly tensors = new Map<string, FloatTensor>();
  readonly #rng = new Rng(SEED);

  add(name: string, shape: readonly number[], density = 1): void {
    const size = shape.reduce((product, n) => product * n, 1);
    const rng = this.#rng;
    const data = Float32Array.from({ length: size }, () =>
      density < 1 && rng.uniform() >= density ? 0 : SIGMA * rng.normal(),
    );
    this.tensors.set(name, { shape, data });
  }

  lstm(prefix: string, suffix: string, inputs: number, cells: number, outputs: number, density: number): void {
    this.add(`${prefix}.weight_ih_${suffix}`, [4 * cells, inputs], density);
    this.add(`${prefix}.weight_hh_${suffix}`, [4 * cells, outputs], density);
    this.add(`${prefix}.bias_ih_${suffix}`, [4 * cells]);
    this.add(`${prefix}.bias_hh_${suffix}`, [4 * cells]);
  }

  norm(name: string, channels: number): void {
    for (const part of ['weight', 'running_var']) {
      this.tensors.set(`${name}.${part}`, { shape: [channels], data: new Float32Array(channels).fill(1) });
    }
    for (const part of ['bias', 'running_mean']) this.add(`${name}.${part}`, [channels]);
  }
}

function writeModel(folder: string, name: string, { tensors }: Weights, layers: object | null): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.safetensors`);
  writeFileSync(path, writeSafetensors(tensors));
  if (layers !== null) writeFileSync(join(folder, `${name}.layers.json`), JSON.stringify(layers));
  return path;
}

/** DDESE's Sogou network: three LSTMP layers 153 → 2048 → 1024, 17.76 % of the weights, utterances of 100 frames. */
export const SOGOU: PublishedNetwork = {
  name: 'sogou',
  inputs: 153,
  steps: 100,
  density: 0.1776,
  write: (folder, density) => {
    const weights = new Weights();
    for (const [layer, inputs] of [153, 1024, 1024].entries()) {
      weights.lstm('lstm', `l${layer}`, inputs, 2048, 1024, density);
      weights.add(`lstm.weight_hr_l${layer}`, [1024, 2048], density);
    }
    return writeModel(folder, 'sogou', weights, null);
  },
};

const CLASSES = 29;
const CELLS = 800;
const LAYERS = 5;
/** Channels and bins behind the convolutions. */
const MAPS = 32;
const BINS = 21;

/** Five bidirectional layers whose directions are summed, with batch-norm between them: its weights, and its layers. */
function addRecurrent(weights: Weights, density: number): object[] {
  return Array.from({ length: LAYERS }, (_, n) => {
    const inputs = n === 0 ? MAPS * BINS : CELLS;
    for (const suffix of ['l0', 'l0_reverse']) weights.lstm(`rnns.${n}`, suffix, inputs, CELLS, CELLS, density);
    const lstm = { kind: 'lstm', name: `rnns.${n}`, directions: 'sum' };
    if (n === 0) return [lstm];
    weights.norm(`bns.${n - 1}`, CELLS);
    return [{ kind: 'batchNorm', name: `bns.${n - 1}` }, lstm];
  }).flat();
}

/** The recurrent layers of DDESE's DeepSpeech2 alone, one second of what its convolutions give. */
export const DDESE_BLSTM: PublishedNetwork = {
  name: 'ddese_blstm',
  inputs: MAPS * BINS,
  steps: 46,
  density: 0.15,
  write: (folder, density) => {
    const weights = new Weights();
    const layers = addRecurrent(weights, density);
    return writeModel(folder, 'ddese_blstm', weights, { layers });
  },
};

/**
 * DeepSpeech2 as DDESE ran it: two convolutions with batch-norm and Hardtanh(0, 20), five bidirectional layers of 800 whose directions are summed, with
 * batch-norm before layers 2 to 5 and before the output layer of 29 classes; recurrent matrices at 15 %, one second of audio: 111 steps
 * of the input are the 46 of the recurrent layers that DDESE has.
 */
export const DDESE: PublishedNetwork = {
  name: 'ddese',
  inputs: 161,
  steps: 111,
  density: 0.15,
  write: (folder, density) => {
    const weights = new Weights();
    weights.add('conv.0.weight', [MAPS, 1, 41, 11]);
    weights.add('conv.0.bias', [MAPS]);
    weights.norm('conv.1', MAPS);
    weights.add('conv.3.weight', [MAPS, MAPS, 21, 11]);
    weights.add('conv.3.bias', [MAPS]);
    weights.norm('conv.4', MAPS);
    const recurrent = addRecurrent(weights, density);
    weights.norm('fc.0', CELLS);
    weights.add('fc.1.weight', [CLASSES, CELLS]);
    weights.add('fc.1.bias', [CLASSES]);
    const clip = { kind: 'clip', low: 0, high: 20 };
    const axes = ['space', 'time'];
    return writeModel(folder, 'ddese', weights, {
      input: { shape: [1, 161], axes: ['batch', 'shape', 'shape', 'time'] },
      layers: [
        { kind: 'conv', name: 'conv.0', axes, stride: [2, 2], padding: [0, [5, 5]] },
        ...[{ kind: 'batchNorm', name: 'conv.1' }, clip],
        { kind: 'conv', name: 'conv.3', axes, stride: [2, 1], padding: [0, 0] },
        ...[{ kind: 'batchNorm', name: 'conv.4' }, clip],
        ...recurrent,
        { kind: 'batchNorm', name: 'fc.0' },
        { kind: 'linear', name: 'fc.1' },
      ],
    });
  },
};

/** A small speech network: three LSTMP layers 80 → 256 → 128 and an output layer, as the example networks are. */
export const LSTMP3: PublishedNetwork = {
  name: 'lstmp3',
  inputs: 80,
  steps: 50,
  density: 0.18,
  write: (folder, density) => {
    const weights = new Weights();
    for (const [layer, inputs] of [80, 128, 128].entries()) {
      weights.lstm('lstm', `l${layer}`, inputs, 256, 128, density);
      weights.add(`lstm.weight_hr_l${layer}`, [128, 256], density);
    }
    weights.add('fc.weight', [11, 128]);
    weights.add('fc.bias', [11]);
    return writeModel(folder, 'lstmp3', weights, null);
  },
};

/** Folder of what the benches make. */
export const NETWORK_FOLDER = fileURLToPath(new URL('../../build/networks', import.meta.url));
