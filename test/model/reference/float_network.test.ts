import { describe, expect, it } from 'vitest';
import { type Frames, frameAt } from '../../../src/data/frames.ts';
import {
  type Activation,
  type Graph,
  type HostOperation,
  POINT_WINDOW,
  type Window,
  windowOutputs,
} from '../../../src/model/graph.ts';
import { FloatNetwork, type FloatOptions } from '../../../src/model/reference/float_network.ts';
import { Rng } from '../../../src/util/rng.ts';
import { graphOf, node, randomGru, randomLstm, randomMatrix, randomVector, tensor } from '../../lib/random_graph.ts';

function framesOf(width: number, values: ArrayLike<number>): Frames {
  return { frames: values.length / width, width, data: Float64Array.from(values) };
}

/** Runs a network of one input and one output. */
function runs(graph: Graph, x: Frames, options?: FloatOptions): Frames {
  const { outputs } = new FloatNetwork(graph).run(new Map([[graph.inputs[0]!.tensor, x]]), options);
  return outputs.get(graph.outputs[0]!.tensor)!;
}

/** Runs a layer on inputs of the given shapes. */
function runLayer(
  layer: Parameters<typeof node>[1],
  shape: readonly number[],
  ...inputs: [readonly number[], Frames][]
) {
  const ids = inputs.map((_, n) => `x${n}`);
  const graph = graphOf(
    [...inputs.map(([own], n) => tensor(`x${n}`, own)), tensor('y_n', shape)],
    [node('n', layer, ...ids)],
    ids,
    ['y_n'],
  );
  return new FloatNetwork(graph).run(new Map(inputs.map(([, x], n) => [`x${n}`, x]))).outputs.get('y_n')!;
}

function host(operation: HostOperation, shape: readonly number[], ...inputs: [readonly number[], Frames][]): number[] {
  return [...runLayer({ kind: 'host', operation }, shape, ...inputs).data];
}

describe('layers without state', () => {
  it('linear: W·x + b through its activation', () => {
    const weight = { rows: 2, columns: 3, values: Float32Array.of(1, 0, -2, 0.5, 1, 0) };
    const layer = { kind: 'linear', weight, bias: Float64Array.of(1, -1), activation: { kind: 'relu' } } as const;
    expect([...runLayer(layer, [2], [[3], framesOf(3, [1, 2, 3, 4, 5, 1])]).data]).toEqual([0, 1.5, 3, 6]);
  });

  it('batch-norm: by channel', () => {
    const layer = { kind: 'batchNorm', scale: Float64Array.of(2, -1), shift: Float64Array.of(0, 10) } as const;
    expect([...runLayer(layer, [2, 2], [[2, 2], framesOf(4, [1, 2, 3, 4])]).data]).toEqual([2, 4, 7, 6]);
  });

  it('activations', () => {
    const x: [readonly number[], Frames] = [[4], framesOf(4, [-4, -0.5, 0.5, 4])];
    const apply = (activation: Activation) => [...runLayer({ kind: 'activation', activation }, [4], x).data];
    expect(apply({ kind: 'relu' })).toEqual([0, 0, 0.5, 4]);
    expect(apply({ kind: 'clip', low: -1, high: 3 })).toEqual([-1, -0.5, 0.5, 3]);
    expect(apply({ kind: 'hardSigmoid', alpha: 0.5, beta: 0.5 })).toEqual([0, 0.25, 0.75, 1]);
    expect(apply({ kind: 'leakyRelu', alpha: 0.25 })).toEqual([-1, -0.125, 0.5, 4]);
    expect(apply({ kind: 'tanh' })).toEqual([-4, -0.5, 0.5, 4].map(Math.tanh));
    expect(apply({ kind: 'sigmoid' })).toEqual([-4, -0.5, 0.5, 4].map((v) => 1 / (1 + Math.exp(-v))));
  });

  it('concat, add, gather', () => {
    const a: [readonly number[], Frames] = [[2], framesOf(2, [1, 2, 3, 4])];
    const b: [readonly number[], Frames] = [[2], framesOf(2, [5, 6, 7, 8])];
    expect([...runLayer({ kind: 'concat' }, [4], a, b).data]).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
    expect([...runLayer({ kind: 'add' }, [2], a, b).data]).toEqual([6, 8, 10, 12]);
    expect([...runLayer({ kind: 'add' }, [2], a, a).data]).toEqual([2, 4, 6, 8]);
    const index = Int32Array.of(1, 0, 1);
    expect([...runLayer({ kind: 'gather', index }, [3], a).data]).toEqual([2, 1, 2, 4, 3, 4]);
  });

  it('pick: a step of the utterance', () => {
    const layers = (at: 'first' | 'last') =>
      graphOf([tensor('x', [2]), tensor('y_p', [2], null)], [node('p', { kind: 'pick', at }, 'x')], ['x'], ['y_p']);
    const x = framesOf(2, [1, 2, 3, 4, 5, 6]);
    expect(runs(layers('first'), x)).toEqual(framesOf(2, [1, 2]));
    expect(runs(layers('last'), x)).toEqual(framesOf(2, [5, 6]));
    expect(() => runs(layers('last'), framesOf(2, []))).toThrow('takes the last step of an utterance without steps');
  });
});

