import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createFrames, type Frames, frameAt } from '../../../src/data/frames.ts';
import { readModel } from '../../../src/model/import/read_model.ts';
import { FloatLstm } from '../../../src/model/reference/float_lstm.ts';
import type { StackedLayer } from '../../../src/model/stacked_layer.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { readNpy } from '../../../src/util/npy.ts';
import { Rng } from '../../../src/util/rng.ts';

interface Shape {
  readonly inputs: number;
  readonly cells: number;
  /** null: no projection. */
  readonly outputs: number | null;
  readonly peepholes: boolean;
  readonly density: number;
}

function randomLayer(shape: Shape, rng: Rng): StackedLayer {
  const { inputs, cells } = shape;
  const outputs = shape.outputs ?? cells;
  const sparse = (length: number): Float32Array =>
    Float32Array.from({ length }, () => (rng.uniform() < shape.density ? rng.normal() : 0));
  const dense = (length: number): Float64Array => Float64Array.from({ length }, () => rng.normal());
  return {
    inputs,
    cells,
    outputs,
    weightX: sparse(4 * cells * inputs),
    weightR: sparse(4 * cells * outputs),
    weightP: shape.outputs === null ? null : sparse(outputs * cells),
    bias: dense(4 * cells),
    peepholes: shape.peepholes ? { i: dense(cells), f: dense(cells), o: dense(cells) } : null,
  };
}

function randomFrames(frames: number, width: number, rng: Rng): Frames {
  return { frames, width, data: Float64Array.from({ length: frames * width }, () => rng.normal()) };
}

interface NaiveStep {
  readonly z: number[];
  readonly c: number[];
  readonly m: number[];
  readonly y: number[];
}

/** The layer's equations one by one on dense matrices; gate rows in the order i, f, g, o. */
function naiveStep(layer: StackedLayer, x: ArrayLike<number>, before: NaiveStep): NaiveStep {
  const H = layer.cells;
  const sigma = (v: number): number => 1 / (1 + Math.exp(-v));
  const product = (w: ArrayLike<number>, row: number, v: ArrayLike<number>): number => {
    let sum = 0;
    for (let j = 0; j < v.length; j++) sum += w[row * v.length + j]! * v[j]!;
    return sum;
  };
  const gate = (block: number, h: number): number => {
    const row = block * H + h;
    return product(layer.weightX, row, x) + product(layer.weightR, row, before.y) + layer.bias[row]!;
  };
  const cells = Array.from({ length: H }, (_, h) => h);
  const zi = cells.map((h) => gate(0, h) + (layer.peepholes ? layer.peepholes.i[h]! * before.c[h]! : 0));
  const zf = cells.map((h) => gate(1, h) + (layer.peepholes ? layer.peepholes.f[h]! * before.c[h]! : 0));
  const zg = cells.map((h) => gate(2, h));
  const c = cells.map((h) => sigma(zf[h]!) * before.c[h]! + sigma(zi[h]!) * Math.tanh(zg[h]!));
  const zo = cells.map((h) => gate(3, h) + (layer.peepholes ? layer.peepholes.o[h]! * c[h]! : 0));
  const m = cells.map((h) => sigma(zo[h]!) * Math.tanh(c[h]!));
  const { weightP } = layer;
  const y = weightP === null ? m : Array.from({ length: layer.outputs }, (_, p) => product(weightP, p, m));
  return { z: [...zi, ...zf, ...zg, ...zo], c, m, y };
}

function zeroStep(layer: StackedLayer): NaiveStep {
  const zeros = (length: number): number[] => new Array<number>(length).fill(0);
  return { z: [], c: zeros(layer.cells), m: [], y: zeros(layer.outputs) };
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, n) => {
    expect(actual[n]).toBeCloseTo(value, 12);
  });
}

const SHAPES: Shape[] = [
  { inputs: 5, cells: 7, outputs: 3, peepholes: true, density: 0.5 },
  { inputs: 5, cells: 7, outputs: 3, peepholes: false, density: 0.5 },
  { inputs: 4, cells: 6, outputs: null, peepholes: true, density: 1 },
  { inputs: 4, cells: 6, outputs: null, peepholes: false, density: 0.1 },
  { inputs: 1, cells: 1, outputs: 1, peepholes: true, density: 1 },
];

