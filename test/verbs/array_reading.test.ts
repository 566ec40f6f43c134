import { describe, expect, test } from 'vitest';
import type { Port, PortAxis, Tensor } from '../../src/model/graph.ts';
import type { NpyArray } from '../../src/util/npy.ts';
import { type Layout, layOut, readArray } from '../../src/verbs/run/array_reading.ts';

/** An array of 0, 1, 2, … */
function array(...shape: number[]): NpyArray {
  const elements = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float64', shape, data: Float64Array.from({ length: elements }, (_, n) => n) };
}

function port(...axes: PortAxis[]): Port {
  return { name: 'x', tensor: 'x', axes };
}

function tensor(shape: readonly number[], time: Tensor['time'] = []): Tensor {
  return { id: 'x', name: 'x', shape, time };
}

/** First elements of the steps of each voice. */
function firsts(given: NpyArray, own: Port, shape: readonly number[], layout?: Layout): number[][] {
  const { voices } = readArray('x.npy', given, own, tensor(shape), layout);
  return voices.map(({ frames, width, data }) => Array.from({ length: frames }, (_, t) => data[t * width]!));
}

const RECURRENT = port('time', 'batch', 'shape');
const CALL = port('batch', 'shape');
const IMAGE = port('batch', 'one', 'shape', 'time');

describe('an array is read', () => {
  test('as the model says, with or without its batch and its axes of size 1', () => {
    expect(firsts(array(2, 3, 4), RECURRENT, [4])).toEqual([
      [0, 12],
      [4, 16],
      [8, 20],
    ]);
    expect(firsts(array(2, 4), RECURRENT, [4])).toEqual([[0, 4]]);
    expect(firsts(array(1, 1, 4, 3), IMAGE, [4])).toEqual([[0, 1, 2]]);
    expect(firsts(array(4, 3), IMAGE, [4])).toEqual([[0, 1, 2]]);
    expect(readArray('x', array(1, 1, 4, 3), IMAGE, tensor([4])).voices[0]!.data.slice(0, 4)).toEqual(
      Float64Array.of(0, 3, 6, 9),
    );
  });

  test('with calls in front where a call is one step', () => {
    expect(firsts(array(1, 4), CALL, [4])).toEqual([[0]]);
    expect(firsts(array(3, 2, 4), CALL, [4])).toEqual([
      [0, 8, 16],
      [4, 12, 20],
    ]);
    expect(firsts(array(3, 1, 4), CALL, [4])).toEqual([[0, 4, 8]]);
    expect(firsts(array(3, 1, 2, 4), port('batch', 'shape', 'shape'), [2, 4])).toEqual([[0, 8, 16]]);
  });

  test('in the layout that is said', () => {
    expect(firsts(array(3, 4), CALL, [4], 'T')).toEqual([[0, 4, 8]]);
    expect(firsts(array(3, 4), CALL, [4], 'B')).toEqual([[0], [4], [8]]);
    expect(firsts(array(2, 3, 4), RECURRENT, [4], 'BT')).toEqual([
      [0, 4, 8],
      [12, 16, 20],
    ]);
  });

  test('never by a guess', () => {
    expect(() => firsts(array(3, 4), CALL, [4])).toThrow(
      'x.npy: [3, 4] for the input "x" can be read as B (1 step of 3 voices) or T (3 steps of 1 voice). Say which with --layout',
    );
    expect(() => firsts(array(2, 3, 4), port('time', 'shape'), [4])).toThrow(
      'can be read as TB (2 steps of 3 voices) or BT (3 steps of 2 voices)',
    );
    expect(() => firsts(array(4, 4), IMAGE, [4])).toThrow('can be read as T (4 steps of 1 voice)');
  });

  test('or refused', () => {
    expect(() => firsts(array(2, 5), RECURRENT, [4])).toThrow(
      'x.npy: expected [T, B, 4] or [T, 4] or [B, T, 4] of float32 or float64 for the input "x", got float64 [2, 5]',
    );
    expect(() => firsts(array(0, 4), RECURRENT, [4])).toThrow(
      'got float64 [0, 4]. An array needs a step and a voice at least',
    );
    expect(() => firsts(array(2, 3, 4), RECURRENT, [4], 'T')).toThrow('expected [T, 4]');
    const integers: NpyArray = { dtype: 'int16', shape: [1, 4], data: new Int16Array(4) };
    expect(() => firsts(integers, RECURRENT, [4])).toThrow(
      'got int16 [1, 4]. Save it with np.save(path, a.astype("float32"))',
    );
  });
});

test('an output is laid out as the input was', () => {
  const cases: [NpyArray, Port, Layout | undefined, Port, number[]][] = [
    [array(2, 3, 4), RECURRENT, undefined, RECURRENT, [2, 3, 4]],
    [array(2, 4), RECURRENT, undefined, RECURRENT, [2, 4]],
    [array(2, 3, 4), RECURRENT, 'BT', RECURRENT, [2, 3, 4]],
    [array(1, 1, 4, 3), IMAGE, undefined, port('time', 'one', 'shape'), [3, 1, 4]],
    [array(1, 4), CALL, undefined, CALL, [1, 4]],
    [array(3, 2, 4), CALL, undefined, CALL, [3, 2, 4]],
    [array(3, 4), CALL, 'T', CALL, [3, 4]],
    [array(3, 4), CALL, 'B', CALL, [3, 4]],
  ];
  for (const [given, input, layout, output, shape] of cases) {
    const { voices, reading } = readArray('x.npy', given, input, tensor([4]), layout);
    const laid = layOut(voices, output, tensor([4]), reading);
    expect(laid.shape).toEqual(shape);
    if (input === output) expect([...laid.data]).toEqual([...given.data]);
  }
  const { voices, reading } = readArray('x.npy', array(2, 3, 4), RECURRENT, tensor([4]));
  const last = voices.map(({ width, data }) => ({ frames: 1, width, data: data.slice(-width) }));
  const laid = layOut(last, port('batch', 'shape'), tensor([4], null), reading);
  expect(laid).toEqual({ dtype: 'float64', shape: [3, 4], data: Float64Array.from({ length: 12 }, (_, n) => n + 12) });
});