/** A convolution by its definition, over up to two axes of space and time. */
function naiveConv(
  layer: { channels: number; groups: number; weight: ReturnType<typeof randomMatrix>; bias: Float64Array },
  windows: readonly [Window, Window, Window],
  x: Frames,
  [height, width]: readonly [number, number],
): number[] {
  const { channels, groups, weight, bias } = layer;
  const [over, across, time] = windows;
  const result: number[] = [];
  const read = (t: number, channel: number, v: number, u: number) =>
    t < 0 || t >= x.frames || v < 0 || v >= height || u < 0 || u >= width
      ? 0
      : x.data[t * x.width + (channel * height + v) * width + u]!;
  const at = (window: Window, n: number, k: number) => n * window.stride - window.before + k * window.dilation;
  for (let t = 0; t < windowOutputs(time, x.frames); t++) {
    for (let row = 0; row < weight.rows; row++) {
      const group = Math.floor(row / (weight.rows / groups));
      for (let v = 0; v < windowOutputs(over, height); v++) {
        for (let u = 0; u < windowOutputs(across, width); u++) {
          let sum = bias[row]!;
          let column = row * weight.columns;
          for (let c = 0; c < channels / groups; c++) {
            for (let kv = 0; kv < over.kernel; kv++) {
              for (let ku = 0; ku < across.kernel; ku++) {
                for (let kt = 0; kt < time.kernel; kt++) {
                  const source = group * (channels / groups) + c;
                  sum += weight.values[column++]! * read(at(time, t, kt), source, at(over, v, kv), at(across, u, ku));
                }
              }
            }
          }
          result.push(sum);
        }
      }
    }
  }
  return result;
}

describe('convolution', () => {
  it('equals its definition for random windows over space and time, dense, grouped and sparse', () => {
    for (let seed = 0; seed < 60; seed++) {
      const rng = new Rng(seed);
      const window = (): Window => ({
        kernel: rng.integer(1, 4),
        stride: rng.integer(1, 3),
        dilation: rng.integer(1, 2),
        before: rng.integer(0, 3),
        after: rng.integer(0, 3),
      });
      const axes = rng.integer(0, 2);
      const [over, across] = [axes < 2 ? POINT_WINDOW : window(), axes < 1 ? POINT_WINDOW : window()];
      const time = rng.uniform() < 0.3 ? POINT_WINDOW : window();
      const [height, width] = [axes < 2 ? 1 : rng.integer(3, 6), axes < 1 ? 1 : rng.integer(3, 6)];
      const groups = rng.pick([1, 1, 2, 3]);
      const channels = groups * rng.integer(1, 3);
      const columns = (channels / groups) * over.kernel * across.kernel * time.kernel;
      const weight = randomMatrix(groups * rng.integer(1, 3), columns, rng, rng.pick([1, 0.3]));
      const bias = randomVector(weight.rows, rng);
      const space = [over, across].slice(2 - axes);
      const shape = [channels, ...[height, width].slice(2 - axes)];
      const positions = windowOutputs(over, height) * windowOutputs(across, width);
      const x = framesOf(channels * height * width, randomVector(rng.integer(0, 9) * channels * height * width, rng));
      const layer = { kind: 'conv', channels, groups, weight, bias, space, time, activation: null } as const;
      const y = runLayer(layer, [weight.rows, positions], [shape, x]);
      const expected = naiveConv(layer, [over, across, time], x, [height, width]);
      expect(y.data.length, `seed ${seed}`).toBe(expected.length);
      for (const [n, value] of expected.entries()) expect(y.data[n], `seed ${seed}, ${n}`).toBeCloseTo(value, 10);
    }
  });
});

