import { describe, expect, it } from 'vitest';
import { createFrames, type Frames, frameAt } from '../../../src/data/frames.ts';
import { type GruLayer, LSTM_GATES, type LstmLayer, type Matrix } from '../../../src/model/graph.ts';
import type { FloatRecurrent, InnerVector } from '../../../src/model/reference/recurrent.ts';
import { RecurrentGru } from '../../../src/model/reference/recurrent_gru.ts';
import { RecurrentLstm } from '../../../src/model/reference/recurrent_lstm.ts';
import { Rng } from '../../../src/util/rng.ts';
import { type GruShape, type LstmShape, randomGru, randomLstm, randomVector } from '../../lib/random_graph.ts';

const sigma = (v: number): number => 1 / (1 + Math.exp(-v));

function times({ rows, columns, values }: Matrix, vector: ArrayLike<number>): number[] {
  return Array.from({ length: rows }, (_, r) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += values[r * columns + k]! * vector[k]!;
    return sum;
  });
}

function randomFrames(frames: number, width: number, rng: Rng): Frames {
  return { frames, width, data: randomVector(frames * width, rng) };
}

function part({ width, data }: Frames, from: number, to: number): Frames {
  return { frames: to - from, width, data: data.slice(from * width, to * width) };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let n = 0; n < expected.length; n++) expect(actual[n]).toBeCloseTo(expected[n]!, 12);
}

/** The equations one by one on dense matrices. */
function naiveLstm(layer: LstmLayer, x: ArrayLike<number>, y: readonly number[], c: readonly number[]) {
  const { weights, bias, peepholes } = layer;
  const [i, f, g, o] = LSTM_GATES.map((gate) => {
    const wx = times(weights[`${gate}x`], x);
    const wr = times(weights[`${gate}r`], y);
    return wx.map((value, h) => value + wr[h]! + bias[gate][h]!);
  });
  const peep = (gate: 'i' | 'f' | 'o', h: number, cell: number) =>
    peepholes === null ? 0 : peepholes[gate][h]! * cell;
  const zi = i!.map((value, h) => value + peep('i', h, c[h]!));
  const zf = f!.map((value, h) => value + peep('f', h, c[h]!));
  const next = c.map((old, h) => sigma(zf[h]!) * old + sigma(zi[h]!) * Math.tanh(g![h]!));
  const zo = o!.map((value, h) => value + peep('o', h, next[h]!));
  const m = next.map((cell, h) => sigma(zo[h]!) * Math.tanh(cell));
  return { z: [...zi, ...zf, ...g!, ...zo], c: next, m, y: layer.projection === null ? m : times(layer.projection, m) };
}

function naiveGru(layer: GruLayer, x: ArrayLike<number>, h: readonly number[]) {
  const { weights, bias, resetAfter } = layer;
  const both = (gate: 'r' | 'z') => {
    const wh = times(weights[`${gate}h`], h);
    return times(weights[`${gate}x`], x).map((value, k) => value + wh[k]! + bias[gate][k]!);
  };
  const zr = both('r');
  const zz = both('z');
  const rh = h.map((value, k) => sigma(zr[k]!) * value);
  const nh = times(weights.nh, resetAfter ? h : rh).map((value, k) => value + bias.nh[k]!);
  const zn = times(weights.nx, x).map(
    (value, k) => value + bias.n[k]! + (resetAfter ? sigma(zr[k]!) * nh[k]! : nh[k]!),
  );
  const next = h.map((old, k) => (1 - sigma(zz[k]!)) * Math.tanh(zn[k]!) + sigma(zz[k]!) * old);
  return { z: [...zr, ...zz, ...zn], nh, rh, h: next };
}

/** More than a block of steps. */
const STEPS = 70;

function observed(recurrent: FloatRecurrent, x: Frames) {
  const inner = new Map<InnerVector, Frames>();
  const result = recurrent.run(x, { observe: (vector, values) => inner.set(vector, values) });
  return { ...result, inner };
}

const LSTM_SHAPES: LstmShape[] = [
  { inputs: 5, cells: 7, outputs: 3, peepholes: true, density: 0.5 },
  { inputs: 5, cells: 7, outputs: 3, density: 0.5, reverse: true },
  { inputs: 4, cells: 6, peepholes: true, density: 1 },
  { inputs: 4, cells: 6, density: 0.1 },
  { inputs: 1, cells: 1, outputs: 1, peepholes: true, density: 1 },
];

