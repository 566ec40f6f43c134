import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FloatTensor, writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { Rng } from '../../src/util/rng.ts';
import { buildModel } from '../../src/verbs/build_network.ts';
import { modelImage } from '../../src/verbs/image.ts';
import { randomVector } from '../lib/random_graph.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Stack {
  readonly inputs?: number;
  readonly cells?: number;
  readonly layers?: number;
  readonly kind?: 'lstm' | 'gru';
  readonly classes?: number;
  readonly backward?: boolean;
  readonly seed?: number;
}

/** The state dict of a stack of recurrent layers with an output layer over it. */
function stateDict(stack: Stack): Uint8Array {
  const { inputs = 6, cells = 4, layers = 2, kind = 'lstm', classes = 3, backward = false, seed = 1 } = stack;
  const rng = new Rng(seed);
  const gates = { lstm: 4, gru: 3 }[kind];
  const tensors = new Map<string, FloatTensor>();
  const put = (name: string, ...shape: number[]) => {
    const data = randomVector(
      shape.reduce((a, b) => a * b, 1),
      rng,
    );
    tensors.set(name, { shape, data: data.map((value) => 0.5 * value) });
  };
  const width = backward ? 2 * cells : cells;
  for (let layer = 0; layer < layers; layer++) {
    for (const end of backward ? ['', '_reverse'] : ['']) {
      put(`${kind}.weight_ih_l${layer}${end}`, gates * cells, layer === 0 ? inputs : width);
      put(`${kind}.weight_hh_l${layer}${end}`, gates * cells, cells);
      put(`${kind}.bias_ih_l${layer}${end}`, gates * cells);
      put(`${kind}.bias_hh_l${layer}${end}`, gates * cells);
    }
  }
  put('fc.weight', classes, width);
  put('fc.bias', classes);
  return writeSafetensors(tensors);
}

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-image-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function model(name: string, stack: Stack): string {
  const path = join(root, `${name}.safetensors`);
  writeFileSync(path, stateDict(stack));
  return path;
}

/** Builds hardware for a model. */
function hardware(name: string, stack: Stack, config: object): string {
  const out = join(root, name);
  const given = { name: 'tiny', array: { lanes: 2 }, ...config };
  buildModel({ model: model(name, stack), config: given as never, out });
  return out;
}

const ROOM = { words: 400, columns: 100, parameters: 200, elements: 200, rows: 64, instructions: 64 };

/** Words of the header of an image. */
function headerOf(image: Uint8Array): number[] {
  return [...new Uint32Array(Uint8Array.from(image.subarray(0, 40)).buffer)];
}

describe('image of the network that hardware was built for', () => {
  test.each([
    ['step by step', { array: { channels: 2, lanes: 2 } }, {}],
    ['weights in external memory', { weights: 'dram', memoryBusBits: 64 }, {}],
    ['by utterance', { sequence: { maxSteps: 40 } }, { backward: true }],
  ])('%s: is that of its design directory, byte for byte', (name, config, stack) => {
    const dir = hardware(name, stack, config);
    const made = modelImage({ model: model(name, stack), design: dir });
    expect(Buffer.compare(made.image, readFileSync(join(dir, 'sw', 'model.img')))).toBe(0);
    if (made.weights === null) expect(headerOf(made.image).slice(8)).toEqual([0, 0]);
    else {
      expect(Buffer.compare(made.weights, readFileSync(join(dir, 'dram', 'weights.bin')))).toBe(0);
      expect(headerOf(made.image).slice(8)).toEqual([made.weights.length, crc32(made.weights)]);
    }
  });
});

describe('image of another network', () => {
  test('of other sizes and layers for hardware with room: the command writes it and prints formats of inputs and outputs', async () => {
    const dir = hardware('roomy', {}, { weights: 'dram', memoryBusBits: 64, room: { ...ROOM, features: ['gru'] } });
    const other = model('gru', { kind: 'gru', layers: 3, cells: 5, inputs: 9, classes: 2, seed: 7 });
    const out = join(root, 'gru.img');
    const { stdout, stderr } = await execa('npx', ['tsx', MAIN, 'image', other, '--design', dir, '--out', out]);
    expect(stderr).toBe('');
    const image = readFileSync(out);
    const own = headerOf(readFileSync(join(dir, 'sw', 'model.img')));
    expect(headerOf(image).slice(0, 5)).toEqual(own.slice(0, 5));
    expect(headerOf(image)[5]).toBe(1 + 256);
    const weights = readFileSync(`${out}.weights`);
    expect(headerOf(image).slice(8)).toEqual([weights.length, crc32(weights)]);
    expect(crc32(image.subarray(0, -4))).toBe(image.readUInt32LE(image.length - 4));
    expect(stdout).toContain(`${out}: ${image.length.toLocaleString('en-US')} bytes\n`);
    expect(stdout).toMatch(/^input +.*: 9 elements of 16 bits, \d+ fraction bits$/m);
    expect(stdout).toMatch(/^output +.*: 2 elements of 16 bits, \d+ fraction bits$/m);
  });

  test.each<[string, Stack, object, RegExp]>([
    [
      'words of a lane',
      { cells: 16 },
      {},
      /needs \d+ words of a lane, the hardware has \d+[;.].*"room": \{ "words": \d+[, ]/,
    ],
    [
      'all that is missing at once',
      { cells: 16, kind: 'gru', layers: 9 },
      {},
      /needs \d+ words of a lane.*; needs \d+ instructions of mac.*; has layers of kind gruAfter, .*"room": \{ "words": \d+, .*"instructions": \d+, .*"features": \["gru"\] \}, or more$/,
    ],
    ['kinds of layers', { kind: 'gru' }, { room: ROOM }, /has layers of kind gruAfter, .*"features": \["gru"\]/],
    ['mode', { backward: true }, { room: ROOM }, /mode: expected streaming as the hardware has it, got utterance/],
    [
      'columns',
      { inputs: 40 },
      { room: { ...ROOM, words: 4000, columns: 0 } },
      /needs \d+ columns of a group, the hardware has \d+/,
    ],
    [
      'instructions',
      { layers: 9 },
      { room: { ...ROOM, words: 4000, columns: 400, instructions: 0 } },
      /needs \d+ instructions of \w+, the hardware has \d+/,
    ],
  ])(
    'is refused where the hardware has no room, with the number and what would fit: %s',
    (what, stack, config, message) => {
      const dir = hardware(`small ${what}`, {}, config);
      const image = () => modelImage({ model: model('large', stack), design: dir });
      expect(image).toThrow(message);
      expect(image).toThrow(/^.*large\.safetensors: /);
    },
  );

  test('for hardware of one layer is refused', () => {
    const dir = hardware('one layer', { layers: 1 }, {});
    expect(() => modelImage({ model: model('two', {}), design: dir })).toThrow(
      /That is for a design of one LSTM layer/,
    );
  });
});