describe('operations of the host', () => {
  const x: [readonly number[], Frames] = [[2, 3], framesOf(6, [1, 2, 3, 4, 5, 6])];

  it('mirrors the last axis', () => {
    const padded = host({ op: 'reflectPad', before: 2, after: 1 }, [2, 6], x);
    expect(padded).toEqual([3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5]);
  });

  it('computes element by element', () => {
    expect(host({ op: 'square' }, [2, 3], x)).toEqual([1, 4, 9, 16, 25, 36]);
    expect(host({ op: 'negate' }, [2, 3], x)).toEqual([-1, -2, -3, -4, -5, -6]);
    expect(host({ op: 'reciprocal' }, [2, 3], x)[3]).toBe(0.25);
    const scale = { op: 'scale', factor: Float64Array.of(2), offset: Float64Array.of(1, 0, 0, 0, 0, 0) } as const;
    expect(host(scale, [2, 3], x)).toEqual([3, 4, 6, 8, 10, 12]);
  });

  it('computes pairs, a size of 1 repeated', () => {
    const column: [readonly number[], Frames] = [[2, 1], framesOf(2, [10, 100])];
    const row: [readonly number[], Frames] = [[1, 3], framesOf(3, [1, 2, 3])];
    expect(host({ op: 'multiply' }, [2, 3], x, column)).toEqual([10, 20, 30, 400, 500, 600]);
    expect(host({ op: 'subtract' }, [2, 3], x, row)).toEqual([0, 0, 0, 3, 3, 3]);
    expect(host({ op: 'divide' }, [2, 3], x, x)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('reduces over axes', () => {
    expect(host({ op: 'mean', axes: [1] }, [2, 1], x)).toEqual([2, 5]);
    expect(host({ op: 'sum', axes: [0] }, [1, 3], x)).toEqual([5, 7, 9]);
    expect(host({ op: 'max', axes: [0, 1] }, [1, 1], x)).toEqual([6]);
  });

  it('normalizes and picks over an axis, the lowest of equals, without overflow', () => {
    const large: [readonly number[], Frames] = [[2, 2], framesOf(4, [1000, 1, 1000, 2])];
    const soft = host({ op: 'softmax', axis: 0 }, [2, 2], large);
    expect(soft[0]).toBe(0.5);
    expect(soft[1]! + soft[3]!).toBeCloseTo(1, 12);
    expect(host({ op: 'logSoftmax', axis: 0 }, [2, 2], large)[0]).toBeCloseTo(-Math.log(2), 12);
    expect(host({ op: 'argMax', axis: 0 }, [2], large)).toEqual([0, 1]);
  });
});

/** Two directions of an LSTM side by side, then a GRU and a linear layer. */
function bidirectional(rng: Rng): Graph {
  const forward = randomLstm({ inputs: 4, cells: 3 }, rng);
  const backward = randomLstm({ inputs: 4, cells: 3, reverse: true }, rng);
  const gru = randomGru({ inputs: 6, cells: 5, resetAfter: true }, rng);
  const fc = { kind: 'linear', weight: randomMatrix(2, 5, rng), bias: randomVector(2, rng), activation: null } as const;
  return graphOf(
    [
      tensor('x', [4]),
      ...Object.entries({ f: 3, b: 3, both: 6, gru: 5, fc: 2 }).map(([id, size]) => tensor(`y_${id}`, [size])),
    ],
    [
      node('f', forward, 'x'),
      node('b', backward, 'x'),
      node('both', { kind: 'concat' }, 'y_f', 'y_b'),
      node('gru', gru, 'y_both'),
      node('fc', fc, 'y_gru'),
    ],
    ['x'],
    ['y_fc'],
  );
}

describe('networks', () => {
  it('run layer by layer over the utterance, and show every tensor and inner vector', () => {
    const rng = new Rng(31);
    const graph = bidirectional(rng);
    const x = framesOf(4, randomVector(4 * 12, rng));
    const network = new FloatNetwork(graph);
    const seen = new Map<string, Frames>();
    const inner: string[] = [];
    const { outputs, states } = network.run(new Map([['x', x]]), {
      observe: (id, values) => seen.set(id, values),
      observeInner: (id, vector, values) => inner.push(`${id} ${vector} ${values.frames}x${values.width}`),
    });
    expect([...seen.keys()]).toEqual(['x', 'y_f', 'y_b', 'y_both', 'y_gru', 'y_fc']);
    expect(inner.join(', ')).toBe(
      'f z 12x12, f c 12x3, f m 12x3, b z 12x12, b c 12x3, b m 12x3, gru z 12x15, gru nh 12x5',
    );
    expect(seen.get('y_f')).toEqual(network.recurrent('f').run(x).y);
    expect([...frameAt(seen.get('y_both')!, 5)]).toEqual([
      ...frameAt(seen.get('y_f')!, 5),
      ...frameAt(seen.get('y_b')!, 5),
    ]);
    const gru = network.recurrent('gru').run(seen.get('y_both')!);
    expect(seen.get('y_gru')).toEqual(gru.y);
    expect(outputs.get('y_fc')).toBe(seen.get('y_fc'));
    expect([...states.keys()]).toEqual(['f', 'b', 'gru']);
    expect(states.get('gru')).toEqual(gru.state);
    expect([...states.get('b')!.y!]).toEqual([...frameAt(seen.get('y_b')!, 0)]);
    expect(() => network.recurrent('fc')).toThrow('node "fc": is no recurrent layer');
  });

  it('in one direction, give the same in parts with the states handed on', () => {
    const rng = new Rng(32);
    const lstm = randomLstm({ inputs: 4, cells: 6, outputs: 3 }, rng);
    const gru = randomGru({ inputs: 3, cells: 5, resetAfter: false }, rng);
    const graph = graphOf(
      [tensor('x', [4]), tensor('y_l', [3]), tensor('y_g', [5])],
      [node('l', lstm, 'x'), node('g', gru, 'y_l')],
      ['x'],
      ['y_g'],
    );
    const x = framesOf(4, randomVector(4 * 10, rng));
    const whole = runs(graph, x);
    const network = new FloatNetwork(graph);
    let states: FloatOptions['states'];
    const joined: number[] = [];
    for (let t = 0; t < 10; t++) {
      const result = network.run(new Map([['x', framesOf(4, frameAt(x, t))]]), { states });
      joined.push(...result.outputs.get('y_g')!.data);
      states = result.states;
    }
    for (const [n, value] of joined.entries()) expect(value).toBeCloseTo(whole.data[n]!, 12);
  });

  it('run on several inputs and refuse inputs that are missing or do not fit', () => {
    const graph = graphOf(
      [tensor('a', [2]), tensor('b', [2]), tensor('c', [1], null), tensor('y_s', [2])],
      [node('s', { kind: 'add' }, 'a', 'b')],
      ['c', 'a', 'b'],
      ['y_s', 'a'],
    );
    const network = new FloatNetwork(graph);
    const [a, b, c] = [framesOf(2, [1, 2, 3, 4]), framesOf(2, [1, 1, 1, 1]), framesOf(1, [7])];
    const inputs = new Map(Object.entries({ a, b, c }));
    const { outputs } = network.run(inputs);
    expect([...outputs.get('y_s')!.data]).toEqual([2, 3, 4, 5]);
    expect(outputs.get('a')).toBe(a);
    const fails = (id: string, frames: Frames | null) => {
      const changed = new Map(inputs);
      if (frames === null) changed.delete(id);
      else changed.set(id, frames);
      return () => network.run(changed);
    };
    expect(fails('b', null)).toThrow('input "b": is missing');
    expect(fails('b', framesOf(1, [1, 2]))).toThrow('input "b": frames have 1 values, the network takes 2');
    expect(fails('b', framesOf(2, [1, 2]))).toThrow('input "b": expected 2 frames, got 1');
    expect(fails('c', framesOf(1, [1, 2]))).toThrow('input "c": expected 1 frames, got 2');
  });
});