describe('LSTM in double precision', () => {
  it.each(LSTM_SHAPES)('equals the equations: %o', (shape) => {
    const rng = new Rng(11);
    const layer = randomLstm(shape, rng);
    const x = randomFrames(STEPS, layer.inputs, rng);
    const { y, state, inner } = observed(new RecurrentLstm(layer), x);
    expect(y).toMatchObject({ frames: STEPS, width: layer.outputs });
    let step = {
      z: [] as number[],
      c: new Array<number>(layer.cells).fill(0),
      m: [] as number[],
      y: new Array<number>(layer.outputs).fill(0),
    };
    for (let n = 0; n < STEPS; n++) {
      const t = layer.reverse ? STEPS - 1 - n : n;
      step = naiveLstm(layer, frameAt(x, t), step.y, step.c);
      expectClose(frameAt(y, t), step.y);
      for (const vector of ['z', 'c', 'm'] as const) expectClose(frameAt(inner.get(vector)!, t), step[vector]);
    }
    expectClose(state.y!, step.y);
    expectClose(state.c!, step.c);
  });

  it('clips pre-activations and cells, and couples gates', () => {
    const rng = new Rng(16);
    const free = randomLstm({ inputs: 3, cells: 4 }, rng);
    const x = randomFrames(9, 3, rng);
    const clipped = new RecurrentLstm({ ...free, cell: { ...free.cell, clip: 0.5, cellClip: 0.25 } });
    const { inner } = observed(clipped, x);
    expect(Math.max(...inner.get('z')!.data.map(Math.abs))).toBe(0.5);
    expect(Math.max(...inner.get('c')!.data.map(Math.abs))).toBe(0.25);
    const coupled = observed(new RecurrentLstm({ ...free, cell: { ...free.cell, couplesGates: true } }), x).inner;
    const c = coupled.get('c')!;
    for (let t = 1; t < 9; t++) {
      for (let h = 0; h < 4; h++) {
        const z = frameAt(coupled.get('z')!, t);
        const input = sigma(z[h]!);
        const expected = (1 - input) * frameAt(c, t - 1)[h]! + input * Math.tanh(z[8 + h]!);
        expect(frameAt(c, t)[h]).toBeCloseTo(expected, 12);
      }
    }
  });

  it('starts from its initial state, from a given one, and rounds cells where it is told to', () => {
    const rng = new Rng(17);
    const layer = randomLstm({ inputs: 3, cells: 4, outputs: 2 }, rng);
    const x = randomFrames(6, 3, rng);
    const start = { y: randomVector(2, rng), c: randomVector(4, rng) };
    const given = new RecurrentLstm(layer).run(x, { state: start });
    expect(new RecurrentLstm({ ...layer, initial: start }).run(x).y).toEqual(given.y);
    expect(new RecurrentLstm(layer).run(x).y).not.toEqual(given.y);
    const round = (value: number) => Math.round(value * 4) / 4;
    const inner: number[] = [];
    const rounded = new RecurrentLstm(layer).run(x, {
      round,
      observe: (vector, values) => vector === 'c' && inner.push(...values.data),
    });
    expect(inner.map(round)).toEqual(inner);
    expect(rounded.y).not.toEqual(given.y);
  });

  it('stays finite with saturated gates', () => {
    const layer = randomLstm({ inputs: 1, cells: 1 }, new Rng(14));
    const bias = {
      i: Float64Array.of(1e4),
      f: Float64Array.of(-1e4),
      c: Float64Array.of(1e4),
      o: Float64Array.of(1e4),
    };
    expect(new RecurrentLstm({ ...layer, bias }).run(createFrames(3, 1)).y.data.every(Number.isFinite)).toBe(true);
  });
});

const GRU_SHAPES: GruShape[] = [
  { inputs: 5, cells: 7, resetAfter: true },
  { inputs: 5, cells: 7, resetAfter: false },
  { inputs: 6, cells: 4, resetAfter: true, density: 0.2, reverse: true },
  { inputs: 6, cells: 4, resetAfter: false, density: 0.2, reverse: true },
];

describe('GRU in double precision', () => {
  it.each(GRU_SHAPES)('equals the equations: %o', (shape) => {
    const rng = new Rng(12);
    const layer = randomGru(shape, rng);
    const x = randomFrames(STEPS, layer.inputs, rng);
    const { y, state, inner } = observed(new RecurrentGru(layer), x);
    const hidden = layer.resetAfter ? 'nh' : 'rh';
    expect([...inner.keys()]).toEqual(['z', hidden]);
    let h = new Array<number>(layer.cells).fill(0);
    for (let n = 0; n < STEPS; n++) {
      const t = layer.reverse ? STEPS - 1 - n : n;
      const step = naiveGru(layer, frameAt(x, t), h);
      h = step.h;
      expectClose(frameAt(y, t), h);
      expectClose(frameAt(inner.get('z')!, t), step.z);
      expectClose(frameAt(inner.get(hidden)!, t), step[hidden]);
    }
    expectClose(state.h!, h);
  });

  it('clips pre-activations', () => {
    const rng = new Rng(18);
    for (const resetAfter of [true, false]) {
      const layer = { ...randomGru({ inputs: 3, cells: 4, resetAfter }, rng), clip: 0.5 };
      const { inner } = observed(new RecurrentGru(layer), randomFrames(9, 3, rng));
      expect(Math.max(...inner.get('z')!.data.map(Math.abs))).toBe(0.5);
    }
  });
});

describe.each([
  ['LSTM', new RecurrentLstm(randomLstm({ inputs: 4, cells: 6, outputs: 3 }, new Rng(13)))],
  ['reverse LSTM', new RecurrentLstm(randomLstm({ inputs: 4, cells: 6, reverse: true }, new Rng(13)))],
  ['GRU', new RecurrentGru(randomGru({ inputs: 4, cells: 6, resetAfter: true }, new Rng(13)))],
])('a run of the %s', (_name, recurrent) => {
  it('goes on where the run before ended', () => {
    const x = randomFrames(100, 4, new Rng(19));
    const whole = recurrent.run(x);
    const { reverse } = recurrent.layer;
    const [first, second] = reverse ? [part(x, 37, 100), part(x, 0, 37)] : [part(x, 0, 37), part(x, 37, 100)];
    const begin = recurrent.run(first);
    const end = recurrent.run(second, { state: begin.state });
    const joined = reverse ? [...end.y.data, ...begin.y.data] : [...begin.y.data, ...end.y.data];
    expectClose(joined, whole.y.data);
    for (const [key, values] of Object.entries(whole.state)) expectClose(end.state[key as 'y']!, values);
  });

  it('refuses vectors of other lengths', () => {
    expect(() => recurrent.run(createFrames(1, 5))).toThrow('frames have 5 values, the layer takes 4');
    const state = { y: new Float64Array(9), h: new Float64Array(9) };
    expect(() => recurrent.run(createFrames(1, 4), { state })).toThrow(/state [yh]: has 9 values, expected/);
  });
});