describe('FloatLstm', () => {
  it.each(SHAPES)('equals the equations: $inputs -> $cells -> $outputs, peepholes $peepholes', (shape) => {
    const rng = new Rng(11);
    const layer = randomLayer(shape, rng);
    const x = randomFrames(20, layer.inputs, rng);
    const steps: NaiveStep[] = [];
    const lstm = new FloatLstm(layer, {
      observer: (step) => steps.push({ z: [...step.z], c: [...step.c], m: [...step.m], y: [...step.y] }),
    });
    const y = lstm.run(x);
    expect(y).toMatchObject({ frames: 20, width: layer.outputs });
    expect(steps).toHaveLength(20);
    const peaks = { z: 0, c: 0, m: 0, y: 0 };
    let state = zeroStep(layer);
    steps.forEach((step, t) => {
      state = naiveStep(layer, frameAt(x, t), state);
      expectClose(frameAt(y, t), state.y);
      for (const key of ['z', 'c', 'm', 'y'] as const) {
        expectClose(step[key], state[key]);
        peaks[key] = Math.max(peaks[key], ...state[key].map(Math.abs));
      }
    });
    for (const key of ['z', 'c', 'm', 'y'] as const) expect(lstm.peaks[key]).toBeCloseTo(peaks[key], 12);
  });

  it('lets peepholes i and f see the previous cell and o the new one', () => {
    const layer: StackedLayer = {
      inputs: 1,
      cells: 1,
      outputs: 1,
      weightX: new Float64Array(4),
      weightR: new Float64Array(4),
      weightP: null,
      bias: Float64Array.of(0, 0, 1, 0),
      peepholes: { i: Float64Array.of(2), f: Float64Array.of(3), o: Float64Array.of(5) },
    };
    const z: number[][] = [];
    const lstm = new FloatLstm(layer, { observer: (step) => z.push([...step.z]) });
    lstm.run(createFrames(2, 1));
    const c0 = 0.5 * Math.tanh(1);
    const sigma = (v: number): number => 1 / (1 + Math.exp(-v));
    const c1 = sigma(3 * c0) * c0 + sigma(2 * c0) * Math.tanh(1);
    expectClose(z[0]!, [0, 0, 1, 5 * c0]);
    expectClose(z[1]!, [2 * c0, 3 * c0, 1, 5 * c1]);
  });

  it('starts each utterance from the zero state', () => {
    const rng = new Rng(12);
    const layer = randomLayer(SHAPES[0]!, rng);
    const first = randomFrames(6, layer.inputs, rng);
    const second = randomFrames(4, layer.inputs, rng);
    const both: Frames = { frames: 10, width: layer.inputs, data: Float64Array.of(...first.data, ...second.data) };
    const lstm = new FloatLstm(layer);
    const separate = [...lstm.run(first).data, ...lstm.run(second).data];
    expect([...lstm.run(both, { utteranceStarts: [0, 6] }).data]).toEqual(separate);
    expect([...lstm.run(both).data]).not.toEqual(separate);
  });

  it('goes on from the present state where no utterance starts, and step by step', () => {
    const rng = new Rng(13);
    const layer = randomLayer(SHAPES[2]!, rng);
    const x = randomFrames(8, layer.inputs, rng);
    const half = (from: number): Frames => ({
      frames: 4,
      width: x.width,
      data: x.data.slice(from * x.width, (from + 4) * x.width),
    });
    const lstm = new FloatLstm(layer);
    const whole = [...lstm.run(x).data];
    expect([...lstm.run(half(0)).data, ...lstm.run(half(4), { utteranceStarts: [] }).data]).toEqual(whole);
    lstm.reset();
    const y = createFrames(8, layer.outputs);
    for (let t = 0; t < 8; t++) lstm.step(frameAt(x, t), frameAt(y, t));
    expect([...y.data]).toEqual(whole);
  });

  it('stays finite with saturated gates', () => {
    const layer: StackedLayer = {
      ...randomLayer(SHAPES[4]!, new Rng(14)),
      bias: Float64Array.of(1e4, -1e4, 1e4, 1e4),
      peepholes: null,
    };
    expect(new FloatLstm(layer).run(createFrames(3, 1)).data.every(Number.isFinite)).toBe(true);
  });

  it('refuses vectors of other lengths', () => {
    const lstm = new FloatLstm(randomLayer(SHAPES[0]!, new Rng(15)));
    expect(() => lstm.run(createFrames(1, 4))).toThrow(
      new EsegenError('float LSTM', 'frames have 4 values, the layer takes 5'),
    );
    expect(() => lstm.step(new Float64Array(4), new Float64Array(3))).toThrow('x has 4 values, expected 5');
    expect(() => lstm.step(new Float64Array(5), new Float64Array(4))).toThrow('y has 4 values, expected 3');
  });

  it('has the peaks on the calibration frames that were measured with another implementation', () => {
    const folder = new URL('../../../examples/digits/', import.meta.url);
    const { layer } = readModel(fileURLToPath(new URL('digits-p10.safetensors', folder)));
    const npy = readNpy(fileURLToPath(new URL('calibration.npy', folder)));
    const frames: Frames = { frames: npy.shape[0]!, width: npy.shape[1]!, data: Float64Array.from(npy.data) };
    const { strings } = z
      .object({ strings: z.array(z.object({ steps: z.int() })) })
      .parse(JSON.parse(readFileSync(new URL('calibration.json', folder), 'utf8')));

    const continuous = new FloatLstm(layer);
    continuous.run(frames);
    expect(continuous.peaks.z).toBeCloseTo(38.9, 1);
    expect(continuous.peaks.c).toBeCloseTo(93.0, 1);
    expect(continuous.peaks.y).toBeCloseTo(6.3, 1);

    // The other implementation ran the utterances as one batch, padded with zero frames to the longest, and its cells
    // count on in the padding.
    const longest = Math.max(...strings.map(({ steps }) => steps));
    const padded = createFrames(strings.length * longest, frames.width);
    let next = 0;
    strings.forEach(({ steps }, n) => {
      const utterance = frames.data.subarray(next * frames.width, (next + steps) * frames.width);
      padded.data.set(utterance, n * longest * frames.width);
      next += steps;
    });
    expect(next).toBe(frames.frames);
    const separate = new FloatLstm(layer);
    separate.run(padded, { utteranceStarts: strings.map((_, n) => n * longest) });
    expect(separate.peaks.c).toBeCloseTo(123.8, 1);
  });
});
