import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { POINT_WINDOW, stepsOf, timeBehind } from '../../src/model/graph.ts';
import { GraphBuilder } from '../../src/model/graph_builder.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { readNetworkCalibration } from '../../src/verbs/run/calibration.ts';

/** A convolution with a stride over time, and the last step of what it gives. */
function network({ stride, picks }: { stride: number; picks: boolean }) {
  const builder = new GraphBuilder();
  const x = builder.input('x', [1], ['time', 'batch', 'shape']);
  const time = { ...POINT_WINDOW, kernel: stride, stride };
  const weight = { rows: 1, columns: stride, values: new Float64Array(stride).fill(1) };
  const layer = { kind: 'conv', channels: 1, groups: 1, weight, bias: new Float64Array(1), space: [], time } as const;
  const y = builder.node('conv', { ...layer, activation: null }, [x], { shape: [1], time: timeBehind(x.time, time) });
  const end = picks ? builder.node('last', { kind: 'pick', at: 'last' }, [y], { shape: [1], time: null }) : y;
  builder.output('y', end, picks ? ['batch', 'shape'] : ['time', 'batch', 'shape']);
  return { graph: builder.build(), y };
}

test('without calibration data every layer sees 64 steps of random values, however much a stride leaves out', () => {
  for (const [stride, expected] of [
    [1, 64],
    [8, 512],
    [100, 8192],
  ] as const) {
    const { graph, y } = network({ stride, picks: false });
    const { utterances, lengths } = readNetworkCalibration('/no/such/model.onnx', undefined, graph);
    expect(lengths, `stride ${stride}`).toEqual([expected]);
    expect(utterances[0]!.get(graph.inputs[0]!.tensor)!.frames).toBe(expected);
    expect(stepsOf(y, lengths[0]!)).toBeGreaterThanOrEqual(64);
  }
});

test('one value an utterance is seen in 16 utterances, each another one', () => {
  const { graph } = network({ stride: 2, picks: true });
  const { utterances, lengths, origin } = readNetworkCalibration('/no/such/model.onnx', undefined, graph);
  expect(lengths).toEqual(Array(16).fill(128));
  expect(origin).toBe('2048 seeded normal frames, 16 utterances');
  const first = utterances.map((inputs) => inputs.get(graph.inputs[0]!.tensor)!.data[0]);
  expect(new Set(first).size).toBe(16);
});

describe('frames beside the model', () => {
  const { graph } = network({ stride: 1, picks: false });
  let root: string;
  let frames: string;
  const write = (...shape: number[]) => {
    const data = new Float64Array(shape.reduce((all, size) => all * size, 1)).fill(0.5);
    writeNpy(frames, { dtype: 'float64', shape, data });
  };
  const read = () => readNetworkCalibration(join(root, 'model.onnx'), undefined, graph);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'esegen calibration-'));
    frames = join(root, 'calibration.npy');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('that do not fit are told of', () => {
    write(6, 2);
    expect(read().origin).toBe(`64 seeded normal frames (${frames} does not fit the inputs)`);
  });

  test('have borders that sum up, with one utterance too', () => {
    write(6, 1);
    const borders = (...steps: number[]) =>
      writeFileSync(
        join(root, 'calibration.json'),
        JSON.stringify({ strings: steps.map((count) => ({ steps: count })) }),
      );
    borders(4, 2);
    expect(read().lengths).toEqual([4, 2]);
    borders(6);
    expect(read().lengths).toEqual([6]);
    borders(4);
    expect(read).toThrow(`calibration.json: expected steps that sum up to the 6 frames of ${frames}, got 4`);
    borders(0, 6);
    expect(read).toThrow('calibration.json: strings.0.steps: expected the number of its steps, at least 1, got 0');
    writeFileSync(join(root, 'calibration.json'), '{}');
    expect(read).toThrow('strings: expected a list of utterances, such as [{ "steps": 44 }], got nothing');
  });
});
